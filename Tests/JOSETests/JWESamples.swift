import Crypto
import JOSE
import WireFormats

/// Private keys out of RFCs, and recipients that are their public halves.
enum JWESamples {
    /// Bob's of RFC 7518 Appendix C.
    static let p256 = JWEPrivateKey.p256(
        try! P256.KeyAgreement.PrivateKey(
            rawRepresentation: Base64URL.decode("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw")))

    /// RFC 7520 §5.4.1.
    static let p384 = JWEPrivateKey.p384(
        try! P384.KeyAgreement.PrivateKey(
            rawRepresentation: Base64URL.decode("iTx2pk7wW-GqJkHcEkFQb2EFyYcO7RugmaW3mRrQVAOUiPommT0IdnYK2xDlZh-j")))

    /// RFC 7516 Appendix A.1.3.
    static let rsa = JWEPrivateKey.rsa(
        try! RSADecryptionKey(derRepresentation: RSASamples.derRepresentation(RSASamples.second)))

    /// Every key with every algorithm it is for.
    static let pairs: [(key: JWEPrivateKey, algorithm: KeyManagementAlgorithm)] =
        [p256, p384].flatMap { key in
            [KeyManagementAlgorithm.ecdhES, .ecdhESA128KW, .ecdhESA256KW].map { (key, $0) }
        } + [(rsa, .rsaOAEP256), (rsa, .rsaOAEP)]

    static func recipient(
        _ key: JWEPrivateKey, _ algorithm: KeyManagementAlgorithm, keyID: String? = nil
    ) throws -> JWERecipient {
        try JWERecipient(jwk: key.publicJWK.with("kid", keyID.map(JSON.string)), algorithm: algorithm)
    }

    /// Opens with everything allowed.
    static func open(_ compact: some StringProtocol, with key: JWEPrivateKey) throws(JWERefusal) -> OpenedJWE {
        try JWE.decrypt(
            compact, with: key, allowing: Set(KeyManagementAlgorithm.allCases),
            encryptions: Set(ContentEncryption.allCases))
    }
}
