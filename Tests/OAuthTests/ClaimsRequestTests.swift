import OAuth
import TestSupport
import Testing
import WireFormats

@Suite("Claims request")
struct ClaimsRequestTests {
    private func parse(_ text: String) throws(ClaimsRequestMalformation) -> ClaimsRequest {
        try ClaimsRequest(parsing: text)
    }

    @Test("The example of OpenID Connect Core §5.5 is read, and written again it is the same")
    func published() throws {
        let text = """
            {"userinfo": {"given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
              "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null},
             "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}}}
            """
        let request = try parse(text)
        #expect(
            request.userinfo.map(\.name) == [
                "given_name", "nickname", "email", "email_verified", "picture", "http://example.info/claims/groups",
            ])
        #expect(request.userinfo.map(\.isEssential) == [true, false, true, true, false, false])
        #expect(request.idToken.map(\.isEssential) == [true, false])
        #expect(request.idToken[1].values == ["urn:mace:incommon:iap:silver"])
        #expect(try ClaimsRequest(json: request.json) == request)
    }

    @Test("A purpose, one value or several, and unknown members are read")
    func members() throws {
        let request = try parse(
            "{\"userinfo\":{\"name#de\":{\"purpose\":\"Zum Prüfen\",\"x\":1},\"sub\":{\"value\":\"1\"},"
                + "\"a\":{\"values\":[1,true]}},\"x\":1}")
        #expect(
            request.userinfo == [
                .init(name: "name#de", purpose: "Zum Prüfen"), .init(name: "sub", values: ["1"]),
                .init(name: "a", values: [1, true]),
            ])
        #expect(request.idToken.isEmpty)
        #expect(try ClaimsRequest(json: request.json) == request)
        #expect(try parse("{\"userinfo\":null}") == ClaimsRequest())
        #expect(ClaimsRequest().json == [:])
    }

    @Test(
        "What is malformed is refused for what it is",
        arguments: [
            ("", .notJSONObject), ("[]", .notJSONObject), ("{\"userinfo\":[]}", .section),
            ("{\"id_token\":\"acr\"}", .section), ("{\"userinfo\":{\"a\":true}}", .claim),
            ("{\"userinfo\":{\"\":null}}", .claim), ("{\"userinfo\":{\"a\":{\"essential\":1}}}", .claim),
            ("{\"userinfo\":{\"a\":{\"values\":[]}}}", .claim), ("{\"userinfo\":{\"a\":{\"values\":1}}}", .claim),
            ("{\"userinfo\":{\"a\":{\"value\":1,\"values\":[1]}}}", .valueAndValues),
            ("{\"userinfo\":{\"a\":{\"purpose\":\"\"}}}", .purpose),
            ("{\"userinfo\":{\"a\":{\"purpose\":1}}}", .purpose),
            ("{\"userinfo\":{\"a\":{\"purpose\":\"a\\nb\"}}}", .purpose),
        ] as [(String, ClaimsRequestMalformation)])
    func malformed(text: String, malformation: ClaimsRequestMalformation) {
        #expect(throws: malformation) { try parse(text) }
        #expect(!malformation.sentence.isEmpty)
    }

    @Test("There are bounds on names, values, purposes, claims and bytes")
    func bounds() throws {
        func claims(_ count: Int) -> JSON { .object(JSONObject((0..<count).map { ("c\($0)", JSON.null) })) }
        #expect(try ClaimsRequest(json: ["userinfo": claims(100)]).userinfo.count == 100)
        #expect(throws: ClaimsRequestMalformation.tooMany) { try ClaimsRequest(json: ["userinfo": claims(101)]) }
        func values(_ count: Int) -> JSON {
            ["userinfo": ["a": ["values": .array((0..<count).map { .integer(Int64($0)) })]]]
        }
        #expect(try ClaimsRequest(json: values(50)).userinfo[0].values.count == 50)
        #expect(throws: ClaimsRequestMalformation.tooMany) { try ClaimsRequest(json: values(51)) }
        func purpose(_ count: Int) -> JSON {
            ["userinfo": ["a": ["purpose": .string(String(repeating: "é", count: count))]]]
        }
        #expect(try ClaimsRequest(json: purpose(300)).userinfo[0].purpose?.count == 300)
        #expect(throws: ClaimsRequestMalformation.purpose) { try ClaimsRequest(json: purpose(301)) }
        let name = String(repeating: "n", count: 257)
        #expect(throws: ClaimsRequestMalformation.claim) {
            try ClaimsRequest(json: ["userinfo": .object([name: nil])])
        }
        let padded = "{" + String(repeating: " ", count: 16_384) + "}"
        #expect(throws: ClaimsRequestMalformation.tooMany) { try parse(padded) }
    }

    @Test("What is read of a changed request is written the same")
    func mutation() throws {
        let text =
            "{\"userinfo\":{\"a\":{\"essential\":true,\"purpose\":\"p\"},\"b\":null},\"id_token\":{\"c\":{\"values\":[1,2]}}}"
        for bytes in mutations(of: text.bytes, seed: 55, count: 1500) {
            guard let request = String(strictUTF8: bytes[...]).flatMap({ try? parse($0) }) else { continue }
            #expect(try ClaimsRequest(json: request.json) == request)
        }
    }
}
