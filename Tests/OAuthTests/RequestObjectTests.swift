import Foundation
import JOSE
import OAuth
import Testing
import WireFormats

/// Each test makes a valid request object and takes one change.
@Suite("Request object")
struct RequestObjectTests {
    private let key = Sample.key()

    private var request: AuthorizationRequest {
        var request = AuthorizationRequest(clientID: "c", redirectURI: "https://c.example/cb")
        request.scopes = ["openid"]
        request.state = "inside"
        request.claims = ClaimsRequest(userinfo: [.init(name: "email", isEssential: true)])
        request.resources = ["https://rs.example"]
        return request
    }

    private func expectation(
        _ profile: RequestObject.Profile = .jar, clientID: String = "c", now: Date = Sample.now,
        keys: VerificationKeys? = nil, algorithms: Set<SignatureAlgorithm> = .sound
    ) -> RequestObject.Expectation {
        .init(
            clientID: clientID, issuer: Sample.issuer, keys: keys ?? VerificationKeys(key.publicKey), now: now,
            algorithms: algorithms, profile: profile)
    }

    private func object(
        _ change: (inout JSONObject) -> Void = { _ in }, header changeHeader: (inout JSONObject) -> Void = { _ in }
    ) throws -> String {
        let maker = RequestObjectMaker(signer: key, keyID: "k", clientID: "c", audience: Sample.issuer)
        let made = try maker.sign(request, now: Sample.now)
        var header = try Sample.header(of: made).with("alg", nil)
        changeHeader(&header)
        var claims = try Sample.claims(of: made)
        change(&claims)
        return try Sample.jwt(by: key, header: header, claims: claims)
    }

