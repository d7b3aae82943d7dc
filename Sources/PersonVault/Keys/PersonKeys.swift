import JOSE
import OAuth
package import WireFormats

/// The two public keys of a person, P-256, as JWKs with exactly `kty`, `crv`, `x`, `y`, `use`, `alg` and `kid`.
package struct PersonKeys: Sendable, Equatable {
    package let encryption: JSONObject
    package let signing: JSONObject
    /// RFC 7638 thumbprints, base64url.
    package let encryptionID: String
    package let signingID: String
    let signingKey: PublicKey

    package init(encryption: JSONObject, signing: JSONObject) throws(VaultRefusal) {
        let (encryptionKey, encryptionID) = try Self.read(encryption, "enc", use: "enc", algorithm: "ECDH-ES+A256KW")
        let (signingKey, signingID) = try Self.read(signing, "sig", use: "sig", algorithm: "ES256")
        guard encryptionKey != signingKey else { throw .malformed("enc", "it is the signing key") }
        self.encryption = encryption
        self.signing = signing
        self.encryptionID = encryptionID
        self.signingID = signingID
        self.signingKey = signingKey
    }

    private static func read(
        _ jwk: JSONObject, _ name: String, use: String, algorithm: String
    ) throws(VaultRefusal) -> (PublicKey, String) {
        for member in jwk.names where !["kty", "crv", "x", "y", "use", "alg", "kid"].contains(member) {
            throw .malformed(name, member == "d" ? "it shows a private key" : "it has a member that is not known")
        }
        guard jwk["use"] == .string(use) else { throw .malformed(name + ".use", "it is not \(use)") }
        guard jwk["alg"] == .string(algorithm) else { throw .malformed(name + ".alg", "it is not \(algorithm)") }
        let point = JSONObject(["crv", "kty", "x", "y"].compactMap { member in jwk[member].map { (member, $0) } })
        guard let key = try? PublicKey(jwk: point), case .p256 = key else {
            throw .malformed(name, "it is no public key on P-256")
        }
        let thumbprint = Base64URL.encode(key.thumbprint)
        guard jwk["kid"] == .string(thumbprint) else { throw .malformed(name + ".kid", "it is not the thumbprint") }
        return (key, thumbprint)
    }

    package static func == (left: PersonKeys, right: PersonKeys) -> Bool {
        left.encryptionID == right.encryptionID && left.signingID == right.signingID
    }
}
