import HTTPTypes
import OAuth
import TestSupport
import Testing
import WireFormats

@Suite("Authorization response")
struct AuthorizationResponseTests {
    private let issuer = "https://as.example/t"

    private func response(
        _ outcome: AuthorizationResponse.Outcome = .code("SplxlOBeZQQYbYS6WxSbIA"), state: String? = "xyz"
    ) -> AuthorizationResponse {
        AuthorizationResponse(outcome, state: state, issuer: issuer)
    }

    @Test(
        "The redirect URI is kept to the byte, the response added to its query",
        arguments: [
            ("https://c.example/cb", "?"), ("https://c.example/cb?dummy1=lorem&dummy2=ipsum", "&"),
            ("https://c.example/cb?", ""), ("https://c.example/cb?a&", ""), ("https://c.example", "?"),
            ("com.example.app:/cb", "?"), ("http://127.0.0.1:49152/%7Ecb?A=%2f", "&"),
        ])
    func address(redirectURI: String, separator: String) {
        #expect(
            response().address(at: redirectURI)
                == redirectURI + separator
                + "code=SplxlOBeZQQYbYS6WxSbIA&state=xyz&iss=https%3A%2F%2Fas.example%2Ft")
    }

    @Test("Nothing in a response ends a line, a header or the query")
    func splitting() {
        let hostile = "a\r\nSet-Cookie: x=1&code=b#?\u{0}é\""
        let address = response(.error(code: "access_denied", description: hostile), state: hostile)
            .address(at: "https://c.example/cb")
        #expect(address.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        #expect(!address.contains("#"))
        #expect(address.split(separator: "&").count == 4)
        #expect(address.split(separator: "?").count == 2)
    }

    @Test("The fields of a form are the same parameters, in their order")
    func fields() {
        let refusal = AuthorizationResponse(
            refusing: WireRefusal(.badRequest, "invalid_scope", "No."), state: nil, issuer: issuer)
        #expect(refusal.parameters.map(\.name) == ["error", "error_description", "iss"])
        #expect(refusal.parameters.map(\.value) == ["invalid_scope", "No.", issuer])
        #expect(response().parameters.map(\.name) == ["code", "state", "iss"])
        #expect(response(.error(code: "a", description: nil)).parameters.map(\.name) == ["error", "state", "iss"])
    }

    private func receive(
        _ callback: String, requiresIssuer: Bool = true
    ) throws(AuthorizationResponseRefusal) -> AuthorizationResponse.Outcome {
        try ReceivedAuthorization(
            callback: callback, expecting: .init(state: "xyz", issuer: issuer, requiresIssuer: requiresIssuer)
        ).outcome
    }

    @Test("A client reads what the server made, from address, query or form body")
    func roundtrip() throws {
        for outcome in [
            .code("a b+/=&"), .error(code: "access_denied", description: "The person said no."),
            .error(code: "server_error", description: nil),
        ] as [AuthorizationResponse.Outcome] {
            let address = response(outcome).address(at: "https://c.example/cb?x=1")
            #expect(try receive(address) == outcome)
            #expect(try receive(String(address.split(separator: "?")[1])) == outcome)
        }
    }

    @Test("A response to another request is refused, an error too")
    func state() {
        for rest in ["code=a&iss=https%3A%2F%2Fas.example%2Ft", "error=access_denied&iss=https%3A%2F%2Fas.example%2Ft"]
        {
            #expect(throws: AuthorizationResponseRefusal.missingState) { try receive("cb?" + rest) }
            #expect(throws: AuthorizationResponseRefusal.wrongState) { try receive("cb?state=xyZ&" + rest) }
            #expect(throws: AuthorizationResponseRefusal.missingState) { try receive("cb?state=&" + rest) }
        }
    }

    @Test("A response of another server is a mix-up, an error too")
    func mixUp() throws {
        for rest in ["code=a&state=xyz", "error=access_denied&state=xyz"] {
            #expect(throws: AuthorizationResponseRefusal.missingIssuer) { try receive("cb?" + rest) }
            for other in ["https://as.example", "https://as.example/t/", "https://evil.example/t"] {
                #expect(throws: AuthorizationResponseRefusal.wrongIssuer) {
                    try receive("cb?" + rest + "&iss=" + FormParameters.percentEncode(other))
                }
                #expect(throws: AuthorizationResponseRefusal.wrongIssuer) {
                    try receive("cb?" + rest + "&iss=" + FormParameters.percentEncode(other), requiresIssuer: false)
                }
            }
        }
        #expect(try receive("cb?code=a&state=xyz", requiresIssuer: false) == .code("a"))
    }

    @Test("Neither, both, or something malformed is refused")
    func malformed() {
        let rest = "&state=xyz&iss=https%3A%2F%2Fas.example%2Ft"
        #expect(throws: AuthorizationResponseRefusal.neitherCodeNorError) { try receive("cb?a=b" + rest) }
        #expect(throws: AuthorizationResponseRefusal.neitherCodeNorError) { try receive("cb?code=&error=" + rest) }
        #expect(throws: AuthorizationResponseRefusal.codeAndError) { try receive("cb?code=a&error=b" + rest) }
        #expect(throws: AuthorizationResponseRefusal.malformed) { try receive("cb?code=a&code=b" + rest) }
        #expect(throws: AuthorizationResponseRefusal.malformed) { try receive("cb?code=%FF" + rest) }
        #expect(throws: AuthorizationResponseRefusal.malformed) { try receive("cb?code=%0A" + rest) }
        #expect(throws: AuthorizationResponseRefusal.malformed) {
            try receive("cb?code=" + String(repeating: "a", count: 16_384) + rest)
        }
    }

    @Test("An error is made fit to be shown")
    func shown() throws {
        let hostile = FormParameters.percentEncode("a\u{1B}[31m\r\n\"b\\\u{202E}é")
        let outcome = try receive(
            "cb?error=x%22y&error_description=\(hostile)&state=xyz&iss=https%3A%2F%2Fas.example%2Ft")
        #expect(outcome == .error(code: "xy", description: "a[31mb"))
        let long = String(repeating: "e", count: 1000)
        #expect(
            try receive("cb?error=\(long)&error_description=\(long)&state=xyz", requiresIssuer: false)
                == .error(code: String(long.prefix(100)), description: String(long.prefix(500))))
    }

    @Test("No changed response is believed with another state or issuer")
    func mutation() throws {
        let address = response().address(at: "https://c.example/cb")
        for bytes in mutations(of: address.bytes, seed: 9207, count: 1000) {
            guard let text = String(strictUTF8: bytes[...]), (try? receive(text)) != nil else { continue }
            #expect(text.contains("xyz"))
        }
    }
}

