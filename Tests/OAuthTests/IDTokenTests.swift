import Foundation
import JOSE
import OAuth
import TestSupport
import Testing
import WireFormats

/// Each test makes a valid token and takes one change.
@Suite("ID token")
struct IDTokenTests {
    private let maker = IDTokenMaker(signer: Sample.key(), keyID: "k")

    private var claims: IDTokenClaims {
        var claims = IDTokenClaims(
            issuer: Sample.issuer, subject: "person", clientID: "c", issuedAt: Sample.now,
            expiresAt: Sample.now + 300)
        claims.authenticatedAt = Sample.now - 100
        claims.nonce = "n"
        claims.acr = "urn:a"
        claims.amr = ["pwd", "otp"]
        claims.sessionID = "s"
        claims.others = ["given_name": "Ada"]
        return claims
    }

    private func token(_ change: (inout JSONObject) -> Void = { _ in }, type: JSON? = "JWT") throws -> String {
        var claims = try Sample.claims(of: maker.sign(self.claims, accessToken: "at"))
        change(&claims)
        var header: JSONObject = ["kid": "k"]
        header["typ"] = type
        return try Sample.jwt(by: Sample.key(), header: header, claims: claims)
    }

    private func verify(
        _ compact: String, nonce: IDToken.Nonce = .sent("n"), maxAge: Duration? = .seconds(100),
        acrValues: [String] = ["urn:b", "urn:a"], accessToken: String? = "at", now: Date = Sample.now
    ) throws(IDTokenRefusal) -> IDTokenClaims {
        try IDToken(
            verifying: compact,
            expecting: .init(
                token: AccessTokens.expectation(audience: "c", now: now), nonce: nonce, maxAge: maxAge,
                acrValues: acrValues, accessToken: accessToken)
        ).claims
    }

