import Foundation
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing
import WireFormats

@Suite("Client credentials")
struct ClientCredentialsTests {
    private func read(
        _ form: String, _ headers: HTTPFields = [:]
    ) throws(ClientAuthenticationRefusal) -> ClientCredentials {
        let request = Sample.post(form, headers: headers)
        guard let form = try? RequestForm(decoding: request) else { throw .noClient }
        return try ClientCredentials(in: request, form: form)
    }

    private func basic(_ text: String) -> HTTPFields {
        [.authorization: "Basic " + Data(text.utf8).base64EncodedString()]
    }

    private func assertion() throws -> String {
        let made = try ClientAssertionMaker(signer: Sample.key(), keyID: "k", clientID: "c")
            .assertion(audience: Sample.issuer, now: Sample.now)
        return FormParameters.encode([
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": made,
        ])
    }

    private func attestation() throws -> HTTPFields {
        let key = Sample.key(seed: 3)
        let attestation = try ClientAttestationMaker(signer: Sample.key(), attester: "https://attester.example")
            .attest(clientID: "c", key: key.publicKey, now: Sample.now, lifetime: .seconds(300))
        let proof = try ClientAttestationProofMaker(signer: key, clientID: "c")
            .proof(audience: Sample.issuer, challenge: nil, now: Sample.now)
        return [.clientAttestation: attestation, .clientAttestationPoP: proof]
    }

    @Test("A request may name no client, or a client alone")
    func unauthenticated() throws {
        guard case .anonymous = try read("a=1") else { throw Unexpected() }
        guard case .none("s6BhdRkqt3") = try read("client_id=s6BhdRkqt3") else { throw Unexpected() }
        #expect(try read("a=1").clientID == nil)
        #expect(try read("client_id=c").method == .none)
    }

    @Test("The example of RFC 6749 §2.3.1 is read")
    func published() throws {
        let credentials = try read("grant_type=a", [.authorization: "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"])
        guard case .basic("s6BhdRkqt3", "gX1fBat3bV") = credentials else { throw Unexpected() }
        #expect(credentials.method == .clientSecretBasic)
    }

    @Test("Identifier and secret are in form encoding, then joined", arguments: ["Basic", "basic", "BASIC"])
    func encoded(scheme: String) throws {
        let text = Data("a%3Ab+c:%25%26+%C3%A9=:x".utf8).base64EncodedString()
        let credentials = try read("client_id=a%3Ab%20c", [.authorization: scheme + " " + text])
        guard case .basic("a:b c", "%& é=:x") = credentials else { throw Unexpected() }
    }

    @Test("An empty secret is a secret")
    func emptySecret() throws {
        guard case .basic("c", "") = try read("", basic("c:")) else { throw Unexpected() }
    }

    @Test(
        "A header that is not one of scheme Basic with client and secret is refused",
        arguments: [
            "Basic", "Basic ", "Basic !", "Basic YTpi YTpi", "Bearer a", "DPoP a", "", "Basic  YTpi",
            // No colon; malformed percent-encoding; bytes that are no UTF-8; an unencoded ampersand.
            "Basic Y2xpZW50", "Basic YSV6ejpi", "Basic /zpi", "Basic YTpiJmM=", "Basic YTpi=",
        ])
    func malformedHeader(value: String) {
        #expect(throws: ClientAuthenticationRefusal.malformedHeader) { try read("", [.authorization: value]) }
        let response = ClientAuthenticationRefusal.malformedHeader.wire.response
        #expect(response.status == .unauthorized)
        #expect(response.headers[values: .wwwAuthenticate] == ["Basic realm=\"client\""])
    }

    @Test("A secret may come in the body, with the client")
    func post() throws {
        let credentials = try read("client_id=c&client_secret=s%26")
        guard case .post("c", "s&") = credentials else { throw Unexpected() }
        #expect(credentials.method == .clientSecretPost)
        #expect(throws: ClientAuthenticationRefusal.malformedClientID) { try read("client_secret=s") }
    }

