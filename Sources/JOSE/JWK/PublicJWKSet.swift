package import WireFormats

/// Why a document is no JWK Set that is accepted here.
package enum JWKSetRefusal: Error, Equatable {
    case tooLong
    case tooManyKeys
    /// No JSON object whose `keys` is an array of objects.
    case malformed
    /// A key has private or symmetric members: whoever published it has leaked it.
    case privateMember
}

/// Public keys of a client or another server, RFC 7517 §5, in their order.
///
/// Keys of unknown types, and those that are malformed or out of the supported ranges, are skipped as §5 says.
package struct PublicJWKSet: Sendable {
    package static let maximumBytes = 256 * 1024
    package static let maximumKeys = 100

    private struct Entry {
        let keyID: String?
        /// As many as there are algorithms it may be used with: two for an RSA key that names none.
        let verification: [PublicKey]
        let encryption: [JWERecipient]
    }

    private let entries: [Entry]

    package init(parsing bytes: [UInt8]) throws(JWKSetRefusal) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLong }
        guard let json = try? JSON(parsing: bytes) else { throw .malformed }
        try self.init(json)
    }

    package init(_ json: JSON) throws(JWKSetRefusal) {
        guard let keys = json["keys"]?.array else { throw .malformed }
        guard keys.count <= Self.maximumKeys else { throw .tooManyKeys }
        var entries: [Entry] = []
        for key in keys {
            guard let jwk = key.object else { throw .malformed }
            if let entry = try Self.entry(jwk) { entries.append(entry) }
        }
        self.entries = entries
    }

    private static func entry(_ jwk: JSONObject) throws(JWKSetRefusal) -> Entry? {
        do throws(JWKRefusal) {
            try jwk.refusePrivateMembers()
        } catch {
            throw .privateMember
        }
        let keyID = jwk["kid"]
        guard keyID == nil || keyID?.string != nil else { return nil }
        var verification: [PublicKey] = []
        for scheme in [RSAScheme.ps256, .rs256] {
            guard let key = try? PublicKey(jwk: jwk, allowing: .rsa(default: scheme)), !verification.contains(key)
            else { continue }
            verification.append(key)
        }
        let encryption = KeyManagementAlgorithm.allCases.compactMap { try? JWERecipient(jwk: jwk, algorithm: $0) }
        guard !verification.isEmpty || !encryption.isEmpty else { return nil }
        return Entry(keyID: keyID?.string, verification: verification, encryption: encryption)
    }

    /// How many keys there are that can be used.
    package var count: Int { entries.count }

    /// The keys that may have made a signature: those named `keyID`, which may be none, and without it all that fit
    /// `algorithm`. `alg`, `use` and `key_ops` of the JWKs are respected.
    package func verificationKeys(keyID: String?, algorithm: SignatureAlgorithm) -> [PublicKey] {
        entries.lazy.filter { entry in
            guard let keyID else { return true }
            return entry.keyID?.hasSameBytes(as: keyID) ?? false
        }
        .flatMap(\.verification).filter { $0.algorithm == algorithm }
    }

    /// The first key that may be encrypted to with `algorithm`.
    package func encryptionKey(algorithm: KeyManagementAlgorithm) -> JWERecipient? {
        entries.lazy.flatMap(\.encryption).first { $0.algorithm == algorithm }
    }
}
