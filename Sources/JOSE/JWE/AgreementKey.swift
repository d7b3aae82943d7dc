import Crypto
import WireFormats

/// A public key for ECDH-ES, RFC 7518 §4.6. Points are on their curve.
enum AgreementPublicKey: Sendable {
    case p256(P256.KeyAgreement.PublicKey)
    case p384(P384.KeyAgreement.PublicKey)

    /// The members that RFC 7518 §6.2.1 requires, and no private one; others are ignored.
    init(jwk: JSONObject) throws(JWKRefusal) {
        try jwk.refusePrivateMembers()
        guard try jwk.keyType() == "EC" else { throw .unsupportedKeyType }
        guard let curve = jwk["crv"]?.string else { throw .malformedMember("crv") }
        switch curve {
        case "P-256":
            let point = try jwk.point(length: 32)
            guard let key = try? P256.KeyAgreement.PublicKey(rawRepresentation: point) else { throw .pointNotOnCurve }
            self = .p256(key)
        case "P-384":
            let point = try jwk.point(length: 48)
            guard let key = try? P384.KeyAgreement.PublicKey(rawRepresentation: point) else { throw .pointNotOnCurve }
            self = .p384(key)
        default: throw .unsupportedCurve
        }
    }

    /// A fresh key of the same curve, as JWK, and what is agreed upon with it.
    func agree() throws -> (ephemeral: JSONObject, secret: [UInt8]) {
        switch self {
        case .p256(let key):
            let ephemeral = P256.KeyAgreement.PrivateKey()
            let secret = try ephemeral.sharedSecretFromKeyAgreement(with: key)
            return (JWEPrivateKey.p256(ephemeral).publicJWK, secret.withUnsafeBytes { Array($0) })
        case .p384(let key):
            let ephemeral = P384.KeyAgreement.PrivateKey()
            let secret = try ephemeral.sharedSecretFromKeyAgreement(with: key)
            return (JWEPrivateKey.p384(ephemeral).publicJWK, secret.withUnsafeBytes { Array($0) })
        }
    }
}

/// What the sender and the recipient of ECDH-ES derive alike from the secret and the header, RFC 7518 §4.6.2.
struct AgreedKey {
    let algorithm: KeyManagementAlgorithm
    let encryption: ContentEncryption
    private let partyU: [UInt8]
    private let partyV: [UInt8]

    init(
        _ header: JSONObject, _ algorithm: KeyManagementAlgorithm, _ encryption: ContentEncryption
    ) throws(JWERefusal) {
        self.algorithm = algorithm
        self.encryption = encryption
        partyU = try Self.party("apu", header)
        partyV = try Self.party("apv", header)
    }

    /// The content encryption key itself, or the key that wraps it.
    func derive(from secret: [UInt8]) -> [UInt8] {
        let wrapping = algorithm.wrappingKeyLength
        return ConcatKDF.deriveKey(
            from: secret, algorithm: wrapping == nil ? encryption.rawValue : algorithm.rawValue, partyU: partyU,
            partyV: partyV, length: wrapping ?? encryption.keyLength)
    }

    private static func party(_ name: String, _ header: JSONObject) throws(JWERefusal) -> [UInt8] {
        guard header[name] != nil else { return [] }
        guard let bytes = header.bytes(of: name) else { throw .malformedHeaderMember(name) }
        return bytes
    }
}
