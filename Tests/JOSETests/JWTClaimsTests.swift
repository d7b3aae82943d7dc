import Foundation
import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("JWT claims")
struct JWTClaimsTests {
    private static let now = Date(timeIntervalSince1970: 1_000_000)

    @Test("Registered claims are typed, others stay as they are")
    func typed() throws {
        let claims = try JWTClaims(
            parsing: """
                {"iss":"https://op.example","sub":"s","aud":["a","b"],"exp":2,"nbf":1.5,"iat":1e0,"jti":"j","nonce":"n",
                "x":{"y":[1.0]}}
                """.bytes)
        #expect(claims.issuer == "https://op.example")
        #expect(claims.subject == "s")
        #expect(claims.audiences == ["a", "b"])
        #expect(claims.expiresAt == Date(timeIntervalSince1970: 2))
        #expect(claims.notBefore == Date(timeIntervalSince1970: 1.5))
        #expect(claims.issuedAt == Date(timeIntervalSince1970: 1))
        #expect(claims.id == "j")
        #expect(claims.nonce == "n")
        #expect(claims["x"] == ["y": [.decimal(literal: "1.0")]])
        #expect(claims["z"] == nil)
        #expect(claims.all.names.last == "x")
    }

    @Test("Claims that are not there are nil")
    func absent() throws {
        let claims = try JWTClaims([:])
        #expect(claims.issuer == nil && claims.subject == nil && claims.id == nil && claims.nonce == nil)
        #expect(claims.expiresAt == nil && claims.notBefore == nil && claims.issuedAt == nil)
        #expect(claims.audiences.isEmpty)
        #expect(!claims.hasAudience(""))
    }

    @Test(
        "A payload that is no JSON object is refused", arguments: ["", "[]", "\"x\"", "{", "{\"a\":1,\"a\":2}", "null"])
    func notJSONObject(payload: String) {
        #expect(throws: JWTMalformation.notJSONObject) { try JWTClaims(parsing: payload.bytes) }
    }

    @Test("A string claim of another type is refused", arguments: ["iss", "sub", "jti", "nonce"])
    func strings(name: String) {
        for value in [.null, 1, true, [], [:], ["x"]] as [JSON] {
            #expect(throws: JWTMalformation.claim(name)) { try JWTClaims([name: value]) }
        }
    }

    @Test("aud is a string or an array of strings")
    func audience() throws {
        #expect(try JWTClaims(["aud": "a"]).audiences == ["a"])
        #expect(try JWTClaims(["aud": []]).audiences.isEmpty)
        #expect(try JWTClaims(["aud": ["a", "a"]]).audiences == ["a", "a"])
        for value in [.null, 1, [:], ["a", 1], [["a"]], ["a", nil]] as [JSON] {
            #expect(throws: JWTMalformation.claim("aud")) { try JWTClaims(["aud": value]) }
        }
        let claims = try JWTClaims(["aud": ["https://a.example", "caf\u{E9}"]])
        #expect(claims.hasAudience("https://a.example"))
        #expect(claims.hasAudience("caf\u{E9}"))
        #expect(!claims.hasAudience("cafe\u{301}"))
        #expect(!claims.hasAudience("https://a.example/"))
    }

    @Test("Times are numbers up to the year 9999, of either sign", arguments: ["exp", "nbf", "iat"])
    func times(name: String) throws {
        let far = "253402300799.9"
        for literal in ["0", "-1", "-0", "1.25", "1e3", "253402300799", far, "-" + far] {
            let claims = try JWTClaims(parsing: "{\"\(name)\":\(literal)}".bytes)
            let date = try #require([claims.expiresAt, claims.notBefore, claims.issuedAt].compactMap { $0 }.first)
            #expect(date.timeIntervalSince1970 == Double(literal))
        }
        let others = [
            "null", "\"1\"", "true", "[1]", "{}", "253402300800", "1e12", "1e400", "-1e400", "99999999999999999999",
        ]
        for literal in others {
            #expect(throws: JWTMalformation.claim(name), "\(literal)") {
                try JWTClaims(parsing: "{\"\(name)\":\(literal)}".bytes)
            }
        }
    }

    private func check(
        _ claims: JSONObject, leeway: Duration = .zero, requiresExpiry: Bool = false
    ) throws(JWTTimeRefusal) {
        let claims = try! JWTClaims(claims)  // Times as these are well formed.
        try claims.checkTimes(at: Self.now, leeway: leeway, requiresExpiry: requiresExpiry)
    }

    @Test("A token is valid before exp, not from then on; leeway moves that")
    func expiry() throws {
        try check(["exp": 1_000_001])
        for expiry in [1_000_000, 999_999, 0, -5] as [Int64] {
            #expect(throws: JWTTimeRefusal.expired) { try check(["exp": .integer(expiry)]) }
        }
        try check(["exp": 999_991], leeway: .seconds(10))
        #expect(throws: JWTTimeRefusal.expired) { try check(["exp": 999_990], leeway: .seconds(10)) }
        try check(["exp": .decimal(literal: "999999.75")], leeway: .milliseconds(500))
        #expect(throws: JWTTimeRefusal.expired) {
            try check(["exp": .decimal(literal: "999999.25")], leeway: .milliseconds(500))
        }
    }

    @Test("Where an expiry is required, a token without is refused")
    func requiredExpiry() throws {
        try check([:])
        try check(["exp": 1_000_001], requiresExpiry: true)
        #expect(throws: JWTTimeRefusal.missingExpiry) { try check(["iat": 1], requiresExpiry: true) }
    }

    @Test("A token is not valid before nbf, nor made in the future; leeway moves that")
    func notBefore() throws {
        for (name, reason) in [("nbf", JWTTimeRefusal.notYetValid), ("iat", .issuedInTheFuture)] {
            try check([name: 1_000_000])
            try check([name: 1])
            #expect(throws: reason) { try check([name: 1_000_001]) }
            try check([name: 1_000_010], leeway: .seconds(10))
            #expect(throws: reason) { try check([name: 1_000_011], leeway: .seconds(10)) }
        }
    }

    @Test("A JWT is signed with its claims in their order")
    func signing() throws {
        let key = Samples.key(.es256)
        let token = try JWSIssuer(signer: key, header: ["typ": "at+jwt"]).sign(claims: ["iss": "i", "exp": 5, "a": []])
        let verified = try UnverifiedJWS(parsing: token).verify(with: key.publicKey)
        #expect(verified.payload == "{\"iss\":\"i\",\"exp\":5,\"a\":[]}".bytes)
        #expect(try verified.claims().issuer == "i")
        let other = try JWSIssuer(signer: key, header: [:]).sign(payload: "[]".bytes)
        #expect(throws: JWTMalformation.notJSONObject) {
            try UnverifiedJWS(parsing: other).verify(with: key.publicKey).claims()
        }
    }
}
