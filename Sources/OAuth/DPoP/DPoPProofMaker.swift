package import Foundation
package import HTTPTypes
package import JOSE
import WireFormats

/// Makes DPoP proofs with one key, RFC 9449 §4.2: the client's side of ``DPoPProof``.
package struct DPoPProofMaker: Sendable {
    package let publicKey: PublicKey
    private let issuer: JWSIssuer

    package init(key: PrivateKey) {
        self.init(signer: key, publicKey: key.publicKey)
    }

    /// - Parameter signer: has the private key of `publicKey`.
    package init(signer: any JWSSigner, publicKey: PublicKey) {
        self.publicKey = publicKey
        issuer = JWSIssuer(
            signer: signer, header: ["typ": .string(DPoPProof.type), "jwk": .object(publicKey.jwk)])
    }

    /// What `dpop_jkt` and `cnf.jkt` say of the key.
    package var thumbprintText: String { Base64URL.encode(publicKey.thumbprint) }

    /// - Parameters:
    ///   - url: the address of the request; query and fragment are left out of the proof.
    ///   - accessToken: what is sent with the request, nil if nothing is.
    ///   - nonce: the last one that this server gave.
    ///   - identifier: `jti`; random unless given.
    /// - Throws: what the signer throws.
    package func proof(
        method: HTTPRequest.Method, url: String, accessToken: String? = nil, nonce: String? = nil, now: Date,
        identifier: String = Base64URL.encode(secureRandomBytes(16))
    ) throws -> String {
        var claims: JSONObject = [
            "jti": .string(identifier), "htm": .string(method.rawValue),
            "htu": .string(String(url.prefix { $0 != "?" && $0 != "#" })),
        ]
        claims.setTime("iat", now)
        claims.setText("ath", accessToken.map(DPoPProof.hash))
        claims.setText("nonce", nonce)
        return try issuer.sign(claims: claims)
    }
}
