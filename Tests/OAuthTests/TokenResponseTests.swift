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

    @Test("Refresh token, ID token, scope and authorization details are written and read")
    func everything() throws {
        let response = TokenResponse(
            accessToken: "a", tokenType: "DPoP", lifetime: .seconds(300), refreshToken: "r", idToken: "i.d.t",
            scopes: ["openid", "b"], authorizationDetails: [["type": "openid_credential"]])
        #expect(
            String(decoding: response.encoded(), as: UTF8.self)
                == "{\"access_token\":\"a\",\"token_type\":\"DPoP\",\"expires_in\":300,\"refresh_token\":\"r\","
                + "\"id_token\":\"i.d.t\",\"scope\":\"openid b\","
                + "\"authorization_details\":[{\"type\":\"openid_credential\"}]}")
        #expect(try TokenResponse(parsing: response.encoded()) == response)
        #expect(response.isBoundByDPoP)
        #expect(TokenResponse(accessToken: "a", tokenType: "dpop", lifetime: .zero).isBoundByDPoP)
        #expect(!TokenResponse(accessToken: "a", lifetime: .zero).isBoundByDPoP)
    }

    @Test("Tokens that are too long are refused by name", arguments: ["access_token", "refresh_token", "scope"])
    func tooLong(name: String) {
        let base: JSONObject = ["access_token": "a", "token_type": "Bearer"]
        let body = JSON.object(base.with(name, .string(String(repeating: "a", count: 16_385)))).encoded()
        #expect(throws: TokenResponse.Malformation.tooLong(name)) { try TokenResponse(parsing: body) }
    }

    @Test("Members of the wrong type count as absent, lifetimes have an end")
    func wrongTypes() throws {
        let body = """
            {"access_token":"a","token_type":"Bearer","expires_in":99999999999,"refresh_token":1,"id_token":[],
             "scope":["a"],"authorization_details":{}}
            """
        let response = try TokenResponse(parsing: Array(body.utf8))
        #expect(response == TokenResponse(accessToken: "a", lifetime: .seconds(315_360_000)))
        let negative = "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":-5}"
        #expect(try TokenResponse(parsing: Array(negative.utf8)).lifetime == .zero)
    }
}
