import Foundation
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing
import WireFormats

enum AccessTokens {
    /// Every claim has a value.
    static var claims: AccessTokenClaims {
        var claims = AccessTokenClaims()
        claims.issuer = Sample.issuer
        claims.subject = "person"
        claims.audiences = ["https://rs.example"]
        claims.clientID = "c"
        claims.scopes = ["a", "b"]
        claims.issuedAt = Sample.now
        claims.expiresAt = Sample.now + 300
        claims.identifier = "j"
        claims.keyThumbprint = Sample.key().publicKey.thumbprint
        claims.authorizationDetails = [["type": "openid_credential"]]
        claims.authenticatedAt = Sample.now - 60
        claims.acr = "urn:a"
        claims.others = ["x": ["y": 1]]
        return claims
    }

    static func expectation(audience: String = "https://rs.example", now: Date = Sample.now) -> TokenExpectation {
        TokenExpectation(
            issuer: Sample.issuer, audience: audience, keys: VerificationKeys(Sample.key().publicKey), now: now)
    }
}

@Suite("Request about a token")
struct TokenInquiryTests {
    @Test("A token and what it may be are read, other hints ignored")
    func valid() throws {
        #expect(try TokenInquiry(form: Sample.form("token=a&token_type_hint=refresh_token")).hint == .refreshToken)
        #expect(try TokenInquiry(form: Sample.form("token=a&token_type_hint=access_token")).hint == .accessToken)
        #expect(try TokenInquiry(form: Sample.form("token=a&token_type_hint=x&y=1")) == TokenInquiry(token: "a"))
        let inquiry = TokenInquiry(token: "a&b", hint: .refreshToken)
        #expect(try TokenInquiry(form: Sample.form(inquiry.form(client: [("client_id", "c")]))) == inquiry)
    }

    @Test("There must be a token, and not too long a one")
    func refused() {
        #expect(throws: TokenInquiryRefusal.missingToken) { try TokenInquiry(form: Sample.form("token=")) }
        let long = "token=" + String(repeating: "a", count: 16_385)
        #expect(throws: TokenInquiryRefusal.tokenTooLong) { try TokenInquiry(form: Sample.form(long)) }
        for refusal in [.missingToken, .tokenTooLong, .form(.mediaType)] as [TokenInquiryRefusal] {
            #expect(refusal.wire.code == "invalid_request")
            #expect(!refusal.reason.isEmpty)
        }
    }
}

@Suite("Introspection response")
struct IntrospectionResponseTests {
    @Test("Of a token that is not active nothing more is said")
    func inactive() throws {
        #expect(IntrospectionResponse.inactive.response.body == "{\"active\":false}".bytes)
        #expect(try IntrospectionResponse(parsing: "{\"active\":false,\"sub\":1}".bytes) == .inactive)
    }

    @Test("Of an active one everything is said and read back")
    func active() throws {
        let response = IntrospectionResponse.active(AccessTokens.claims)
        #expect(response.json["active"] == true)
        #expect(response.json["token_type"] == "DPoP")
        #expect(response.json["cnf"]?["jkt"]?.string?.utf8.count == 43)
        #expect(response.json["scope"] == "a b")
        #expect(response.response.headers[.cacheControl] == "no-store")
        #expect(try IntrospectionResponse(parsing: response.response.body) == response)
        var bearer = AccessTokens.claims
        bearer.keyThumbprint = nil
        bearer.audiences = ["https://a.example", "https://b.example"]
        let other = IntrospectionResponse.active(bearer)
        #expect(other.json["token_type"] == "Bearer")
        #expect(try IntrospectionResponse(parsing: other.response.body) == other)
    }

    @Test("What another server leaves out is not there")
    func sparse() throws {
        #expect(try IntrospectionResponse(parsing: "{\"active\":true}".bytes) == .active(AccessTokenClaims()))
    }

    @Test("A binding that is not understood is not taken for none")
    func otherBinding() {
        for confirmation in ["{\"x5t#S256\":\"a\"}", "{}", "1", "{\"jkt\":\"a\"}"] {
            #expect(throws: JWTFault.malformedClaim("cnf")) {
                try IntrospectionResponse(parsing: "{\"active\":true,\"cnf\":\(confirmation)}".bytes)
            }
        }
    }

    @Test("What is malformed is refused by name")
    func malformed() {
        for (body, fault) in [
            ("", .claimsNotJSONObject), ("[]", .claimsNotJSONObject), ("{}", .missingClaim("active")),
            ("{\"active\":\"true\"}", .malformedClaim("active")), ("{\"active\":1}", .malformedClaim("active")),
            ("{\"active\":true,\"exp\":\"1\"}", .malformedClaim("exp")),
            ("{\"active\":true,\"aud\":[1]}", .malformedClaim("aud")),
            ("{\"active\":true,\"scope\":\"\\u00e9\"}", .malformedClaim("scope")),
            ("{\"active\":true,\"authorization_details\":{}}", .malformedClaim("authorization_details")),
            ("{\"active\":true,\"sub\":\"\"}", .malformedClaim("sub")),
        ] as [(String, JWTFault)] {
            #expect(throws: fault) { try IntrospectionResponse(parsing: body.bytes) }
        }
    }
}

@Suite("Signed introspection response")
struct IntrospectionJWTTests {
    private let maker = IntrospectionJWTMaker(signer: Sample.key(), keyID: "k", issuer: Sample.issuer)

