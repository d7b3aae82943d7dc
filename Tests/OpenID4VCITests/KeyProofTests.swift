import Foundation
import JOSE
import OpenID4VCI
import TestSupport
import Testing
import WireFormats

/// Each test makes a valid proof and takes one change.
@Suite("Key proof")
struct KeyProofTests {
    private static let now: Int64 = 1_795_132_800
    private let key = Self.key(.es256)

    private static func key(_ algorithm: SignatureAlgorithm, seed: UInt8 = 1) -> PrivateKey {
        // Any such bytes from 1 to the order of the group are a key: these are.
        try! PrivateKey(algorithm, rawRepresentation: [UInt8](repeating: seed, count: algorithm == .es384 ? 48 : 32))
    }

    private func expectation(_ algorithms: Set<SignatureAlgorithm> = [.es256, .es384, .edDSA])
        -> VerifiedKeyProof.Expectation
    {
        .init(
            audience: "https://issuer.example", algorithms: algorithms,
            now: Date(timeIntervalSince1970: Double(Self.now)), maximumAge: 300)
    }

    private func proof(
        by key: PrivateKey = key(.es256), payload: String? = nil,
        claims changeClaims: (inout JSONObject) -> Void = { _ in },
        header changeHeader: (inout JSONObject) -> Void = { _ in }
    ) throws -> String {
        var header: JSONObject = ["typ": "openid4vci-proof+jwt", "jwk": .object(key.publicKey.jwk)]
        changeHeader(&header)
        var claims: JSONObject = ["aud": "https://issuer.example", "iat": .integer(Self.now), "nonce": "n"]
        changeClaims(&claims)
        let payload = payload?.bytes ?? JSON.object(claims).encoded()
        return String(decoding: try JWSIssuer(signer: key, header: header).sign(payload: payload), as: UTF8.self)
    }

    private func verify(_ proof: String) throws(KeyProofRefusal) -> VerifiedKeyProof {
        try VerifiedKeyProof(verifying: proof, against: expectation())
    }

