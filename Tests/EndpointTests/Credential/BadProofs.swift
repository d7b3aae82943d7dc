import JOSE
import WireFormats

extension BadCredentialRequest {
    private static let algorithm = "The signature algorithm is not supported"
    private static let signature = "The signature does not verify"
    private static let notAJWT = "The proof is no JWT"
    private static let type = "typ must be openid4vci-proof+jwt"
    private static let audience = "aud must be the credential issuer identifier"
    private static let did = "The DID in kid is malformed or of another method"
    private static let privateMembers = "The key has private members: it is no longer secret"

    static let unreadableProofs: [BadCredentialRequest] = [
        .proofText("no JWT", notAJWT) { _ in "proof" },
        .proofText("a JWT without signature part", notAJWT) { proof in
            let parts = try proof.signed().split(separator: ".")
            return parts.dropLast().joined(separator: ".")
        },
        .proofText("a header that is no JSON", notAJWT) { proof in
            "bm90IGpzb24." + (try proof.signed().split(separator: ".").dropFirst().joined(separator: "."))
        },
        .proof("no algorithm", algorithm) { $0.header["alg"] = .null },
        .proof("alg none", algorithm) { $0.header["alg"] = "none" },
        .proofText("alg none and no signature", algorithm) { proof in
            var proof = proof
            proof.header["alg"] = "none"
            return try proof.signed().split(separator: ".").dropLast().joined(separator: ".") + "."
        },
        .proof("alg HS256", algorithm) { $0.header["alg"] = "HS256" },
        .proof("alg RS256", algorithm) { $0.header["alg"] = "RS256" },
        .proof("an alg in other case", algorithm) { $0.header["alg"] = "es256" },
        .proof("the algorithm of another key", "The key is of another algorithm than alg says") {
            $0.header["alg"] = "ES384"
        },
        .proof("a critical extension", "The header has a critical extension") { proof in
            proof.header["crit"] = ["exp"]
            proof.header["exp"] = 1
        },
        .proof("a detached payload", "The header has a critical extension") { $0.header["b64"] = false },
        .proof("no type", type) { $0.header["typ"] = nil },
        .proof("the type of another JWT", type) { $0.header["typ"] = "JWT" },
        .proofText("no signature", signature) { proof in
            try proof.signed().split(separator: ".").dropLast().joined(separator: ".") + "."
        },
        .proofText("a signature over another payload", signature) { proof in
            var parts = try proof.signed().split(separator: ".").map(String.init)
            var changed = proof
            changed.claims["iss"] = "another"
            parts[1] = Base64URL.encode(JSON.object(changed.claims).encoded())
            return parts.joined(separator: ".")
        },
        .proof("the signature of another key", signature) { $0.key = .generateP256() },
    ]

    static let proofsWithBadKeys: [BadCredentialRequest] = [
        .proof("no key", "The header has no key: send jwk or kid") { $0.header["jwk"] = nil },
        .proof("kid beside jwk", "The header names more than one key") {
            $0.header["kid"] = .string(DIDKeyMaterial.didJWK(for: $0.key.publicKey))
        },
        .proof("x5c beside jwk", "The header names more than one key") { $0.header["x5c"] = ["MIIB"] },
        .proof("x5c alone", "The key must be in jwk, or a did:jwk or did:key in kid") { proof in
            proof.header["jwk"] = nil
            proof.header["x5c"] = ["MIIB"]
        },
        .keyReference("a kid that is no DID", "The key must be in jwk, or a did:jwk or did:key in kid", "key-1"),
        .keyReference("a DID of another method", did, "did:web:a.example"),
        .keyReference("a malformed did:key", did, "did:key:zz0"),
        .keyReference("a malformed did:jwk", did, "did:jwk:e30x#1"),
        .proof("a private key in jwk", privateMembers) { $0.header["jwk"] = .object($0.privateJWK) },
        .keyReference("a private key in did:jwk", privateMembers) { proof in
            "did:jwk:" + Base64URL.encode(JSON.object(proof.privateJWK).encoded()) + "#0"
        },
        .proof("a symmetric key", privateMembers) { $0.header["jwk"] = ["kty": "oct", "k": "c2VjcmV0"] },
        .proof("an RSA key", "The key type is not supported") {
            $0.header["jwk"] = ["kty": "RSA", "n": "AQAB", "e": "AQAB"]
        },
        .proof("another curve", "The key type is not supported") { $0.jwk("crv", "secp256k1") },
        .proof("a point off the curve", "The key is no point of its curve") {
            $0.jwk("y", .string(Base64URL.encode([UInt8](repeating: 1, count: 32))))
        },
        .proof("a coordinate too short", "The key member x is missing or malformed") { $0.jwk("x", "AQAB") },
        .proof("a missing coordinate", "The key member y is missing or malformed") { $0.jwk("y", nil) },
        .proof("a key for encryption", "The key says that it is not for this use") { $0.jwk("use", "enc") },
        .proof("jwk that is no object", "The key member jwk is missing or malformed") { $0.header["jwk"] = "key" },
    ]

    static let proofsWithBadClaims: [BadCredentialRequest] = [
        .proofText("a payload that is no object", "The payload is no JSON object") { proof in
            String(
                decoding: try JWSIssuer(signer: proof.key, header: proof.header).sign(payload: Array("[]".utf8)),
                as: UTF8.self)
        },
        .proof("no audience", "aud is missing") { $0.claims["aud"] = nil },
        .proof("another audience", audience) { $0.claims["aud"] = "https://other.example.org" },
        .proof("an audience with a slash more", audience) { $0.claims["aud"] = "https://issuer.example.org/" },
        .proof("two audiences", audience) {
            $0.claims["aud"] = ["https://issuer.example.org", "https://other.example.org"]
        },
        .proof("no time", "iat is missing") { $0.claims["iat"] = nil },
        .proof("a time that is no number", "iat is missing") { $0.claims["iat"] = "2026-11-20" },
        .proof("an old proof", "The proof is too old") { $0.move("iat", by: -121) },
        .proof("an expired proof", "The proof is too old") { $0.move("exp", by: -60) },
        .proof("a proof from the future", "The proof is from the future") { $0.move("iat", by: 61) },
        .proof("a proof that is not valid yet", "The proof is from the future") { $0.move("nbf", by: 61) },
        .proof("no nonce", "nonce is missing") { $0.claims["nonce"] = nil },
        .proof("an empty nonce", "nonce is missing") { $0.claims["nonce"] = "" },
    ]

    private static func keyReference(
        _ description: String, _ text: String, _ kid: @escaping @Sendable (ProofDraft) -> String
    ) -> BadCredentialRequest {
        .proof(description, text) { proof in
            proof.header["jwk"] = nil
            proof.header["kid"] = .string(kid(proof))
        }
    }

    private static func keyReference(_ description: String, _ text: String, _ kid: String) -> BadCredentialRequest {
        keyReference(description, text) { _ in kid }
    }
}

extension ProofDraft {
    var privateJWK: JSONObject {
        var jwk = key.publicKey.jwk
        jwk["d"] = .string(Base64URL.encode(key.rawRepresentation))
        return jwk
    }

    /// Changes a member of the key in the header.
    mutating func jwk(_ member: String, _ value: JSON?) {
        var jwk = key.publicKey.jwk
        jwk[member] = value
        header["jwk"] = .object(jwk)
    }

    /// Sets a time to so many seconds from when the proof was made.
    mutating func move(_ claim: String, by seconds: Int64) {
        claims[claim] = .integer((claims["iat"]?.integer ?? 0) + seconds)
    }
}