@Suite("Pushed authorization request")
struct PushedAuthorizationTests {
    @Test("The answer is 201 and reads back")
    func roundtrip() throws {
        let answer = PushedAuthorizationResponse(
            requestURI: "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c", lifetime: .seconds(60))
        #expect(answer.response.status == .created)
        #expect(answer.response.headers[.cacheControl] == "no-store")
        #expect(
            String(decoding: answer.response.body, as: UTF8.self)
                == "{\"request_uri\":\"urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c\",\"expires_in\":60}"
        )
        #expect(try PushedAuthorizationResponse(parsing: answer.response.body) == answer)
    }

    @Test(
        "Any other answer is refused",
        arguments: [
            ("", .notJSONObject), ("[]", .notJSONObject), ("{}", .requestURI),
            ("{\"request_uri\":\"x\",\"expires_in\":60}", .requestURI),
            ("{\"request_uri\":1,\"expires_in\":60}", .requestURI),
            ("{\"request_uri\":\"urn:x\"}", .lifetime), ("{\"request_uri\":\"urn:x\",\"expires_in\":0}", .lifetime),
            ("{\"request_uri\":\"urn:x\",\"expires_in\":\"60\"}", .lifetime),
            ("{\"request_uri\":\"urn:x\",\"expires_in\":1000000}", .lifetime),
        ] as [(String, PushedAuthorizationResponse.Malformation)])
    func malformed(body: String, malformation: PushedAuthorizationResponse.Malformation) {
        #expect(throws: malformation) { try PushedAuthorizationResponse(parsing: body.bytes) }
    }
}