    private func refuses(
        _ refusal: RequestObjectRefusal, _ compact: String, _ profile: RequestObject.Profile = .jar,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: refusal, sourceLocation: sourceLocation) {
            try RequestObject(verifying: compact, expecting: expectation(profile))
        }
    }

    @Test("What the client makes verifies under every profile and gives its request", arguments: [0, 1, 2])
    func roundtrip(index: Int) throws {
        let profile = [RequestObject.Profile.openID, .jar, .fapi][index]
        let maker = RequestObjectMaker(signer: key, keyID: nil, clientID: "c", audience: Sample.issuer)
        let compact = try maker.sign(request, now: Sample.now, identifier: "j")
        let object = try RequestObject(verifying: compact, expecting: expectation(profile))
        #expect(try AuthorizationRequest(object.parameters) == request)
        #expect(object.identifier == "j")
        #expect(object.expiresAt == Sample.now + 300)
        #expect(object.parameters.reply.state == "inside")
        #expect(try Sample.header(of: compact)["typ"] == "oauth-authz-req+jwt")
    }

    @Test("The example of OpenID Connect Core §6.1 verifies; its response type is not supported here")
    func published() throws {
        let jwk: JSONObject = [
            "kty": "RSA", "kid": "k2bdc", "e": "AQAB",
            "n": .string(
                "y9Lqv4fCp6Ei-u2-ZCKq83YvbFEk6JMs_pSj76eMkddWRuWX2aBKGHAtKlE5P7_vn__PCKZWePt3vGkB6ePgzAFu08NmKemwE5bQI0e6"
                    + "kIChtt_6KzT5OaaXDFI6qCLJmk51Cc4VYFaxgqevMncYrzaW_50mZ1yGSFIQzLYP8bijAHGVjdEFgZaZEN9lsn_GdWLaJpHrB3R"
                    + "OlS50E45wxrlg9xMncVb8qDPuXZarvghLL0HzOuYRadBJVoWZowDNTpKpk2RklZ7QaBO7XDv3uR7s_sf2g-bAjSYxYUGsqkNA9b"
                    + "3xVW53am_UZZ3tZbFTIh557JICWKHlWj5uzeJXaw"),
        ]
        let keys = VerificationKeys(try PublicJWKSet(["keys": [.object(jwk)]]))
        let object = try RequestObject(
            verifying: Self.publishedObject,
            expecting: .init(
                clientID: "s6BhdRkqt3", issuer: "https://server.example.com", keys: keys, now: Sample.now,
                algorithms: [.rs256], profile: .openID))
        #expect(object.expiresAt == nil)
        #expect(object.parameters.reply.redirectURI == "https://client.example.org/cb")
        #expect(object.parameters.reply.state == "af0ifjsldkj")
        #expect(throws: AuthorizationRequestRefusal.unsupportedResponseType) {
            try AuthorizationRequest(object.parameters)
        }
        let claims = try Sample.claims(of: Self.publishedObject).with("response_type", "code")
        let request = try AuthorizationRequest(AuthorizationParameters(claims: claims))
        #expect(request.maxAge == .seconds(86_400))
        #expect(request.claims?.idToken.map(\.name) == ["gender", "birthdate", "acr"])
        // RS256 has to be asked for, and other profiles want an expiry.
        for (algorithms, profile, fault) in [
            (.sound, .openID, .jws(.unsupportedAlgorithm)), ([.rs256], .jar, .missingClaim("exp")),
        ] as [(Set<SignatureAlgorithm>, RequestObject.Profile, JWTFault)] {
            #expect(throws: RequestObjectRefusal.jwt(fault)) {
                try RequestObject(
                    verifying: Self.publishedObject,
                    expecting: .init(
                        clientID: "s6BhdRkqt3", issuer: "https://server.example.com", keys: keys, now: Sample.now,
                        algorithms: algorithms, profile: profile))
            }
        }
    }

    private static let publishedObject =
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsyYmRjIn0.ew0KICJpc3MiOiAiczZCaGRSa3F0MyIsDQogImF1ZCI6ICJodHRwczovL3NlcnZlci5le"
        + "GFtcGxlLmNvbSIsDQogInJlc3BvbnNlX3R5cGUiOiAiY29kZSBpZF90b2tlbiIsDQogImNsaWVudF9pZCI6ICJzNkJoZFJrcXQzIiwNCiAicm"
        + "VkaXJlY3RfdXJpIjogImh0dHBzOi8vY2xpZW50LmV4YW1wbGUub3JnL2NiIiwNCiAic2NvcGUiOiAib3BlbmlkIiwNCiAic3RhdGUiOiAiYWY"
        + "waWZqc2xka2oiLA0KICJub25jZSI6ICJuLTBTNl9XekEyTWoiLA0KICJtYXhfYWdlIjogODY0MDAsDQogImNsYWltcyI6IA0KICB7DQogICAi"
        + "dXNlcmluZm8iOiANCiAgICB7DQogICAgICJnaXZlbl9uYW1lIjogeyJlc3NlbnRpYWwiOiB0cnVlfSwNCiAgICAgIm5pY2tuYW1lIjogbnVsb"
        + "CwNCiAgICAgImVtYWlsIjogeyJlc3NlbnRpYWwiOiB0cnVlfSwNCiAgICAgImVtYWlsX3ZlcmlmaWVkIjogeyJlc3NlbnRpYWwiOiB0cnVlfS"
        + "wNCiAgICAgInBpY3R1cmUiOiBudWxsDQogICAgfSwNCiAgICJpZF90b2tlbiI6IA0KICAgIHsNCiAgICAgImdlbmRlciI6IG51bGwsDQogICA"
        + "gICJiaXJ0aGRhdGUiOiB7ImVzc2VudGlhbCI6IHRydWV9LA0KICAgICAiYWNyIjogeyJ2YWx1ZXMiOiBbInVybjptYWNlOmluY29tbW9uOmlh"
        + "cDpzaWx2ZXIiXX0NCiAgICB9DQogIH0NCn0.nwwnNsk1-ZkbmnvsF6zTHm8CHERFMGQPhos-EJcaH4Hh-sMgk8ePrGhw_trPYs8KQxsn6R9Em"
        + "o_wHwajyFKzuMXZFSZ3p6Mb8dkxtVyjoy2GIzvuJT_u7PkY2t8QU9hjBcHs68PkgjDVTrG1uRTx0GxFbuPbj96tVuj11pTnmFCUR6IEOXKYr"
        + "7iGOCRB3btfJhM0_AKQUfqKnRlrRscc8Kol-cSLWoYE9l5QqholImzjT_cMnNIznW9E7CDyWXTsO70xnB4SkG6pXfLSjLLlxmPGiyon_-Te1"
        + "11V8uE83IlzCYIb_NMXvtTIVc1jpspnTSD7xMbpL-2QgwUsAlMGzw"

    @Test("Its type is oauth-authz-req+jwt, JWT or not stated", arguments: ["oauth-authz-req+jwt", "JWT", "jwt", nil])
    func types(type: String?) throws {
        let compact = try object(header: { $0["typ"] = type.map(JSON.string) })
        #expect(try RequestObject(verifying: compact, expecting: expectation()).identifier != nil)
    }

    @Test("Another type is refused", arguments: ["at+jwt", "dpop+jwt", "", "é", 1] as [JSON])
    func otherTypes(type: JSON) throws {
        refuses(.jwt(.wrongType), try object(header: { $0["typ"] = type }))
    }

    @Test("One that is signed by nobody, by another, or wrongly is refused")
    func signatures() throws {
        let claims = try Sample.claims(of: object())
        refuses(.jwt(.jws(.unsupportedAlgorithm)), Sample.unsigned(claims, type: "JWT"))
        refuses(.jwt(.jws(.invalidSignature)), try Sample.broken(object()))
        refuses(
            .jwt(.jws(.invalidSignature)),
            try Sample.jwt(by: Sample.key(seed: 2), header: ["typ": "JWT"], claims: claims))
        refuses(
            .jwt(.noMatchingKey), try Sample.jwt(by: Sample.key(.edDSA), header: ["typ": "JWT"], claims: claims))
        refuses(.jwt(.noMatchingKey), try object(header: { $0["kid"] = 1 }))
        refuses(.jwt(.jws(.notCompact)), "request")
        refuses(.jwt(.jws(.tooLong)), String(repeating: "a", count: 65_537))
    }

    @Test("Keys are found by their identifier, or tried if there is none")
    func keySet() throws {
        let keys: JSON = [
            "keys": [
                .object(Sample.key(seed: 2).publicKey.jwk.with("kid", "other")),
                .object(key.publicKey.jwk.with("kid", "k")),
            ]
        ]
        let set = VerificationKeys(try PublicJWKSet(keys))
        for kid in ["k", nil] as [String?] {
            let compact = try object(header: { $0["kid"] = kid.map(JSON.string) })
            #expect(try RequestObject(verifying: compact, expecting: expectation(keys: set)).identifier != nil)
        }
        for (kid, fault) in [("other", .jws(.invalidSignature)), ("none", .noMatchingKey)] as [(String, JWTFault)] {
            let compact = try object(header: { $0["kid"] = .string(kid) })
            #expect(throws: RequestObjectRefusal.jwt(fault)) {
                try RequestObject(verifying: compact, expecting: expectation(keys: set))
            }
        }
    }

    @Test("It is from the client that sends it")
    func client() throws {
        refuses(.otherClient, try object { $0["client_id"] = "d" })
        refuses(.otherClient, try object { $0["client_id"] = nil })
        refuses(.jwt(.wrongIssuer), try object { $0["iss"] = "d" })
        refuses(.jwt(.missingClaim("iss")), try object { $0["iss"] = nil })
        refuses(.jwt(.wrongIssuer), try object { $0["iss"] = "d" }, .openID)
    }

    @Test("It is for this server, maybe among others")
    func audience() throws {
        for audience in [["https://other.example", .string(Sample.issuer)], .string(Sample.issuer)] as [JSON] {
            let compact = try object { $0["aud"] = audience }
            #expect(try RequestObject(verifying: compact, expecting: expectation()).identifier != nil)
        }
        for audience in ["https://as.example/", [], ["https://other.example"], 1, [:]] as [JSON] {
            refuses(.jwt(.wrongAudience), try object { $0["aud"] = audience })
            refuses(.jwt(.wrongAudience), try object { $0["aud"] = audience }, .openID)
        }
        refuses(.jwt(.missingClaim("aud")), try object { $0["aud"] = nil })
    }

    @Test("It has its time")
    func time() throws {
        refuses(.jwt(.missingClaim("exp")), try object { $0["exp"] = nil })
        refuses(.jwt(.expired), try object { $0["exp"] = .integer(Sample.seconds - 30) })
        refuses(.jwt(.malformedClaim("exp")), try object { $0["exp"] = "tomorrow" })
        refuses(.jwt(.notYetValid), try object { $0["nbf"] = .integer(Sample.seconds + 31) })
        refuses(.jwt(.fromTheFuture), try object { $0["iat"] = .integer(Sample.seconds + 31) })
        refuses(.jwt(.expired), try object { $0["exp"] = .integer(Sample.seconds - 30) }, .openID)
    }

    @Test("FAPI wants an nbf of the last hour, and an exp within an hour of it")
    func fapi() throws {
        refuses(.jwt(.missingClaim("nbf")), try object { $0["nbf"] = nil }, .fapi)
        refuses(.jwt(.stale), try object { $0["nbf"] = .integer(Sample.seconds - 3601) }, .fapi)
        refuses(.jwt(.lastsTooLong), try object { $0["exp"] = .integer(Sample.seconds + 3601) }, .fapi)
        let longest = try object { $0["exp"] = .integer(Sample.seconds + 3600) }
        #expect(try RequestObject(verifying: longest, expecting: expectation(.fapi)).expiresAt == Sample.now + 3600)
    }

    @Test("Without iss, aud and exp it passes only as OpenID Connect has it")
    func openID() throws {
        let compact = try object { claims in
            for name in ["iss", "aud", "exp"] { claims[name] = nil }
        }
        #expect(try RequestObject(verifying: compact, expecting: expectation(.openID)).expiresAt == nil)
        refuses(.jwt(.missingClaim("iss")), compact)
    }

    @Test("There is none in it", arguments: ["request", "request_uri"])
    func nested(name: String) throws {
        refuses(.nested, try object { $0[name] = "urn:x" })
    }

    @Test("An identifier has 1 to 256 bytes")
    func identifier() throws {
        refuses(.jwt(.malformedClaim("jti")), try object { $0["jti"] = .string(String(repeating: "j", count: 257)) })
        #expect(
            try RequestObject(verifying: object { $0["jti"] = nil }, expecting: expectation()).identifier == nil)
    }

    @Test("No change of one passes")
    func mutation() throws {
        let compact = try object()
        for bytes in mutations(of: Array(compact.utf8), seed: 9101, count: 500) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != compact else { continue }
            #expect(throws: RequestObjectRefusal.self) {
                try RequestObject(verifying: text, expecting: expectation())
            }
        }
    }
}