    @Test("An assertion names its client")
    func assertionCredentials() throws {
        let credentials = try read(assertion())
        guard case .assertion(let unverified) = credentials else { throw Unexpected() }
        #expect(unverified.clientID == "c")
        #expect(unverified.keyID == "k")
        #expect(credentials.method == .privateKeyJWT)
        #expect(try read(assertion() + "&client_id=c").clientID == "c")
    }

    @Test("An assertion needs its type")
    func assertionType() throws {
        #expect(throws: ClientAuthenticationRefusal.unsupportedAssertionType) { try read("client_assertion=a.b.c") }
        #expect(throws: ClientAuthenticationRefusal.unsupportedAssertionType) {
            try read(
                "client_assertion=a.b.c&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer")
        }
        #expect(throws: ClientAuthenticationRefusal.missingAssertion) {
            try read("client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        }
        #expect(throws: ClientAuthenticationRefusal.assertion(.jws(.notCompact))) {
            try read(
                "client_assertion=a&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        }
    }

    @Test("An attestation names its client")
    func attestationCredentials() throws {
        let credentials = try read("client_id=c", attestation())
        guard case .attestation(let unverified) = credentials else { throw Unexpected() }
        #expect(unverified.clientID == "c")
        #expect(unverified.attester == "https://attester.example")
        #expect(credentials.method == .attestation)
    }

    @Test("Each of the two attestation headers stands there once")
    func incompleteAttestation() throws {
        for name in [HTTPField.Name.clientAttestation, .clientAttestationPoP] {
            var missing = try attestation()
            missing[name] = nil
            var twice = try attestation()
            twice.append(HTTPField(name: name, value: twice[name]!))
            for headers in [missing, twice] {
                #expect(throws: ClientAuthenticationRefusal.incompleteAttestation) { try read("client_id=c", headers) }
            }
        }
    }

    @Test("Two ways in one request are refused")
    func severalMethods() throws {
        let ways: [(form: String, headers: HTTPFields)] = [
            ("", basic("c:s")), ("client_id=c&client_secret=s", [:]), (try assertion(), [:]), ("", try attestation()),
        ]
        for first in ways.indices {
            for second in ways.indices where second > first {
                var headers = ways[first].headers
                for field in ways[second].headers { headers.append(field) }
                let form = ways[first].form + "&" + ways[second].form
                #expect(throws: ClientAuthenticationRefusal.severalMethods) { try read(form, headers) }
            }
        }
        var twice = basic("c:s")
        twice.append(HTTPField(name: .authorization, value: "Basic YTpi"))
        #expect(throws: ClientAuthenticationRefusal.severalMethods) { try read("", twice) }
    }

    @Test("The client that is named is the one that is authenticated")
    func differentClients() throws {
        for (form, headers) in [
            ("client_id=d", basic("c:s")), ("client_id=d&" + (try assertion()), [:]),
            ("client_id=d", try attestation()),
        ] as [(String, HTTPFields)] {
            #expect(throws: ClientAuthenticationRefusal.differentClientIDs) { try read(form, headers) }
        }
    }

    @Test("Identifiers and secrets have bounds")
    func bounds() throws {
        let id = String(repeating: "c", count: 512)
        #expect(try read("client_id=" + id).clientID == id)
        #expect(throws: ClientAuthenticationRefusal.malformedClientID) { try read("client_id=c" + id) }
        #expect(throws: ClientAuthenticationRefusal.malformedClientID) { try read("client_id=%C3%A9") }
        #expect(throws: ClientAuthenticationRefusal.malformedClientID) { try read("", basic("c%0A:s")) }
        #expect(throws: ClientAuthenticationRefusal.malformedClientID) { try read("", basic(":s")) }
        let secret = String(repeating: "s", count: 1025)
        #expect(throws: ClientAuthenticationRefusal.malformedHeader) { try read("", basic("c:" + secret)) }
        #expect(throws: ClientAuthenticationRefusal.malformedClientID) {
            try read("client_id=c&client_secret=" + secret)
        }
    }

