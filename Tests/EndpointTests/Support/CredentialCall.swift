import Foundation
import HTTPTypes
import JOSE
import OpenID4VCI
import WebServer
import WireFormats

/// A key proof that is good until a test changes it.
struct ProofDraft {
    var key: PrivateKey
    var header: JSONObject
    var claims: JSONObject

    init(_ key: PrivateKey = .generateP256(), audience: String, nonce: String, at instant: Date) {
        self.key = key
        header = ["typ": .string(VerifiedKeyProof.type), "jwk": .object(key.publicKey.jwk)]
        claims = [
            "aud": .string(audience), "iat": .integer(Int64(instant.timeIntervalSince1970)), "nonce": .string(nonce),
        ]
    }

    /// The header's `alg` is the key's unless the draft has another.
    func signed() throws -> String {
        let compact = try JWSIssuer(signer: key, header: header).sign(payload: JSON.object(claims).encoded())
        return String(decoding: compact, as: UTF8.self)
    }
}

/// A credential request that is good until a test changes it.
struct CredentialCall {
    let issuer: TestIssuer
    var query = ""
    var headers: HTTPFields
    var members: JSONObject
    var proof: ProofDraft
    /// Replaces the JSON of the members.
    var body: [UInt8]?

    init(issuer: TestIssuer, token: String, configuration: String, proof: ProofDraft) {
        self.issuer = issuer
        headers = [.contentType: "application/json", .authorization: "Bearer " + token]
        members = ["credential_configuration_id": .string(configuration)]
        self.proof = proof
    }

    /// Another good proof, with a key of its own and the same nonce unless another is given.
    func anotherProof(nonce: String? = nil) -> ProofDraft {
        ProofDraft(
            audience: issuer.identifier, nonce: nonce ?? proof.claims["nonce"]?.string ?? "", at: issuer.clock.now)
    }

    mutating func setProofs(_ texts: [String]) {
        members["proofs"] = ["jwt": .array(texts.map(JSON.string))]
    }

    /// Sends the request, with the proof unless the members have proofs already.
    func send() async throws -> Reply {
        var members = members
        if members["proofs"] == nil, members["proof"] == nil {
            members["proofs"] = ["jwt": [.string(try proof.signed())]]
        }
        return await issuer.send(
            .post, issuer.path + IssuerSite.Paths.credential + query, headers: headers,
            body: body ?? JSON.object(members).encoded())
    }

    /// Sends the request as it is, without a proof.
    func sendWithoutProof() async -> Reply {
        await issuer.send(
            .post, issuer.path + IssuerSite.Paths.credential + query, headers: headers,
            body: body ?? JSON.object(members).encoded())
    }
}
