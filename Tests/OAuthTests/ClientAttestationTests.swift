import Foundation
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing
import WireFormats

/// Each test makes a valid attestation with its proof and takes one change.
@Suite("Client attestation")
struct ClientAttestationTests {
    private let attester = Sample.key()
    private let key = Sample.key(seed: 3)

    private func attestation(
        by signer: PrivateKey? = nil, _ change: (inout JSONObject) -> Void = { _ in },
        header changeHeader: (inout JSONObject) -> Void = { _ in }
    ) throws -> String {
        let made = try ClientAttestationMaker(
            signer: attester, attester: "https://attester.example", header: ["kid": "a"]
        ).attest(clientID: "c", key: key.publicKey, now: Sample.now, lifetime: .seconds(600))
        var header = try Sample.header(of: made).with("alg", nil)
        changeHeader(&header)
        var claims = try Sample.claims(of: made)
        change(&claims)
        return try Sample.jwt(by: signer ?? attester, header: header, claims: claims)
    }

    private func proof(
        by signer: PrivateKey? = nil, _ change: (inout JSONObject) -> Void = { _ in },
        header changeHeader: (inout JSONObject) -> Void = { _ in }
    ) throws -> String {
        let made = try ClientAttestationProofMaker(signer: key, clientID: "c")
            .proof(audience: Sample.issuer, challenge: "ch", now: Sample.now, identifier: "j")
        var header = try Sample.header(of: made).with("alg", nil)
        changeHeader(&header)
        var claims = try Sample.claims(of: made)
        change(&claims)
        return try Sample.jwt(by: signer ?? key, header: header, claims: claims)
    }

    private func verify(
        _ attestation: String, _ proof: String, maximumAge: TimeInterval? = nil,
        algorithms: Set<SignatureAlgorithm> = .sound
    ) throws(ClientAuthenticationRefusal) -> ClientAttestation {
        try ClientAttestation(
            verifying: UnverifiedClientAttestation(parsing: attestation, proof: proof),
            expecting: .init(
                issuer: Sample.issuer, now: Sample.now, algorithms: algorithms, maximumAttestationAge: maximumAge)
        ) { token, issuer in
            guard issuer == "https://attester.example", token.header["kid"] == "a" else { throw Untrusted() }
            return attester.publicKey
        }
    }

    private struct Untrusted: Error {}

    private func refuses(
        _ refusal: ClientAuthenticationRefusal, _ attestation: String? = nil, _ proof: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (attestation, proof) = (try attestation ?? self.attestation(), try proof ?? self.proof())
        #expect(throws: refusal, sourceLocation: sourceLocation) { try verify(attestation, proof) }
    }

    @Test("What attester and client make verifies")
    func roundtrip() throws {
        let verified = try verify(attestation(), proof())
        #expect(verified.clientID == "c")
        #expect(verified.attester == "https://attester.example")
        #expect(verified.key == key.publicKey)
        #expect(verified.expiresAt == Sample.now + 600)
        #expect(verified.proofIdentifier == "j")
        #expect(verified.proofIssuedAt == Sample.now)
        #expect(verified.challenge == "ch")
        #expect(verified.claims["cnf"]?["jwk"] == .object(key.publicKey.jwk))
    }