    @Test("No changed header does more than be refused or name a client")
    func mutation() {
        for bytes in mutations(of: "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW".bytes, seed: 7617, count: 1000) {
            guard let text = String(strictUTF8: bytes[...]), let credentials = try? read("", [.authorization: text])
            else { continue }
            #expect(credentials.method == .clientSecretBasic)
        }
    }

    private struct Unexpected: Error {}
}

/// Each test makes a valid assertion and takes one change.
@Suite("Client assertion")
struct ClientAssertionTests {
    private let key = Sample.key()

    private func assertion(
        by key: PrivateKey? = nil, _ change: (inout JSONObject) -> Void = { _ in },
        header changeHeader: (inout JSONObject) -> Void = { _ in }
    ) throws -> String {
        let made = try ClientAssertionMaker(signer: self.key, keyID: "k", clientID: "c")
            .assertion(audience: Sample.issuer, now: Sample.now, identifier: "j")
        var header = try Sample.header(of: made).with("alg", nil)
        changeHeader(&header)
        var claims = try Sample.claims(of: made)
        change(&claims)
        return try Sample.jwt(by: key ?? self.key, header: header, claims: claims)
    }

    private func verify(
        _ compact: String, by key: PublicKey? = nil, algorithms: Set<SignatureAlgorithm> = .sound,
        audience: ClientAssertion.Audience = .issuerOnly
    ) throws(ClientAuthenticationRefusal) -> ClientAssertion {
        try ClientAssertion(
            verifying: UnverifiedClientAssertion(parsing: compact),
            expecting: .init(
                issuer: Sample.issuer, keys: VerificationKeys(key ?? self.key.publicKey), now: Sample.now,
                algorithms: algorithms, audience: audience))
    }