    private func refuses(
        _ refusal: IDTokenRefusal, _ compact: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: refusal, sourceLocation: sourceLocation) { try verify(compact) }
    }

    @Test("What the provider makes verifies, whatever its key", arguments: SignatureAlgorithm.elliptic)
    func roundtrip(algorithm: SignatureAlgorithm) throws {
        let key = Sample.key(algorithm)
        let compact = try IDTokenMaker(signer: key, keyID: "k").sign(claims, accessToken: "at")
        let expected = TokenExpectation(
            issuer: Sample.issuer, audience: "c", keys: VerificationKeys(key.publicKey), now: Sample.now,
            algorithms: [algorithm])
        let token = try IDToken(
            verifying: compact,
            expecting: .init(
                token: expected, nonce: .sent("n"), maxAge: .seconds(100), acrValues: ["urn:a"], accessToken: "at"))
        #expect(token.claims == claims)
        #expect(throws: IDTokenRefusal.otherAccessToken) {
            try IDToken(
                verifying: compact,
                expecting: .init(
                    token: expected, nonce: .sent("n"), maxAge: nil, acrValues: [], accessToken: "other"))
        }
    }

    @Test("The hash of OpenID Connect Core Appendix A.3 comes out, and each algorithm has its own")
    func hash() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
        #expect(IDTokenClaims.hash(of: token, algorithm: .rs256) == "77QmUPtjPfzWtF2AnpK9RQ")
        #expect(IDTokenClaims.hash(of: token, algorithm: .es256) == "77QmUPtjPfzWtF2AnpK9RQ")
        #expect(IDTokenClaims.hash(of: token, algorithm: .ps256) == "77QmUPtjPfzWtF2AnpK9RQ")
        #expect(IDTokenClaims.hash(of: token, algorithm: .es384).utf8.count == 32)
        #expect(IDTokenClaims.hash(of: token, algorithm: .edDSA).utf8.count == 43)
    }

    @Test("A claim about a person does not take the place of one about the token")
    func others() throws {
        var claims = claims
        claims.others = ["iss": "x", "nonce": "x", "at_hash": "x", "email": "a@b.example"]
        let compact = try maker.sign(claims, accessToken: "at")
        let verified = try verify(compact)
        #expect(verified.others == ["email": "a@b.example"])
        #expect(verified.issuer == Sample.issuer)
    }

    @Test("Without an access token there is no hash")
    func noAccessToken() throws {
        let compact = try maker.sign(claims, accessToken: nil)
        #expect(try Sample.claims(of: compact)["at_hash"] == nil)
        #expect(try verify(compact).subject == "person")
    }

    @Test("It is by this issuer, for this client, and has not expired")
    func standardClaims() throws {
        refuses(.jwt(.wrongIssuer), try token { $0["iss"] = "x" })
        refuses(.jwt(.wrongAudience), try token { $0["aud"] = "d" })
        refuses(.jwt(.wrongAudience), try token { $0["aud"] = [] })
        refuses(.jwt(.expired), try token { $0["exp"] = .integer(Sample.seconds - 30) })
        refuses(.jwt(.fromTheFuture), try token { $0["iat"] = .integer(Sample.seconds + 31) })
        for name in ["iss", "aud", "exp", "sub", "iat"] {
            refuses(.jwt(.missingClaim(name)), try token { $0[name] = nil })
        }
        refuses(.jwt(.malformedClaim("sub")), try token { $0["sub"] = .string(String(repeating: "s", count: 256)) })
        refuses(.jwt(.malformedClaim("amr")), try token { $0["amr"] = "pwd" })
    }

    @Test("Its type is JWT or not stated, and it is no logout token")
    func type() throws {
        #expect(try verify(token(type: nil)).subject == "person")
        for type in ["at+jwt", "logout+jwt", 1] as [JSON] { refuses(.jwt(.wrongType), try token(type: type)) }
        refuses(.jwt(.wrongType), try token { $0["events"] = .object([LogoutToken.event: [:]]) })
    }

    @Test("One that is signed by another, by nobody or wrongly is refused")
    func signatures() throws {
        refuses(.jwt(.jws(.invalidSignature)), try Sample.broken(token()))
        refuses(
            .jwt(.jws(.unsupportedAlgorithm)), Sample.unsigned(try Sample.claims(of: token()), type: "JWT"))
        refuses(
            .jwt(.jws(.invalidSignature)),
            try IDTokenMaker(signer: Sample.key(seed: 2), keyID: "k").sign(claims, accessToken: nil))
    }

    @Test("Several audiences need an authorized party, which is this client")
    func authorizedParty() throws {
        refuses(.wrongAuthorizedParty, try token { $0["aud"] = ["c", "d"] })
        refuses(.wrongAuthorizedParty, try token { $0["azp"] = "d" })
        let both = try token { claims in (claims["aud"], claims["azp"]) = (["c", "d"], "c") }
        #expect(try verify(both).audiences == ["c", "d"])
        #expect(try verify(token { $0["azp"] = "c" }).authorizedParty == "c")
    }

    @Test("The nonce is the one that was sent")
    func nonce() throws {
        refuses(.missingNonce, try token { $0["nonce"] = nil })
        refuses(.wrongNonce, try token { $0["nonce"] = "N" })
        #expect(try verify(token { $0["nonce"] = nil }, nonce: .notSent).nonce == nil)
    }

    @Test("The person was authenticated not longer ago than was asked")
    func maxAge() throws {
        refuses(.jwt(.missingClaim("auth_time")), try token { $0["auth_time"] = nil })
        refuses(.authenticatedTooLongAgo, try token { $0["auth_time"] = .integer(Sample.seconds - 131) })
        #expect(try verify(token { $0["auth_time"] = nil }, maxAge: nil).authenticatedAt == nil)
    }

    @Test("The authentication context is one that was asked for")
    func acr() throws {
        refuses(.wrongACR, try token { $0["acr"] = "urn:c" })
        refuses(.wrongACR, try token { $0["acr"] = nil })
        #expect(try verify(token { $0["acr"] = nil }, acrValues: []).acr == nil)
    }

    @Test("A provider knows its own again, though expired, and no other's")
    func hint() throws {
        let keys = VerificationKeys(Sample.key().publicKey)
        let old = try token { $0["exp"] = 1 }
        #expect(try IDTokenHint(verifying: old, issuer: Sample.issuer, keys: keys).claims.subject == "person")
        for (compact, fault) in [
            (try token { $0["iss"] = "x" }, .wrongIssuer), (try Sample.broken(old), .jws(.invalidSignature)),
            (try token(type: "at+jwt"), .wrongType), ("a.b", .jws(.notCompact)),
        ] as [(String, JWTFault)] {
            #expect(throws: fault) { try IDTokenHint(verifying: compact, issuer: Sample.issuer, keys: keys) }
        }
    }

    @Test("No change of one passes")
    func mutation() throws {
        let compact = try token()
        for bytes in mutations(of: compact.bytes, seed: 3137, count: 400) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != compact else { continue }
            #expect(throws: IDTokenRefusal.self) { try verify(text) }
        }
    }
}