    @Test("What the server signs the resource server reads")
    func roundtrip() throws {
        for response in [.inactive, .active(AccessTokens.claims)] as [IntrospectionResponse] {
            let compact = try maker.sign(response, audience: "rs", now: Sample.now)
            #expect(
                try IntrospectionJWT.verify(compact, expecting: AccessTokens.expectation(audience: "rs")) == response)
            #expect(try Sample.header(of: compact)["typ"] == "token-introspection+jwt")
            #expect(try Sample.claims(of: compact).names == ["iss", "aud", "iat", "token_introspection"])
        }
    }

    @Test("One for another, of another type or another time is refused")
    func refused() throws {
        let compact = try maker.sign(.inactive, audience: "rs", now: Sample.now)
        #expect(throws: JWTFault.wrongAudience) {
            try IntrospectionJWT.verify(compact, expecting: AccessTokens.expectation(audience: "other"))
        }
        #expect(throws: JWTFault.stale) {
            try IntrospectionJWT.verify(
                compact, expecting: AccessTokens.expectation(audience: "rs", now: Sample.now + 61))
        }
        #expect(throws: JWTFault.fromTheFuture) {
            try IntrospectionJWT.verify(
                compact, expecting: AccessTokens.expectation(audience: "rs", now: Sample.now - 31))
        }
        #expect(throws: JWTFault.jws(.invalidSignature)) {
            try IntrospectionJWT.verify(
                Sample.broken(compact), expecting: AccessTokens.expectation(audience: "rs"))
        }
        let claims = try Sample.claims(of: compact)
        for (header, claims, fault) in [
            (["typ": "JWT"], claims, .wrongType), ([:], claims, .wrongType),
            (
                ["typ": "token-introspection+jwt"], claims.with("token_introspection", nil),
                .missingClaim("token_introspection")
            ),
            (
                ["typ": "token-introspection+jwt"], claims.with("token_introspection", 1),
                .malformedClaim("token_introspection")
            ),
            (["typ": "token-introspection+jwt"], claims.with("iat", nil), .missingClaim("iat")),
            (["typ": "token-introspection+jwt"], claims.with("iss", "x"), .wrongIssuer),
        ] as [(JSONObject, JSONObject, JWTFault)] {
            let changed = try Sample.jwt(by: Sample.key(), header: header, claims: claims)
            #expect(throws: fault) {
                try IntrospectionJWT.verify(changed, expecting: AccessTokens.expectation(audience: "rs"))
            }
        }
    }
}

/// Each test makes a valid token and takes one change.
@Suite("Access token as JWT")
struct AccessTokenJWTTests {
    private func token(
        _ change: (inout JSONObject) -> Void = { _ in }, type: JSON? = "at+jwt", by key: PrivateKey = Sample.key()
    ) throws -> String {
        var claims = AccessTokens.claims.json
        change(&claims)
        var header: JSONObject = ["kid": "k"]
        header["typ"] = type
        return try Sample.jwt(by: key, header: header, claims: claims)
    }

    private func verify(_ compact: String) throws(JWTFault) -> AccessTokenClaims {
        try AccessTokenJWT(verifying: compact, expecting: AccessTokens.expectation()).claims
    }

    @Test("What the server makes verifies and says everything")
    func roundtrip() throws {
        let compact = try AccessTokenJWTMaker(signer: Sample.key(), keyID: "k").sign(AccessTokens.claims)
        #expect(try verify(compact) == AccessTokens.claims)
        #expect(try Sample.header(of: compact)["kid"] == "k")
        #expect(try verify(token(type: "application/at+jwt")) == AccessTokens.claims)
    }

    @Test("Another type is refused", arguments: ["JWT", nil, "dpop+jwt", 1] as [JSON?])
    func type(type: JSON?) throws {
        #expect(throws: JWTFault.wrongType) { try verify(token(type: type)) }
    }

    @Test(
        "Each required claim is refused by name if it is missing",
        arguments: ["iss", "aud", "exp", "sub", "client_id", "iat", "jti"])
    func missing(name: String) throws {
        #expect(throws: JWTFault.missingClaim(name)) { try verify(token { $0[name] = nil }) }
    }

    @Test("It is by this issuer, for this resource, and has not expired")
    func claims() throws {
        #expect(throws: JWTFault.wrongIssuer) { try verify(token { $0["iss"] = "https://as.example/" }) }
        #expect(throws: JWTFault.wrongAudience) { try verify(token { $0["aud"] = "https://other.example" }) }
        #expect(throws: JWTFault.expired) { try verify(token { $0["exp"] = .integer(Sample.seconds) }) }
        #expect(throws: JWTFault.fromTheFuture) { try verify(token { $0["iat"] = .integer(Sample.seconds + 31) }) }
        #expect(throws: JWTFault.notYetValid) { try verify(token { $0["nbf"] = .integer(Sample.seconds + 31) }) }
        #expect(throws: JWTFault.malformedClaim("cnf")) { try verify(token { $0["cnf"] = ["x5t#S256": "a"] }) }
        let several = try verify(token { $0["aud"] = ["https://rs.example", "https://b.example"] })
        #expect(several.audiences.count == 2)
    }

    @Test("One that is signed by another or by nobody is refused")
    func signatures() throws {
        #expect(throws: JWTFault.jws(.invalidSignature)) { try verify(token(by: Sample.key(seed: 2))) }
        #expect(throws: JWTFault.noMatchingKey) { try verify(token(by: Sample.key(.edDSA))) }
        #expect(throws: JWTFault.jws(.unsupportedAlgorithm)) {
            try verify(Sample.unsigned(AccessTokens.claims.json, type: "at+jwt"))
        }
    }

    @Test("No change of one passes")
    func mutation() throws {
        let compact = try token()
        for bytes in mutations(of: compact.bytes, seed: 9068, count: 400) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != compact else { continue }
            #expect(throws: JWTFault.self) { try verify(text) }
        }
    }
}