    private func refuses(_ fault: JWTFault, _ compact: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: ClientAuthenticationRefusal.assertion(fault), sourceLocation: sourceLocation) {
            try verify(compact)
        }
    }

    @Test("What the client makes verifies, whatever its key", arguments: SignatureAlgorithm.elliptic)
    func roundtrip(algorithm: SignatureAlgorithm) throws {
        let key = Sample.key(algorithm)
        let made = try ClientAssertionMaker(signer: key, keyID: nil, clientID: "c")
            .assertion(audience: Sample.issuer, now: Sample.now, identifier: "j")
        let assertion = try verify(made, by: key.publicKey)
        #expect(assertion.clientID == "c")
        #expect(assertion.identifier == "j")
        #expect(assertion.expiresAt == Sample.now + 60)
        #expect(ClientAssertionMaker.parameters(made).map(\.name) == ["client_assertion_type", "client_assertion"])
    }

    @Test("PS256 is accepted, RS256 only where it is asked for")
    func rsa() throws {
        let compact = try assertion(by: Sample.rsaKey)
        #expect(try verify(compact, by: Sample.rsaKey.publicKey).clientID == "c")
        let key = try PrivateKey(.rs256, rawRepresentation: Sample.rsaKey.rawRepresentation)
        let old = try assertion(by: key)
        #expect(throws: ClientAuthenticationRefusal.assertion(.algorithmNotAllowed)) {
            try verify(old, by: key.publicKey)
        }
        #expect(try verify(old, by: key.publicKey, algorithms: [.rs256]).clientID == "c")
    }

    @Test(
        "Its type is JWT, client-authentication+jwt or not stated",
        arguments: ["JWT", "client-authentication+jwt", nil])
    func types(type: String?) throws {
        let compact = try assertion(header: { $0["typ"] = type.map(JSON.string) })
        #expect(try verify(compact).identifier == "j")
        refuses(.wrongType, try assertion(header: { $0["typ"] = "dpop+jwt" }))
    }

    @Test("One that is signed by nobody, by another, or wrongly is refused")
    func signatures() throws {
        let claims = try Sample.claims(of: assertion())
        refuses(.jws(.unsupportedAlgorithm), Sample.unsigned(claims, type: "JWT"))
        refuses(.jws(.invalidSignature), try Sample.broken(assertion()))
        refuses(.jws(.invalidSignature), try assertion(by: Sample.key(seed: 2)))
        refuses(.noMatchingKey, try assertion(by: Sample.key(.es384)))
    }

    @Test("Issuer and subject are the client")
    func names() throws {
        refuses(.wrongIssuer, try assertion { $0["iss"] = "d" })
        refuses(.wrongIssuer, try assertion { $0["sub"] = "d" })
        refuses(.missingClaim("iss"), try assertion { $0["iss"] = nil })
        refuses(.missingClaim("sub"), try assertion { $0["sub"] = nil })
        refuses(.malformedClaim("sub"), try assertion { $0["sub"] = 1 })
        #expect(throws: ClientAuthenticationRefusal.malformedClientID) {
            try verify(assertion { claims in (claims["sub"], claims["iss"]) = ("é", "é") })
        }
    }

    @Test(
        "The audience is the server's issuer identifier as a string",
        arguments: [
            ["https://as.example"], "https://as.example/", "https://as.example/auth/token-endpoint",
            "https://as.example/auth/par", "https://other.example", 1,
        ] as [JSON])
    func audience(audience: JSON) throws {
        refuses(.wrongAudience, try assertion { $0["aud"] = audience })
        refuses(.missingClaim("aud"), try assertion { $0["aud"] = nil })
    }

    @Test("Where it is allowed the token endpoint will do, and an array")
    func looseAudience() throws {
        let token = "https://as.example/auth/token-endpoint"
        for audience in [.string(token), [.string(token)], [.string(Sample.issuer), "x"]] as [JSON] {
            let compact = try assertion { $0["aud"] = audience }
            #expect(try verify(compact, audience: .issuerOr([token])).clientID == "c")
        }
        #expect(throws: ClientAuthenticationRefusal.assertion(.wrongAudience)) {
            try verify(assertion { $0["aud"] = "x" }, audience: .issuerOr([token]))
        }
    }

    @Test("It has an expiry that has not passed and is not too far ahead")
    func expiry() throws {
        refuses(.missingClaim("exp"), try assertion { $0["exp"] = nil })
        refuses(.expired, try assertion { $0["exp"] = .integer(Sample.seconds) })
        refuses(.expired, try assertion { $0["exp"] = .integer(Sample.seconds - 300) })
        refuses(.lastsTooLong, try assertion { $0["exp"] = .integer(Sample.seconds + 631) })
        #expect(try verify(assertion { $0["exp"] = .integer(Sample.seconds + 600) }).expiresAt == Sample.now + 600)
    }

    @Test("A clock that is 8 seconds ahead passes, one that is a minute ahead does not", arguments: ["iat", "nbf"])
    func skew(name: String) throws {
        #expect(try verify(assertion { $0[name] = .integer(Sample.seconds + 8) }).clientID == "c")
        #expect(try verify(assertion { $0[name] = nil }).clientID == "c")
        refuses(
            name == "iat" ? .fromTheFuture : .notYetValid, try assertion { $0[name] = .integer(Sample.seconds + 61) })
    }

    @Test("It has an identifier of 1 to 256 bytes")
    func identifier() throws {
        refuses(.missingClaim("jti"), try assertion { $0["jti"] = nil })
        refuses(.malformedClaim("jti"), try assertion { $0["jti"] = "" })
        refuses(.malformedClaim("jti"), try assertion { $0["jti"] = .string(String(repeating: "j", count: 257)) })
    }

    @Test("No change of one passes")
    func mutation() throws {
        let compact = try assertion()
        for bytes in mutations(of: Array(compact.utf8), seed: 7523, count: 500) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != compact else { continue }
            #expect(throws: ClientAuthenticationRefusal.self) { try verify(text) }
        }
    }
}