/// Each test makes a valid token and takes one change.
@Suite("Logout token")
struct LogoutTokenTests {
    private let maker = LogoutTokenMaker(signer: Sample.key(), keyID: "k", issuer: Sample.issuer)

    private func token(_ change: (inout JSONObject) -> Void = { _ in }, type: JSON? = "logout+jwt") throws -> String {
        var claims = try Sample.claims(
            of: maker.sign(clientID: "c", subject: "person", sessionID: "s", now: Sample.now, identifier: "j"))
        change(&claims)
        var header = JSONObject()
        header["typ"] = type
        return try Sample.jwt(by: Sample.key(), header: header, claims: claims)
    }

    private func verify(_ compact: String, now: Date = Sample.now) throws(LogoutTokenRefusal) -> LogoutToken {
        try LogoutToken(verifying: compact, expecting: AccessTokens.expectation(audience: "c", now: now))
    }

    @Test("What the provider makes verifies")
    func roundtrip() throws {
        let compact = try maker.sign(clientID: "c", subject: "person", sessionID: nil, now: Sample.now)
        let logout = try verify(compact)
        #expect(logout.subject == "person")
        #expect(logout.sessionID == nil)
        #expect(!logout.identifier.isEmpty)
        #expect(try Sample.header(of: compact)["typ"] == "logout+jwt")
        #expect(try Sample.claims(of: compact)["exp"] == .integer(Sample.seconds + 120))
        #expect(try verify(token()).sessionID == "s")
        #expect(try verify(token { $0["sub"] = nil }).subject == nil)
    }

    @Test("Its type is logout+jwt, JWT or not stated")
    func type() throws {
        for type in ["logout+jwt", "JWT", nil] as [JSON?] { #expect(try verify(token(type: type)).identifier == "j") }
        #expect(throws: LogoutTokenRefusal.jwt(.wrongType)) { try verify(token(type: "at+jwt")) }
    }

    @Test("It is by this issuer, for this client, in its time, with an identifier")
    func claims() throws {
        for (name, value, fault) in [
            ("iss", "x", .wrongIssuer), ("aud", "d", .wrongAudience), ("exp", 1, .expired),
            ("exp", nil, .missingClaim("exp")), ("iat", nil, .missingClaim("iat")), ("jti", nil, .missingClaim("jti")),
            ("iat", .integer(Sample.seconds + 31), .fromTheFuture), ("sub", 1, .malformedClaim("sub")),
        ] as [(String, JSON?, JWTFault)] {
            #expect(throws: LogoutTokenRefusal.jwt(fault)) { try verify(token { $0[name] = value }) }
        }
        #expect(throws: LogoutTokenRefusal.jwt(.jws(.invalidSignature))) { try verify(Sample.broken(token())) }
    }

    @Test("It says that it is about a logout, of a person or a session, and is no ID token")
    func event() throws {
        for events in [nil, [:], ["x": [:]], .object([LogoutToken.event: 1]), "logout"] as [JSON?] {
            #expect(throws: LogoutTokenRefusal.notALogout) { try verify(token { $0["events"] = events }) }
        }
        #expect(throws: LogoutTokenRefusal.neitherSubjectNorSession) {
            try verify(token { claims in (claims["sub"], claims["sid"]) = (nil, nil) })
        }
        #expect(throws: LogoutTokenRefusal.nonce) { try verify(token { $0["nonce"] = "n" }) }
    }
}