    private func refuses(
        _ reason: KeyProofRefusal, _ proof: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: reason, sourceLocation: sourceLocation) { try verify(proof) }
    }

    @Test("A proof gives its key and nonce, claims that are unknown ignored", arguments: SignatureAlgorithm.allCases)
    func valid(algorithm: SignatureAlgorithm) throws {
        let key = Self.key(algorithm)
        let verified = try verify(proof(by: key) { $0["iss"] = "wallet" })
        #expect(verified.key == key.publicKey)
        #expect(verified.nonce == "n")
        #expect(verified.did == nil)
    }

    @Test(
        "What the wallet makes verifies, however it names its key", arguments: SignatureAlgorithm.allCases,
        [.jwk, .didJWK, .didKey] as [KeyProofMaker.KeyReference])
    func made(algorithm: SignatureAlgorithm, reference: KeyProofMaker.KeyReference) throws {
        let key = Self.key(algorithm)
        let proof = try KeyProofMaker.makeProof(
            key: key, reference: reference, audience: "https://issuer.example", nonce: "n",
            issuedAt: Date(timeIntervalSince1970: Double(Self.now)), clientID: "wallet")
        let verified = try verify(proof)
        #expect(verified.key == key.publicKey)
        switch reference {
        case .jwk: #expect(verified.did == nil)
        case .didJWK: #expect(verified.did == DIDKeyMaterial.didJWK(for: key.publicKey))
        case .didKey: #expect(verified.did == DIDKeyMaterial.didKey(for: key.publicKey))
        }
    }

    @Test("A proof that is no JWS, is unsigned, symmetric or by another key is refused for that")
    func jws() throws {
        refuses(.jws(.notCompact), "x")
        refuses(.jws(.tooLong), String(repeating: "A", count: UnverifiedJWS.maximumBytes + 1))
        for name in ["none", "HS256"] {
            let header = Base64URL.encode("{\"alg\":\"\(name)\",\"typ\":\"openid4vci-proof+jwt\"}".bytes)
            refuses(.jws(.unsupportedAlgorithm), header + ".e30.")
        }
        refuses(.jws(.criticalExtension), try proof(header: { $0["crit"] = ["exp"] }))
        let other = Self.key(.es256, seed: 2).publicKey.jwk
        refuses(.jws(.invalidSignature), try proof(header: { $0["jwk"] = .object(other) }))
        let otherType = Self.key(.edDSA).publicKey.jwk
        refuses(.jws(.keyOfOtherAlgorithm), try proof(header: { $0["jwk"] = .object(otherType) }))
    }

    @Test("No flipped bit of a proof leaves one that verifies")
    func tampering() throws {
        let bytes = try proof().bytes
        for bit in stride(from: 0, to: bytes.count * 8, by: 3) {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: KeyProofRefusal.self, "bit \(bit)") { try verify(String(decoding: changed, as: UTF8.self)) }
        }
    }

    @Test(
        "A JWT of another type is no proof",
        arguments: ["JWT", "jwt", "OpenID4VCI-proof+jwt", "kb+jwt", "dpop+jwt", ""])
    func wrongType(type: String) throws {
        refuses(.wrongType, try proof(header: { $0["typ"] = .string(type) }))
        refuses(.wrongType, try proof(header: { $0["typ"] = nil }))
    }

    @Test("An algorithm that the configuration does not allow is refused", arguments: SignatureAlgorithm.allCases)
    func algorithmNotAllowed(algorithm: SignatureAlgorithm) throws {
        let proof = try proof(by: Self.key(algorithm))
        let others = Set(SignatureAlgorithm.allCases).subtracting([algorithm])
        #expect(throws: KeyProofRefusal.algorithmNotAllowed) {
            try VerifiedKeyProof(verifying: proof, against: expectation(others))
        }
        _ = try VerifiedKeyProof(verifying: proof, against: expectation([algorithm]))
    }

    @Test("A proof that names no key is refused")
    func noKey() throws {
        refuses(.noKey, try proof(header: { $0["jwk"] = nil }))
    }

    @Test("A proof that names its key twice is refused", arguments: ["kid", "x5c", "trust_chain"])
    func severalKeys(name: String) throws {
        let did = JSON.string(DIDKeyMaterial.didKey(for: key.publicKey))
        refuses(.severalKeys, try proof(header: { $0[name] = did }))
        refuses(.severalKeys, try proof(header: { $0[name] = .null }))
    }

    @Test("Keys named by certificate, trust chain or a local name are refused")
    func unsupportedKeyReference() throws {
        for (name, value) in [
            ("x5c", ["AA=="]), ("trust_chain", ["a"]), ("kid", "key-1"), ("kid", 1), ("kid", ""),
            ("kid", "DID:key:z6Mk"),
        ] as [(String, JSON)] {
            refuses(
                .unsupportedKeyReference,
                try proof(header: {
                    $0["jwk"] = nil
                    $0[name] = value
                }))
        }
    }

    @Test("A JWK that is no accepted public key is refused, a private one above all")
    func jwk() throws {
        func refusesJWK(_ reason: JWKRefusal, _ change: (inout JSONObject) -> Void) throws {
            var jwk = key.publicKey.jwk
            change(&jwk)
            refuses(.jwk(reason), try proof(header: { $0["jwk"] = .object(jwk) }))
        }
        try refusesJWK(.privateMember) { $0["d"] = .string(Base64URL.encode(key.rawRepresentation)) }
        try refusesJWK(.privateMember) { $0 = ["kty": "oct", "k": "AA"] }
        try refusesJWK(.unsupportedCurve) { $0["crv"] = "secp256k1" }
        try refusesJWK(.unsupportedKeyType) { $0["kty"] = "RSA" }
        try refusesJWK(.malformedMember("x")) { $0["x"] = nil }
        try refusesJWK(.pointNotOnCurve) { $0["y"] = $0["x"] }
        try refusesJWK(.notForThisUse) { $0["use"] = "enc" }
        for value in ["x", nil, []] as [JSON] {
            refuses(.jwk(.malformedMember("jwk")), try proof(header: { $0["jwk"] = value }))
        }
    }

    @Test("A DID that gives no key is refused for what is wrong with it")
    func did() throws {
        let own = DIDKeyMaterial.didKey(for: key.publicKey)
        for (kid, reason) in [
            ("did:web:wallet.example#0", DIDRefusal.unsupportedMethod), ("did:key:z0", .malformed),
            (own + "#1", .unknownKey),
            ("did:key:z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F", .unsupportedKeyType),
            ("did:jwk:" + Base64URL.encode("{\"kty\":\"oct\",\"k\":\"AA\"}".bytes), .key(.privateMember)),
        ] {
            refuses(
                .did(reason),
                try proof(header: {
                    $0["jwk"] = nil
                    $0["kid"] = .string(kid)
                }))
        }
    }

    @Test("A payload that is no JSON object is refused", arguments: ["", "[]", "{\"aud\":1,\"aud\":1}", "{}x"])
    func payloadNotJSONObject(payload: String) throws {
        refuses(.payloadNotJSONObject, try proof(payload: payload))
    }

    @Test("A proof without audience or time is refused by the claim's name")
    func missingClaim() throws {
        refuses(.missingClaim("aud"), try proof { $0["aud"] = nil })
        refuses(.missingClaim("iat"), try proof { $0["iat"] = nil })
        refuses(.missingClaim("iat"), try proof { $0["iat"] = .string(String(Self.now)) })
    }

    @Test(
        "A proof for another audience, or for several, is refused",
        arguments: [
            "https://issuer.example/", "https://other.example", "https://issuer.example/credential", "", [], nil, 1,
            ["https://issuer.example", "https://other.example"], ["https://other.example"],
        ] as [JSON])
    func wrongAudience(audience: JSON) throws {
        refuses(.wrongAudience, try proof { $0["aud"] = audience })
    }

    @Test("An audience may stand alone in an array")
    func audienceArray() throws {
        _ = try verify(proof { $0["aud"] = ["https://issuer.example"] })
    }

    @Test("A proof that is too old or has expired is refused; one at the limit is not")
    func stale() throws {
        _ = try verify(proof { $0["iat"] = .integer(Self.now - 300) })
        refuses(.stale, try proof { $0["iat"] = .integer(Self.now - 301) })
        refuses(.stale, try proof { $0["iat"] = 0 })
        refuses(.stale, try proof { $0["iat"] = .decimal(literal: "-1e400") })
        _ = try verify(proof { $0["exp"] = .integer(Self.now - 59) })
        refuses(.stale, try proof { $0["exp"] = .integer(Self.now - 60) })
    }

    @Test("A proof from the future is refused; a wallet's clock may be a minute ahead")
    func fromTheFuture() throws {
        _ = try verify(proof { $0["iat"] = .integer(Self.now + 60) })
        _ = try verify(proof { $0["iat"] = .decimal(literal: "1795132800.5") })
        refuses(.fromTheFuture, try proof { $0["iat"] = .integer(Self.now + 61) })
        refuses(.fromTheFuture, try proof { $0["iat"] = .integer(.max) })
        refuses(.fromTheFuture, try proof { $0["iat"] = .decimal(literal: "1e400") })
        _ = try verify(proof { $0["nbf"] = .integer(Self.now + 60) })
        refuses(.fromTheFuture, try proof { $0["nbf"] = .integer(Self.now + 61) })
    }

    @Test("A proof without nonce is refused", arguments: [nil, "", 1, ["n"]] as [JSON])
    func missingNonce(nonce: JSON) throws {
        refuses(.missingNonce, try proof { $0["nonce"] = nonce })
        refuses(.missingNonce, try proof { $0["nonce"] = nil })
    }
}