    @Test(
        "The published wallet attestation verifies up to a proof that is not the wallet's",
        .enabled(if: Vectors.arePresent))
    func published() throws {
        let examples = try Vectors.read("openid4vci/signed-examples.json").array ?? []
        let example = try #require(examples.first { $0["name"] == "wallet-attestation-jwt" })
        let compact = try #require(example["jws"]?.string)
        let signer = try PublicKey(jwk: #require(example["public_key"]?.object))
        let issuedAt = try #require(Sample.claims(of: compact)["nbf"]?.integer)
        let proof = try ClientAttestationProofMaker(signer: key, clientID: "https://wallet.example.com")
            .proof(audience: Sample.issuer, challenge: nil, now: Date(timeIntervalSince1970: Double(issuedAt)))
        let unverified = try UnverifiedClientAttestation(parsing: compact, proof: proof)
        #expect(unverified.clientID == "https://wallet.example.com")
        #expect(unverified.attester == "https://wallet-provider.example.com")
        #expect(unverified.attestation.header["x5c"]?.array?.count == 1)
        let expected = ClientAttestation.Expectation(
            issuer: Sample.issuer, now: Date(timeIntervalSince1970: Double(issuedAt)))
        #expect(throws: ClientAuthenticationRefusal.attestationProof(.jws(.invalidSignature))) {
            try ClientAttestation(verifying: unverified, expecting: expected) { _, _ in signer }
        }
        #expect(throws: ClientAuthenticationRefusal.attestation(.jws(.invalidSignature))) {
            try ClientAttestation(verifying: unverified, expecting: expected) { _, _ in key.publicKey }
        }
    }

    @Test("The attester must be trusted")
    func trust() throws {
        try refuses(.untrustedAttester, attestation { $0["iss"] = "https://other.example" })
        try refuses(.untrustedAttester, attestation { $0["iss"] = nil })
        try refuses(.untrustedAttester, attestation(header: { $0["kid"] = "b" }))
        try refuses(.attestation(.jws(.invalidSignature)), attestation(by: Sample.key(seed: 2)))
        try refuses(.attestation(.jws(.invalidSignature)), Sample.broken(attestation()))
        try refuses(.attestation(.noMatchingKey), attestation(by: Sample.key(.edDSA)))
        let claims = try Sample.claims(of: attestation())
        try refuses(
            .attestation(.jws(.unsupportedAlgorithm)),
            Sample.unsigned(claims, type: "oauth-client-attestation+jwt"))
    }

    @Test("Both have their types, which must be stated")
    func types() throws {
        for type in ["JWT", "oauth-client-attestation-pop+jwt", nil] as [JSON?] {
            try refuses(.attestation(.wrongType), attestation(header: { $0["typ"] = type }))
        }
        for type in ["JWT", "oauth-client-attestation+jwt", nil] as [JSON?] {
            try refuses(.attestationProof(.wrongType), nil, proof(header: { $0["typ"] = type }))
        }
    }

    @Test("The attestation names a client and a key, and has an expiry")
    func attestationClaims() throws {
        try refuses(.attestation(.missingClaim("sub")), attestation { $0["sub"] = nil })
        try refuses(.attestation(.malformedClaim("sub")), attestation { $0["sub"] = "" })
        try refuses(.malformedClientID, attestation { $0["sub"] = "é" })
        try refuses(.attestation(.missingClaim("exp")), attestation { $0["exp"] = nil })
        try refuses(.attestation(.expired), attestation { $0["exp"] = .integer(Sample.seconds - 600) })
        try refuses(.attestation(.fromTheFuture), attestation { $0["iat"] = .integer(Sample.seconds + 31) })
        try refuses(.attestation(.notYetValid), attestation { $0["nbf"] = .integer(Sample.seconds + 31) })
        for confirmation in [nil, [:], ["jwk": "key"], ["jkt": "a"]] as [JSON?] {
            try refuses(.attestation(.missingClaim("cnf")), attestation { $0["cnf"] = confirmation })
        }
        try refuses(
            .attestedKey(.privateMember),
            attestation { $0["cnf"] = ["jwk": .object(key.publicKey.jwk.with("d", "AQ"))] })
    }

    @Test("The proof is by the attested key")
    func possession() throws {
        try refuses(.attestationProof(.jws(.invalidSignature)), nil, proof(by: Sample.key(seed: 4)))
        try refuses(.attestationProof(.jws(.invalidSignature)), nil, Sample.broken(proof()))
        try refuses(.attestationProof(.noMatchingKey), nil, proof(by: Sample.key(.edDSA, seed: 3)))
    }

    @Test("The proof is for this server", arguments: ["https://as.example/", "https://other.example", [], 1] as [JSON])
    func audience(audience: JSON) throws {
        try refuses(.attestationProof(.wrongAudience), nil, proof { $0["aud"] = audience })
        try refuses(
            .attestationProof(.wrongAudience), nil, proof { $0["aud"] = [.string(Sample.issuer), "https://b.example"] })
        try refuses(.attestationProof(.missingClaim("aud")), nil, proof { $0["aud"] = nil })
        #expect(try verify(attestation(), proof { $0["aud"] = [.string(Sample.issuer)] }).clientID == "c")
    }

    @Test("Older and newer shapes of the proof pass: with iss or without, challenge or nonce, exp and nbf")
    func shapes() throws {
        #expect(try verify(attestation(), proof { $0["iss"] = nil }).clientID == "c")
        #expect(try verify(attestation(), proof { $0["challenge"] = nil }).challenge == nil)
        let older = try proof { claims in
            claims["challenge"] = nil
            claims["nonce"] = "n"
            claims["exp"] = .integer(Sample.seconds + 300)
            claims["nbf"] = .integer(Sample.seconds)
        }
        #expect(try verify(attestation(), older).challenge == "n")
        try refuses(.attestationProof(.wrongIssuer), nil, proof { $0["iss"] = "d" })
        try refuses(.attestationProof(.expired), nil, proof { $0["exp"] = .integer(Sample.seconds) })
    }

    @Test("The proof has an identifier and a time")
    func proofClaims() throws {
        try refuses(.attestationProof(.missingClaim("jti")), nil, proof { $0["jti"] = nil })
        try refuses(
            .attestationProof(.malformedClaim("jti")), nil,
            proof { $0["jti"] = .string(String(repeating: "j", count: 257)) })
        try refuses(.attestationProof(.missingClaim("iat")), nil, proof { $0["iat"] = nil })
        try refuses(.attestationProof(.stale), nil, proof { $0["iat"] = .integer(Sample.seconds - 301) })
        try refuses(.attestationProof(.fromTheFuture), nil, proof { $0["iat"] = .integer(Sample.seconds + 31) })
        try refuses(.attestationProof(.malformedClaim("challenge")), nil, proof { $0["challenge"] = 1 })
    }

    @Test("A server may want a fresh attestation, and then one that says when it was made")
    func freshAttestation() throws {
        #expect(try verify(attestation(), proof(), maximumAge: 60).clientID == "c")
        for change in [{ $0["iat"] = .integer(Sample.seconds - 61) }, { $0["iat"] = nil }]
            as [(inout JSONObject) -> Void]
        {
            let old = try attestation(change)
            #expect(try verify(old, proof()).clientID == "c")
            #expect(throws: ClientAuthenticationRefusal.attestationTooOld) {
                try verify(old, proof(), maximumAge: 60)
            }
        }
    }

    @Test("Only algorithms that are listed are accepted")
    func algorithms() {
        #expect(throws: ClientAuthenticationRefusal.attestation(.algorithmNotAllowed)) {
            try verify(attestation(), proof(), algorithms: [.edDSA])
        }
    }

    @Test("The codes of the draft go over the wire")
    func wire() {
        let codes: [(ClientAuthenticationRefusal, String)] = [
            (.severalMethods, "invalid_request"), (.differentClientIDs, "invalid_request"),
            (.malformedClientID, "invalid_request"), (.malformedHeader, "invalid_client"),
            (.unsupportedAssertionType, "invalid_client"), (.missingAssertion, "invalid_client"),
            (.assertion(.expired), "invalid_client"), (.incompleteAttestation, "invalid_client_attestation"),
            (.attestation(.expired), "invalid_client_attestation"),
            (.attestationProof(.stale), "invalid_client_attestation"),
            (.attestedKey(.unsupportedCurve), "invalid_client_attestation"),
            (.untrustedAttester, "invalid_client_attestation"), (.challengeNeeded, "use_attestation_challenge"),
            (.challengeUnusable, "use_attestation_challenge"), (.attestationTooOld, "use_fresh_attestation"),
            (.replayed, "invalid_client"), (.noClient, "invalid_client"), (.unknownClient(.none), "invalid_client"),
            (.wrongSecret(.clientSecretPost), "invalid_client"), (.methodNotAllowed(.none), "invalid_client"),
        ]
        for (refusal, code) in codes {
            #expect(refusal.wire.code == code)
            #expect(refusal.wire.status == (refusal == .malformedHeader ? .unauthorized : .badRequest))
            #expect(!refusal.reason.isEmpty)
        }
        // A stranger does not learn which of the three it was.
        let told = Set(
            [
                .unknownClient(.clientSecretBasic), .wrongSecret(.clientSecretBasic),
                .methodNotAllowed(.clientSecretBasic),
            ]
            .map { (refusal: ClientAuthenticationRefusal) in refusal.wire.description })
        #expect(told.count == 1)
        #expect(ClientAuthenticationRefusal.wrongSecret(.clientSecretBasic).wire.status == .unauthorized)
    }

    @Test("A challenge is given and read")
    func challenge() {
        let challenge = AttestationChallenge("abc")
        #expect(challenge.response.status == .ok)
        #expect(challenge.response.headers[.cacheControl] == "no-store")
        #expect(challenge.response.body == "{\"attestation_challenge\":\"abc\"}".bytes)
        #expect(AttestationChallenge(parsing: challenge.response.body) == challenge)
        for body in ["", "{}", "{\"attestation_challenge\":\"\"}", "{\"attestation_challenge\":\"a b\"}"] {
            #expect(AttestationChallenge(parsing: body.bytes) == nil)
        }
    }

    @Test("No change of either passes")
    func mutation() throws {
        let (attestation, proof) = (try attestation(), try proof())
        for bytes in mutations(of: attestation.bytes, seed: 7, count: 400) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != attestation else { continue }
            #expect(throws: ClientAuthenticationRefusal.self) { try verify(text, proof) }
        }
        for bytes in mutations(of: proof.bytes, seed: 8, count: 400) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != proof else { continue }
            #expect(throws: ClientAuthenticationRefusal.self) { try verify(attestation, text) }
        }
    }
}
