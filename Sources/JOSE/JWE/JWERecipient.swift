import Crypto
import CryptoExtras
package import WireFormats

/// Whom to encrypt to: a public key, the one key management algorithm it is used with, and its identifier.
package struct JWERecipient: Sendable {
    private enum Key: Sendable {
        case agreement(AgreementPublicKey)
        case rsa(RSAPublicNumbers, _RSA.Encryption.Padding)
    }

    package let algorithm: KeyManagementAlgorithm
    /// `kid` of the JWK; the header repeats it.
    package let keyID: String?
    private let key: Key

    /// The recipient that a JWK of P-256, P-384 or RSA stands for, RFC 7517 §4. Unknown members are ignored.
    ///
    /// - Parameter algorithm: what was agreed upon; nil leaves it to the JWK, which then must have `alg`.
    package init(jwk: JSONObject, algorithm: KeyManagementAlgorithm? = nil) throws(JWKRefusal) {
        try jwk.refusePrivateMembers()
        let algorithm = if let algorithm { algorithm } else { try Self.statedAlgorithm(jwk) }
        let keyType = try jwk.keyType()
        switch (algorithm, keyType) {
        case (.ecdhES, "EC"), (.ecdhESA128KW, "EC"), (.ecdhESA256KW, "EC"):
            key = .agreement(try AgreementPublicKey(jwk: jwk))
            try jwk.checkPurpose(
                use: "enc", operations: ["deriveKey", "deriveBits"], algorithms: [algorithm.rawValue])
        case (.rsaOAEP256, "RSA"), (.rsaOAEP, "RSA"):
            let padding: _RSA.Encryption.Padding = algorithm == .rsaOAEP ? .PKCS1_OAEP : .PKCS1_OAEP_SHA256
            key = .rsa(try RSAPublicNumbers(jwk: jwk), padding)
            try jwk.checkPurpose(use: "enc", operations: ["wrapKey", "encrypt"], algorithms: [algorithm.rawValue])
        default: throw .unsupportedKeyType
        }
        self.algorithm = algorithm
        if let keyID = jwk["kid"] {
            guard let keyID = keyID.string else { throw .malformedMember("kid") }
            self.keyID = keyID
        } else {
            keyID = nil
        }
    }

    private static func statedAlgorithm(_ jwk: JSONObject) throws(JWKRefusal) -> KeyManagementAlgorithm {
        guard let name = jwk["alg"]?.string else { throw .malformedMember("alg") }
        guard let algorithm = KeyManagementAlgorithm(name: name) else { throw .notForThisUse }
        return algorithm
    }

    /// A content encryption key and the JWE's second part. ECDH-ES adds `epk` to `header`.
    func contentKey(
        for encryption: ContentEncryption, header: inout JSONObject
    ) throws -> (key: [UInt8], encrypted: [UInt8]) {
        switch key {
        case .agreement(let publicKey):
            let agreed = try AgreedKey(header, algorithm, encryption)
            let (ephemeral, secret) = try publicKey.agree()
            header["epk"] = .object(ephemeral)
            let derived = agreed.derive(from: secret)
            guard algorithm.wrappingKeyLength != nil else { return (derived, []) }
            let contentKey = secureRandomBytes(encryption.keyLength)
            let wrapped = try AES.KeyWrap.wrap(SymmetricKey(data: contentKey), using: SymmetricKey(data: derived))
            return (contentKey, Array(wrapped))
        case .rsa(let numbers, let padding):
            let contentKey = secureRandomBytes(encryption.keyLength)
            let publicKey = try _RSA.Encryption.PublicKey(n: numbers.modulus, e: numbers.exponent)
            return (contentKey, Array(try publicKey.encrypt(contentKey, padding: padding)))
        }
    }
}
