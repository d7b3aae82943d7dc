import Foundation
import JOSE
package import WireFormats

/// The documents by which verifiers find the issuer's keys.
extension KeyRing {
    /// JWK Set of the published signing keys, RFC 7517 §5.
    package var jwks: JSON {
        ["keys": .array(signingKeys.map { .object($0.jwk(withCertificates: true)) })]
    }

    /// JWT VC Issuer Metadata, draft-ietf-oauth-sd-jwt-vc-19 §4, for `/.well-known/jwt-vc-issuer`.
    package var jwtVCIssuerMetadata: JSON {
        ["issuer": .string(issuer.url), "jwks": jwks]
    }

    /// The DID document of the issuer's did:web, DID Core §5.
    ///
    /// The type is JsonWebKey2020 although JsonWebKey (Controlled Identifiers 1.0 §2.2.3, #JsonWebKey) replaces it: older resolvers
    /// know no other name for a P-256 key in JWK form.
    package var didDocument: JSON {
        let identifiers = signingKeys.map { "\(issuer.did)#\($0.keyID)" }
        let methods = zip(identifiers, signingKeys).map { identifier, key -> JSON in
            [
                "id": .string(identifier), "type": "JsonWebKey2020", "controller": .string(issuer.did),
                "publicKeyJwk": .object(key.jwk(withCertificates: false)),
            ]
        }
        return [
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
            "id": .string(issuer.did),
            "verificationMethod": .array(methods),
            "assertionMethod": .array(identifiers.map(JSON.string)),
        ]
    }
}

extension SigningKey {
    /// The public key as published: RFC 7517 §4, `x5c` in standard base64 (§4.7).
    fileprivate func jwk(withCertificates: Bool) -> JSONObject {
        var jwk = publicKey.jwk
        jwk["kid"] = .string(keyID)
        jwk["alg"] = .string(publicKey.algorithm.rawValue)
        jwk["use"] = "sig"
        if withCertificates {
            jwk["x5c"] = .array(certificateChain.map { .string(Data($0).base64EncodedString()) })
        }
        return jwk
    }
}
