package import Foundation
package import JOSE
import WireFormats

/// A key that signs tokens, with what their headers say of it.
package struct TokenSigner: Sendable {
    package let signer: any JWSSigner
    package let keyID: String

    package init(signer: any JWSSigner, keyID: String) {
        (self.signer, self.keyID) = (signer, keyID)
    }

    /// A compact JWS of type `type`.
    func sign(_ claims: JSONObject, type: String) throws -> String {
        try JWSIssuer(signer: signer, header: ["typ": .string(type), "kid": .string(keyID)]).sign(claims: claims)
    }
}

/// The keys in use, as they are now: they rotate.
package protocol TokenSigningKeys: Sendable {
    /// The key that signs with an algorithm; nil for one that this server does not sign with.
    func signer(_ algorithm: SignatureAlgorithm, at instant: Date) throws -> TokenSigner?

    /// A key that is published, though perhaps not signing any more.
    func publicKey(_ keyID: String) -> PublicKey?
}

extension TokenSigningKeys {
    /// The claims of a JWT that this server has signed, whether they are still current or not.
    func claims(ofOwn compact: String, type: String?) -> JWTClaims? {
        guard
            let token = try? UnverifiedJWS(
                parsing: compact, accepting: SignatureAlgorithm.elliptic + [.rs256, .ps256]),
            type == nil || token.header["typ"]?.string == type, let keyID = token.header["kid"]?.string,
            let key = publicKey(keyID)
        else { return nil }
        return try? token.verify(with: key).claims()
    }

    /// What is signed for nobody in particular.
    package func standard(at instant: Date) throws -> TokenSigner {
        guard let signer = try signer(.es256, at: instant) else { throw DamagedState("there is no signing key") }
        return signer
    }
}
