import OAuth
import Testing
import WireFormats

@Suite("Token response")
struct TokenResponseTests {
    @Test("A response is written as RFC 6749 says and reads back")
    func roundtrip() throws {
        let response = TokenResponse(accessToken: "a\"b", lifetime: .seconds(300))
        #expect(
            String(decoding: response.encoded(), as: UTF8.self)
                == "{\"access_token\":\"a\\\"b\",\"token_type\":\"Bearer\",\"expires_in\":300}")
        #expect(try TokenResponse(parsing: response.encoded()) == response)
    }

    @Test("A lifetime that is not stated is none, and unknown members are ignored")
    func optional() throws {
        let body = "{\"access_token\":\"a\",\"token_type\":\"DPoP\",\"c_nonce\":\"n\",\"authorization_details\":[]}"
        #expect(
            try TokenResponse(parsing: Array(body.utf8))
                == TokenResponse(accessToken: "a", tokenType: "DPoP", lifetime: .zero))
    }

    @Test("What is no JSON object is refused", arguments: ["", "[]", "access_token=a", "{\"a\":1,\"a\":1}"])
    func notJSONObject(body: String) {
        #expect(throws: TokenResponse.Malformation.notJSONObject) { try TokenResponse(parsing: Array(body.utf8)) }
    }

    @Test(
        "A missing member is refused by name",
        arguments: [
            ("{}", "access_token"), ("{\"access_token\":\"\",\"token_type\":\"Bearer\"}", "access_token"),
            ("{\"access_token\":1,\"token_type\":\"Bearer\"}", "access_token"),
            ("{\"access_token\":\"a\"}", "token_type"),
            ("{\"access_token\":\"a\",\"token_type\":null}", "token_type"),
        ])
    func missing(body: String, name: String) {
        #expect(throws: TokenResponse.Malformation.missing(name)) { try TokenResponse(parsing: Array(body.utf8)) }
    }
}
