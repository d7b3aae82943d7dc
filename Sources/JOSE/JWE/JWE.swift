package import WireFormats

/// JWEs in compact serialization, RFC 7516 §7.1.
package enum JWE {
    package static let maximumBytes = 256 * 1024

    /// Header members that say how to decrypt, and those that are not supported.
    private static let reserved = ["alg", "enc", "kid", "epk", "crit", "zip"]

    /// - Parameter extra: further header members, such as `cty` (`JWT` for a nested JWT, RFC 7519 §5.2). `apu` and `apv`
    ///   are base64url and go into the key of ECDH-ES.
    /// - Throws: `JWERefusal`: `tooLong` if the JWE would be longer than ``maximumBytes``, `reservedHeaderMember`,
    ///   `malformedHeaderMember`; else what the cryptographic library throws.
    package static func encrypt(
        _ plaintext: [UInt8], to recipient: JWERecipient, encryption: ContentEncryption, header extra: JSONObject = [:]
    ) throws -> String {
        guard Base64URL.encodedCount(plaintext.count) <= maximumBytes else { throw JWERefusal.tooLong }
        var header: JSONObject = ["alg": .string(recipient.algorithm.rawValue), "enc": .string(encryption.rawValue)]
        header["kid"] = recipient.keyID.map(JSON.string)
        for member in extra.members {
            guard !reserved.contains(member.name) else { throw JWERefusal.reservedHeaderMember(member.name) }
            header[member.name] = member.value
        }
        let contentKey = try recipient.contentKey(for: encryption, header: &header)
        var compact = Base64URL.encodeToBytes(JSON.object(header).encoded())
        let sealed = try encryption.seal(plaintext, key: contentKey.key, authenticating: compact)
        for part in [contentKey.encrypted, sealed.nonce, sealed.ciphertext, sealed.tag] {
            compact.append(UInt8(ascii: "."))
            Base64URL.append(part, to: &compact)
        }
        guard compact.count <= maximumBytes else { throw JWERefusal.tooLong }
        return String(decoding: compact, as: UTF8.self)
    }

    /// Parses and decrypts in one go. Who chooses the key by the header goes by way of ``SealedJWE``.
    package static func decrypt(
        _ compact: some StringProtocol, with key: JWEPrivateKey, allowing algorithms: Set<KeyManagementAlgorithm>,
        encryptions: Set<ContentEncryption>
    ) throws(JWERefusal) -> OpenedJWE {
        try SealedJWE(parsing: compact).open(with: key, allowing: algorithms, encryptions: encryptions)
    }
}
