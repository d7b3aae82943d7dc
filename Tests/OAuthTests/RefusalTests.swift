import HTTPTypes
import OAuth
import Testing
import WireFormats

@Suite("Refusals on the wire")
struct RefusalTests {
    @Test("A refusal is JSON that nobody stores, with its code and description")
    func body() throws {
        let response = WireRefusal(.badRequest, "invalid_grant", "The code is unknown.").response
        #expect(response.status == .badRequest)
        #expect(response.headers[.contentType] == "application/json")
        #expect(response.headers[.cacheControl] == "no-store")
        #expect(response.headers[.wwwAuthenticate] == nil)
        #expect(response.headers.count == 2)
        #expect(
            try JSON(parsing: response.body)
                == ["error": "invalid_grant", "error_description": "The code is unknown."])
    }

    @Test("Without a token the challenge names the scheme only")
    func bearerWithoutError() throws {
        let response = WireRefusal(.unauthorized, "invalid_token", "There is none.", challenge: .bearerWithoutError)
            .response
        #expect(response.status == .unauthorized)
        #expect(response.headers[values: .wwwAuthenticate] == ["Bearer"])
    }

    @Test("With a bad token the challenge says what is wrong with it")
    func bearer() throws {
        let response = WireRefusal(.unauthorized, "invalid_token", "It has expired.", challenge: .bearer).response
        #expect(response.status == .unauthorized)
        #expect(
            response.headers[values: .wwwAuthenticate]
                == ["Bearer error=\"invalid_token\", error_description=\"It has expired.\""])
        #expect(try JSON(parsing: response.body)["error"] == "invalid_token")
    }

    @Test("JSON for one client alone is not stored, whatever its status")
    func privateJSON() {
        for status in [HTTPResponse.Status.ok, .accepted, .forbidden] {
            let response = EndpointResponse.privateJSON(["a": 1], status: status)
            #expect(response.status == status)
            #expect(response.headers == [.contentType: "application/json", .cacheControl: "no-store"])
            #expect(response.body == Array("{\"a\":1}".utf8))
        }
    }
}
