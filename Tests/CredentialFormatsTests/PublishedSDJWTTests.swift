import CredentialFormats
import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("Published SD-JWTs", .enabled(if: Vectors.arePresent, "there are no vectors beside the checkout"))
struct PublishedSDJWTTests {
    private static let files =
        Vectors.files(in: "sd-jwt/rfc9901-examples") + Vectors.files(in: "sd-jwt/testcases")
        + Vectors.files(in: "sd-jwt-vc/examples")

    private func issuerKey(_ vector: JSON) throws -> PublicKey {
        try PublicKey(jwk: try #require(vector["issuer_keys"]?.array?.first?.object).publicPart)
    }

    /// Nil, loudly, for the four vectors that are JWS JSON objects, which we do not read.
    private func compactVector(_ file: String) throws -> JSON? {
        let vector = try Vectors.read(file)
        guard vector["serialization_format"] == "compact" else {
            print("Skipped \(file): JWS JSON serialization is not supported.")
            return nil
        }
        return vector
    }

    @Test("All vectors are there, and all but four are compact")
    func count() throws {
        #expect(Self.files.count == 36)
        #expect(try Self.files.filter { try Vectors.read($0)["serialization_format"] == "compact" }.count == 32)
    }

    @Test("A presentation resolves to the verified payload", arguments: files)
    func presentation(file: String) throws {
        guard let vector = try compactVector(file) else { return }
        let compact = try #require(vector["sd_jwt_presentation"]?.string)
        let verified = try UnverifiedSDJWT(parsing: compact).verify(with: issuerKey(vector))
        #expect(verified.payload == vector["verified_payload"]?.object)
        #expect(verified.issuedPayload == vector["sd_jwt_payload"]?.object)
    }

    @Test("What was issued resolves to the whole claims, with every published disclosure", arguments: files)
    func issuance(file: String) throws {
        guard let vector = try compactVector(file) else { return }
        let token = try UnverifiedSDJWT(parsing: try #require(vector["sd_jwt_issuance"]?.string))
        let published = try #require(vector["disclosures"]?.array)
        #expect(token.disclosures.map(\.text) == published.map { $0["disclosure"]?.string })
        for disclosure in published {
            let encoded = try #require(disclosure["disclosure"]?.string)
            #expect(Samples.digest(encoded) == disclosure["digest"]?.string)
        }
        let verified = try token.verify(with: issuerKey(vector))
        #expect(verified.withheldCount == vector["decoy_digests"]?.array?.count)
        for member in try #require(vector["input_claims"]?.object).members {
            #expect(verified.payload[member.name] == member.value)
        }
    }

    @Test("Another issuer's key does not verify", arguments: files)
    func otherKey(file: String) throws {
        guard let vector = try compactVector(file) else { return }
        let token = try UnverifiedSDJWT(parsing: try #require(vector["sd_jwt_presentation"]?.string))
        #expect(throws: SDJWTRefusal.jws(.invalidSignature)) { try token.verify(with: Samples.issuer.publicKey) }
    }

    @Test("Key binding verifies for its nonce and audience, and for no other", arguments: files)
    func keyBinding(file: String) throws {
        guard let vector = try compactVector(file) else { return }
        let compact = try #require(vector["sd_jwt_presentation"]?.string)
        let verified = try UnverifiedSDJWT(parsing: compact).verify(with: issuerKey(vector))
        let nonce = vector["key_binding_nonce"]?.string ?? "nonce"
        let audience = vector["verifier"]?.string ?? "audience"
        guard vector["key_binding"] == true else {
            #expect(throws: SDJWTRefusal.missingKeyBinding) {
                try verified.verifyKeyBinding(.init(nonce: nonce, audience: audience, issuedAt: 0...2_000_000_000))
            }
            return
        }
        let claims = try verified.verifyKeyBinding(.init(nonce: nonce, audience: audience, issuedAt: 0...2_000_000_000))
        #expect(claims["nonce"] == .string(nonce))
        #expect(throws: SDJWTRefusal.keyBinding(.wrongNonce)) {
            try verified.verifyKeyBinding(.init(nonce: nonce + "1", audience: audience, issuedAt: 0...2_000_000_000))
        }
        #expect(throws: SDJWTRefusal.keyBinding(.wrongAudience)) {
            try verified.verifyKeyBinding(.init(nonce: nonce, audience: audience + "/", issuedAt: 0...2_000_000_000))
        }
        #expect(throws: SDJWTRefusal.keyBinding(.notFresh)) {
            try verified.verifyKeyBinding(.init(nonce: nonce, audience: audience, issuedAt: 0...1))
        }
    }
}

extension JSONObject {
    /// Without the members of a private key.
    var publicPart: JSONObject {
        var object = self
        object["d"] = nil
        return object
    }
}
