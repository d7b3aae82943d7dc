import Crypto
import JOSE
import WireFormats

/// The signature algorithms of passkeys, by their COSE identifiers (RFC 9053 §2, RFC 8812 §2), the preferred first.
package enum CredentialAlgorithm: Int64, Sendable, CaseIterable {
    case es256 = -7
    case edDSA = -8
    /// RSASSA-PKCS1-v1_5 with SHA-256: what older trusted platform modules have.
    case rs256 = -257
}

/// A credential's public key.
package struct CredentialPublicKey: Sendable, Equatable {
    /// The COSE_Key (RFC 9052 §7) as the authenticator wrote it: what to store.
    package let coseKey: [UInt8]
    package let algorithm: CredentialAlgorithm
    private let key: PublicKey

    /// - Throws: `malformedKey`, `unsupportedKey`.
    package init(coseKey: [UInt8]) throws(WebAuthnRefusal) {
        guard let key = (try? CBORReader.item(in: coseKey))?.map, let type = key[Label.keyType]?.integer,
            let identifier = key[Label.algorithm]?.integer
        else { throw .malformedKey }
        guard let algorithm = CredentialAlgorithm(rawValue: identifier) else { throw .unsupportedKey }
        let jwk: JSONObject
        switch (type, algorithm) {
        case (2, .es256): jwk = try Self.ellipticCurveJWK(key)
        case (1, .edDSA): jwk = try Self.edwardsJWK(key)
        case (3, .rs256): jwk = try Self.rsaJWK(key)
        default: throw .unsupportedKey
        }
        // JOSE refuses points off the curve and those of small order, and moduli of other than 2048 to 4096 bits.
        guard let publicKey = try? PublicKey(jwk: jwk, allowing: .rsa(default: .rs256)) else { throw .malformedKey }
        (self.coseKey, self.algorithm, self.key) = (coseKey, algorithm, publicKey)
    }

    /// Labels of COSE_Key parameters: RFC 9052 §7.1; RFC 9053 §7.1 and §7.2; RFC 8230 §4.
    private enum Label {
        static let keyType: Int64 = 1
        static let algorithm: Int64 = 3
        static let curve: Int64 = -1
        static let x: Int64 = -2
        static let y: Int64 = -3
        static let modulus: Int64 = -1
        static let exponent: Int64 = -2
    }

    private static func ellipticCurveJWK(_ key: CBORMap) throws(WebAuthnRefusal) -> JSONObject {
        // §6.5.1: the parameters that the type requires, and no others. A compressed y is a Bool, so no bytes.
        guard key.entries.count == 5, key[Label.curve]?.integer == 1, let x = key[Label.x]?.bytes,
            let y = key[Label.y]?.bytes
        else { throw .malformedKey }
        return [
            "kty": "EC", "crv": "P-256", "x": .string(Base64URL.encode(x)), "y": .string(Base64URL.encode(y)),
        ]
    }

    private static func edwardsJWK(_ key: CBORMap) throws(WebAuthnRefusal) -> JSONObject {
        guard key.entries.count == 4, let curve = key[Label.curve]?.integer, let x = key[Label.x]?.bytes else {
            throw .malformedKey
        }
        // Ed448 has the same algorithm identifier.
        guard curve == 6 else { throw .unsupportedKey }
        return ["kty": "OKP", "crv": "Ed25519", "x": .string(Base64URL.encode(x))]
    }

    private static func rsaJWK(_ key: CBORMap) throws(WebAuthnRefusal) -> JSONObject {
        guard key.entries.count == 4, let modulus = key[Label.modulus]?.bytes,
            // 65537, the only exponent in use.
            let exponent = key[Label.exponent]?.bytes, exponent == [1, 0, 1]
        else { throw .malformedKey }
        return [
            "kty": "RSA", "alg": "RS256", "n": .string(Base64URL.encode(modulus)),
            "e": .string(Base64URL.encode(exponent)),
        ]
    }

    /// Whether `signature` is this key's over `message`, in the form that authenticators give, WebAuthn Level 3 §6.5.5
    /// (#sctn-signature-attestation-types): DER for ECDSA, otherwise as in JOSE.
    func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard case .p256(let key) = key else { return key.isValidSignature(signature, for: message) }
        guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
        return key.isValidSignature(signature, for: SHA256.hash(data: message))
    }

    package static func == (left: CredentialPublicKey, right: CredentialPublicKey) -> Bool {
        left.coseKey == right.coseKey
    }
}
