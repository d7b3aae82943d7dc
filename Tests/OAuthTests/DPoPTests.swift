import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WireFormats

/// Each test makes a valid proof and takes one change.
@Suite("DPoP proof")
struct DPoPTests {
    private let key = Sample.key()
    private let url = "https://rs.example/credential"

    private func expectation(
        method: HTTPRequest.Method = .post, url: String = "https://rs.example/credential", accessToken: String? = nil,
        now: Date = Sample.now
    ) -> DPoPProof.Expectation {
        .init(method: method, url: url, accessToken: accessToken, now: now)
    }

    private func proof(
        by key: PrivateKey? = nil, accessToken: String? = nil,
        claims changeClaims: (inout JSONObject) -> Void = { _ in },
        header change: (inout JSONObject) -> Void = { _ in }
    ) throws -> String {
        let key = key ?? self.key
        let made = try DPoPProofMaker(key: key).proof(
            method: .post, url: url, accessToken: accessToken, nonce: "n", now: Sample.now)
        var header = try Sample.header(of: made)
        header["alg"] = nil
        change(&header)
        var claims = try Sample.claims(of: made)
        changeClaims(&claims)
        return try Sample.jwt(by: key, header: header, claims: claims)
    }

    private func refuses(
        _ refusal: DPoPRefusal, _ proof: String, _ expected: DPoPProof.Expectation? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: refusal, sourceLocation: sourceLocation) {
            try DPoPProof(verifying: proof, expecting: expected ?? expectation())
        }
    }

    private static let published =
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0Rs"
        + "cEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2"
        + "In19"

    @Test("The token request of RFC 9449 §5 verifies, with the thumbprint of §6.1")
    func publishedTokenRequest() throws {
        let compact =
            Self.published
            + ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2Vu"
            + "IiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT"
            + "3Lg"
        let proof = try DPoPProof(
            verifying: compact,
            expecting: expectation(
                url: "https://server.example.com/token", now: Date(timeIntervalSince1970: 1_562_262_616)))
        #expect(proof.identifier == "-BwC3ESc6acc2lTc")
        #expect(proof.thumbprintText == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")
        #expect(proof.issuedAt == Date(timeIntervalSince1970: 1_562_262_616))
        #expect(proof.nonce == nil)
    }

    @Test("The resource request of RFC 9449 §7.1 verifies with its access token and no other")
    func publishedResourceRequest() throws {
        let compact =
            Self.published
            + ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90Z"
            + "WN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFby"
            + "J9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
        func expected(_ token: String) -> DPoPProof.Expectation {
            expectation(
                method: .get, url: "https://resource.example.org/protectedresource", accessToken: token,
                now: Date(timeIntervalSince1970: 1_562_262_618))
        }
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
        #expect(try DPoPProof(verifying: compact, expecting: expected(token)).identifier == "e1j3V_bKic8-LAEB")
        refuses(.otherAccessToken, compact, expected(token + "a"))
    }

    @Test("What the client makes verifies, whatever its key", arguments: SignatureAlgorithm.elliptic)
    func roundtrip(algorithm: SignatureAlgorithm) throws {
        let key = Sample.key(algorithm)
        let maker = DPoPProofMaker(key: key)
        let compact = try maker.proof(
            method: .post, url: url + "?a=b#c", accessToken: "t", nonce: "n", now: Sample.now, identifier: "j")
        let proof = try DPoPProof(verifying: compact, expecting: expectation(accessToken: "t"))
        #expect(proof.key == key.publicKey)
        #expect(proof.thumbprint == key.publicKey.thumbprint)
        #expect(proof.thumbprintText == maker.thumbprintText)
        #expect(proof.identifier == "j")
        #expect(proof.nonce == "n")
        #expect(proof.issuedAt == Sample.now)
    }

    @Test("An RSA key signs by PS256; RS256 is refused")
    func rsa() throws {
        let compact = try proof(by: Sample.rsaKey)
        #expect(try DPoPProof(verifying: compact, expecting: expectation()).key == Sample.rsaKey.publicKey)
        let key = try PrivateKey(.rs256, rawRepresentation: Sample.rsaKey.rawRepresentation)
        refuses(.jwt(.jws(.unsupportedAlgorithm)), try proof(by: key))
    }

    @Test("Two proofs have different identifiers")
    func identifiers() throws {
        let maker = DPoPProofMaker(key: key)
        let made = try (0..<20).map { _ in try Sample.claims(of: maker.proof(method: .get, url: url, now: Sample.now)) }
        #expect(Set(made.compactMap { $0["jti"]?.string }).count == 20)
    }

    @Test("Exactly one DPoP header is asked for")
    func headers() throws {
        func request(_ values: [String]) -> EndpointRequest {
            var headers: HTTPFields = [:]
            headers[values: .dpop] = values
            return EndpointRequest(method: .post, headers: headers)
        }
        let compact = try proof()
        #expect(try DPoPProof(in: request([compact]), expecting: expectation()).nonce == "n")
        #expect(DPoPProof.isPresent(in: request([compact])))
        #expect(!DPoPProof.isPresent(in: request([])))
        #expect(throws: DPoPRefusal.missing) { try DPoPProof(in: request([]), expecting: expectation()) }
        #expect(throws: DPoPRefusal.repeated) {
            try DPoPProof(in: request([compact, compact]), expecting: expectation())
        }
        #expect(throws: DPoPRefusal.jwt(.jws(.notCompact))) {
            try DPoPProof(in: request([compact + ", " + compact]), expecting: expectation())
        }
    }

    @Test("What is no JWT is refused", arguments: ["", "a", "a.b.c", "....", "e30.e30."])
    func malformed(text: String) {
        #expect(throws: DPoPRefusal.self) { try DPoPProof(verifying: text, expecting: expectation()) }
    }

    @Test("A proof that is too long is refused before it is read")
    func tooLong() throws {
        refuses(.jwt(.jws(.tooLong)), try proof { $0["x"] = .string(String(repeating: "a", count: 8192)) })
    }

    @Test("The header must say what it is", arguments: ["JWT", "dpop", "DPoP+jwt", "application/dpop+jwt", nil])
    func type(type: String?) throws {
        refuses(.jwt(.wrongType), try proof(header: { $0["typ"] = type.map(JSON.string) }))
    }

    @Test("Signatures by nobody, by a shared secret, or broken are refused")
    func signatures() throws {
        let compact = try proof()
        refuses(.jwt(.jws(.invalidSignature)), try Sample.broken(compact))
        let claims = try Sample.claims(of: compact)
        refuses(.jwt(.jws(.unsupportedAlgorithm)), Sample.unsigned(claims, type: "dpop+jwt"))
        let hs: JSON = ["alg": "HS256", "typ": "dpop+jwt"]
        refuses(
            .jwt(.jws(.unsupportedAlgorithm)),
            Base64URL.encode(hs.encoded()) + "." + compact.split(separator: ".")[1] + ".AAAA")
        let other = Sample.key(seed: 2).publicKey.jwk
        refuses(.jwt(.jws(.invalidSignature)), try proof(header: { $0["jwk"] = .object(other) }))
        let ed = Sample.key(.edDSA).publicKey.jwk
        refuses(.jwt(.jws(.keyOfOtherAlgorithm)), try proof(header: { $0["jwk"] = .object(ed) }))
    }

    @Test("Only algorithms that are listed are accepted")
    func algorithms() throws {
        let expected = DPoPProof.Expectation(
            method: .post, url: url, accessToken: nil, now: Sample.now, algorithms: [.es384])
        refuses(.jwt(.jws(.unsupportedAlgorithm)), try proof(), expected)
    }

    @Test("The key must be there, public and sound")
    func keys() throws {
        refuses(.noKey, try proof(header: { $0["jwk"] = nil }))
        refuses(.noKey, try proof(header: { $0["jwk"] = "key" }))
        refuses(.noKey, try proof(header: { $0 = ["typ": "dpop+jwt", "kid": "did:jwk:x"] }))
        let jwk = key.publicKey.jwk
        refuses(.key(.privateMember), try proof(header: { $0["jwk"] = .object(jwk.with("d", "AQ")) }))
        refuses(.key(.unsupportedKeyType), try proof(header: { $0["jwk"] = ["kty": "oct"] }))
        refuses(.key(.privateMember), try proof(header: { $0["jwk"] = ["kty": "oct", "k": "AQ"] }))
    }

    @Test("A payload that is no JSON object is refused")
    func payload() throws {
        let header: JSONObject = ["typ": "dpop+jwt", "jwk": .object(key.publicKey.jwk)]
        for payload in ["", "[]", "{\"jti\":\"a\",\"jti\":\"a\"}"] {
            refuses(
                .jwt(.claimsNotJSONObject), try Sample.jwt(by: key, header: header, payload: Array(payload.utf8)))
        }
    }

    @Test("A claim that is missing is refused by name", arguments: ["jti", "htm", "htu", "iat"])
    func missing(name: String) throws {
        refuses(.jwt(.missingClaim(name)), try proof { $0[name] = nil })
        refuses(.jwt(.malformedClaim(name)), try proof { $0[name] = true })
        refuses(.jwt(.malformedClaim(name)), try proof { $0[name] = "" })
    }

    @Test("An identifier has 1 to 256 bytes")
    func identifierLength() throws {
        let longest = String(repeating: "j", count: 256)
        #expect(
            try DPoPProof(verifying: proof { $0["jti"] = .string(longest) }, expecting: expectation()).identifier
                == longest)
        refuses(.jwt(.malformedClaim("jti")), try proof { $0["jti"] = .string(longest + "j") })
    }

    @Test("The method must be the request's to the letter", arguments: ["GET", "post", "PUT", "Post"])
    func method(method: String) throws {
        refuses(.wrongMethod, try proof { $0["htm"] = .string(method) })
    }

    @Test(
        "Addresses that RFC 3986 holds equivalent are the same",
        arguments: [
            "https://rs.example/credential?x=1", "https://rs.example/credential#f", "HTTPS://RS.example/credential",
            "https://rs.example:443/credential", "https://rs.example:/credential",
            "https://rs.example/%63redential", "https://rs.example/a/../credential", "https://rs.example/./credential",
        ])
    func equivalentAddress(address: String) throws {
        let compact = try proof { $0["htu"] = .string(address) }
        #expect(try DPoPProof(verifying: compact, expecting: expectation()).nonce == "n")
        let mirrored = try proof()
        #expect(try DPoPProof(verifying: mirrored, expecting: expectation(url: address)).nonce == "n")
    }

    @Test("An empty path is a slash, and percent-encoded digits have no case")
    func equivalentPaths() throws {
        for (stated, expected) in [
            ("https://rs.example", "https://rs.example/"), ("https://rs.example/a%2fb", "https://rs.example/a%2Fb"),
            ("https://rs.example/a/..", "https://rs.example/"), ("https://rs.example/a/.", "https://rs.example/a/"),
            ("http://[::1]:80/a", "http://[::1]/a"), ("http://localhost:8080/a", "http://localhost:8080/a"),
        ] {
            let compact = try proof { $0["htu"] = .string(stated) }
            #expect(try DPoPProof(verifying: compact, expecting: expectation(url: expected)).nonce == "n")
        }
    }

    @Test(
        "Any other address is refused",
        arguments: [
            "https://rs.example/Credential", "https://rs.example/credential/", "http://rs.example/credential",
            "https://rs.example:8443/credential", "https://other.example/credential", "https://rs.example",
            "https://user@rs.example/credential", "rs.example/credential", "/credential", "https:///credential",
            "https://rs.example/%2Fcredential", "https://rs.example/%zzcredential", "ftp://rs.example/credential",
            "https://rs.example/credenti\u{e0}l", "https://rs.example.evil.example/credential",
            "https://rs.example:44x/credential", "https://rs.example/credential%", "https://[rs.example/credential",
            "https://rs.example]/credential",
        ])
    func otherAddress(address: String) throws {
        refuses(.wrongAddress, try proof { $0["htu"] = .string(address) })
    }

    @Test("A proof is accepted from a little ahead of the clock to its greatest age", arguments: [-300, -299, 0, 30])
    func fresh(offset: Int64) throws {
        let compact = try proof { $0["iat"] = .integer(Sample.seconds + offset) }
        #expect(try DPoPProof(verifying: compact, expecting: expectation()).identifier.isEmpty == false)
    }

    @Test("Outside of that window it is refused")
    func stale() throws {
        refuses(.jwt(.stale), try proof { $0["iat"] = .integer(Sample.seconds - 301) })
        refuses(.jwt(.stale), try proof { $0["iat"] = .integer(Sample.seconds - 3600) })
        refuses(.jwt(.fromTheFuture), try proof { $0["iat"] = .integer(Sample.seconds + 31) })
        refuses(.jwt(.fromTheFuture), try proof { $0["iat"] = .integer(Sample.seconds + 3600) })
        for literal in ["-1", "1e400", "253402300800", "9223372036854775807"] {
            let claims = try Sample.claims(of: proof()).with("iat", JSON(parsing: Array(literal.utf8)))
            let compact = try Sample.jwt(
                by: key, header: ["typ": "dpop+jwt", "jwk": .object(key.publicKey.jwk)], claims: claims)
            refuses(.jwt(.malformedClaim("iat")), compact)
        }
    }

    @Test("Claims that are unknown, exp and nbf among them, are tolerated, a fraction of a second too")
    func unknownClaims() throws {
        let compact = try proof { claims in
            claims["exp"] = .integer(Sample.seconds - 1000)
            claims["nbf"] = .integer(Sample.seconds + 1000)
            claims["x"] = ["y": 1]
            claims["iat"] = .decimal(literal: "1795132799.5")
        }
        let proof = try DPoPProof(verifying: compact, expecting: expectation())
        #expect(proof.issuedAt == Date(timeIntervalSince1970: 1_795_132_799.5))
    }

    @Test("With an access token its hash is asked for")
    func accessToken() throws {
        let expected = expectation(accessToken: "t")
        refuses(.jwt(.missingClaim("ath")), try proof(), expected)
        refuses(.otherAccessToken, try proof(accessToken: "u"), expected)
        refuses(.jwt(.malformedClaim("ath")), try proof { $0["ath"] = 1 }, expected)
        #expect(try DPoPProof(verifying: proof(accessToken: "t"), expecting: expected).nonce == "n")
        #expect(try DPoPProof(verifying: proof(accessToken: "t"), expecting: expectation()).nonce == "n")
    }

    @Test("A nonce that is no text is refused")
    func nonce() throws {
        refuses(.jwt(.malformedClaim("nonce")), try proof { $0["nonce"] = 1 })
        #expect(try DPoPProof(verifying: proof { $0["nonce"] = nil }, expecting: expectation()).nonce == nil)
    }

    @Test("No change of a proof passes")
    func mutation() throws {
        let compact = try proof(accessToken: "t")
        let expected = expectation(accessToken: "t")
        for bytes in mutations(of: Array(compact.utf8), seed: 9449, count: 600) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != compact else { continue }
            #expect(throws: DPoPRefusal.self) { try DPoPProof(verifying: text, expecting: expected) }
        }
    }
}

