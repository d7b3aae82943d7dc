package import WireFormats

/// Why a string is no JWE in compact serialization, or not one for us, or why one cannot be made.
package enum JWERefusal: Error, Equatable {
    case tooLong
    /// Not five parts of base64url.
    case notCompact
    case headerNotJSONObject
    /// `alg` or `enc` is missing or no string.
    case missingAlgorithm
    /// `alg` is not implemented or not accepted here.
    case unsupportedAlgorithm
    /// `enc` is not implemented or not accepted here.
    case unsupportedEncryption
    /// RFC 7516 §4.1.13: an extension that must be understood and is not.
    case criticalExtension
    /// RFC 7516 §4.1.3: what is compressed tells of its content by its length, and can be a bomb.
    case compressed
    case malformedHeaderMember(String)
    /// `epk` is no key that fits the recipient's.
    case ephemeralKey(JWKRefusal)
    case keyOfOtherAlgorithm
    /// Encrypted to another key, or altered. Deliberately not told apart.
    case undecryptable
    /// Asked to write a header member that is not the caller's to choose.
    case reservedHeaderMember(String)
}

/// A JWE in compact serialization, RFC 7516 §7.1, that nobody has decrypted yet.
package struct SealedJWE: Sendable {
    package let header: JSONObject
    package let algorithm: KeyManagementAlgorithm
    package let encryption: ContentEncryption
    let encryptedKey: [UInt8]
    private let nonce: [UInt8]
    private let ciphertext: [UInt8]
    private let tag: [UInt8]
    /// The ASCII bytes of the first part, which the tag covers.
    private let encodedHeader: [UInt8]

    package init(parsing compact: some StringProtocol) throws(JWERefusal) {
        try self.init(parsing: Array(compact.utf8))
    }

    package init(parsing compact: [UInt8]) throws(JWERefusal) {
        guard compact.count <= JWE.maximumBytes else { throw .tooLong }
        let parts = compact.split(separator: UInt8(ascii: "."), maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 5, let header = try? Base64URL.decode(parts[0]),
            let encryptedKey = try? Base64URL.decode(parts[1]), let nonce = try? Base64URL.decode(parts[2]),
            let ciphertext = try? Base64URL.decode(parts[3]), let tag = try? Base64URL.decode(parts[4])
        else { throw .notCompact }
        guard let object = (try? JSON(parsing: header))?.object else { throw .headerNotJSONObject }
        guard let algorithm = object["alg"]?.string, let encryption = object["enc"]?.string else {
            throw .missingAlgorithm
        }
        guard let algorithm = KeyManagementAlgorithm(name: algorithm) else { throw .unsupportedAlgorithm }
        guard let encryption = ContentEncryption(name: encryption) else { throw .unsupportedEncryption }
        guard object["crit"] == nil else { throw .criticalExtension }
        guard object["zip"] == nil else { throw .compressed }
        self.header = object
        self.algorithm = algorithm
        self.encryption = encryption
        self.encryptedKey = encryptedKey
        self.nonce = nonce
        self.ciphertext = ciphertext
        self.tag = tag
        encodedHeader = Array(parts[0])
    }

    /// Decrypts, if the header names algorithms that are accepted.
    package func open(
        with key: JWEPrivateKey, allowing algorithms: Set<KeyManagementAlgorithm>,
        encryptions: Set<ContentEncryption>
    ) throws(JWERefusal) -> OpenedJWE {
        guard algorithms.contains(algorithm) else { throw .unsupportedAlgorithm }
        guard encryptions.contains(encryption) else { throw .unsupportedEncryption }
        var contentKey = try key.contentKey(of: self) ?? []
        // With some other key where there is none, so that only the content decides (RFC 7516 §11.5).
        if contentKey.count != encryption.keyLength { contentKey = secureRandomBytes(encryption.keyLength) }
        let sealed = ContentEncryption.Sealed(nonce: nonce, ciphertext: ciphertext, tag: tag)
        guard let plaintext = encryption.open(sealed, key: contentKey, authenticating: encodedHeader) else {
            throw .undecryptable
        }
        return OpenedJWE(header: header, plaintext: plaintext)
    }
}

/// What was in a JWE. Whoever has the public key can have made it: encryption does not tell who did.
package struct OpenedJWE: Sendable {
    package let header: JSONObject
    package let plaintext: [UInt8]

    fileprivate init(header: JSONObject, plaintext: [UInt8]) {
        self.header = header
        self.plaintext = plaintext
    }
}