@Suite("DPoP refusals on the wire")
struct DPoPRefusalTests {
    @Test("An authorization server answers 400 with the code alone")
    func atServer() {
        for refusal in [.missing, .repeated, .noKey, .replayed, .otherKey, .jwt(.stale)] as [DPoPRefusal] {
            #expect(refusal.wire.status == .badRequest)
            #expect(refusal.wire.code == "invalid_dpop_proof")
            #expect(refusal.wire.response.headers[.wwwAuthenticate] == nil)
        }
        for refusal in [.nonceNeeded, .nonceUnusable] as [DPoPRefusal] {
            let response = refusal.wire.with(.dpopNonce, "fresh").response
            #expect(response.status == .badRequest)
            #expect(refusal.wire.code == "use_dpop_nonce")
            #expect(response.headers[.dpopNonce] == "fresh")
        }
    }

    @Test("A resource answers 401 with a challenge that lists the algorithms")
    func atResource() {
        let wire = DPoPRefusal.wrongMethod.resourceWire(algorithms: [.es256, .edDSA])
        #expect(wire.status == .unauthorized)
        #expect(
            wire.response.headers[values: .wwwAuthenticate] == [
                "DPoP error=\"invalid_dpop_proof\", error_description=\"\(wire.description)\", algs=\"ES256 EdDSA\""
            ])
        #expect(DPoPRefusal.nonceNeeded.resourceWire(algorithms: [.es256]).code == "use_dpop_nonce")
        // RFC 9449 §7.1: the token is not for this key.
        #expect(DPoPRefusal.otherKey.resourceWire(algorithms: [.es256]).code == "invalid_token")
    }

    @Test("Without a token the challenges name the schemes that are accepted")
    func challenges() {
        func values(_ challenge: WireRefusal.Challenge) -> [String] {
            WireRefusal(.unauthorized, "invalid_token", "None.", challenge: challenge).response
                .headers[values: .wwwAuthenticate]
        }
        #expect(values(.dpopWithoutError(algorithms: [.es256])) == ["DPoP algs=\"ES256\""])
        #expect(values(.bearerOrDPoPWithoutError(algorithms: [.es256])) == ["Bearer", "DPoP algs=\"ES256\""])
        #expect(values(.basic) == ["Basic realm=\"client\""])
    }
}
