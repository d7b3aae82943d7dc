import HTTPTypes
import OAuth
import Testing

@Suite("Bearer token")
struct BearerTokenTests {
    private func token(
        _ values: [String], query: Substring = ""
    ) throws(BearerToken.Malformation) -> String {
        var headers: HTTPFields = [:]
        headers[values: .authorization] = values
        return try BearerToken(in: EndpointRequest(method: .post, query: query, headers: headers)).text
    }

    @Test(
        "One Authorization header gives its token, whatever the scheme's case",
        arguments: ["Bearer", "bearer", "BEARER"])
    func valid(scheme: String) throws {
        #expect(try token(["\(scheme) aZ09-._~+/=="]) == "aZ09-._~+/==")
        #expect(try token(["\(scheme) a"], query: "access_tokens=1&x=access_token") == "a")
    }

    @Test("A request without Authorization header is told apart from one with a bad token")
    func missing() {
        #expect(throws: BearerToken.Malformation.missing) { try token([]) }
    }

    @Test(
        "A token in the query is refused, also beside one in the header",
        arguments: ["access_token=a", "access_token", "x=1&access_token=a", "access_token=&x", "&access_token="])
    func inQuery(query: String) {
        #expect(throws: BearerToken.Malformation.inQuery) { try token([], query: query[...]) }
        #expect(throws: BearerToken.Malformation.inQuery) { try token(["Bearer a"], query: query[...]) }
    }

    @Test("Two Authorization headers are refused, even alike")
    func repeatedHeader() {
        #expect(throws: BearerToken.Malformation.repeatedHeader) { try token(["Bearer a", "Bearer a"]) }
        #expect(throws: BearerToken.Malformation.repeatedHeader) { try token(["Basic a", "Bearer a"]) }
    }

    @Test(
        "Another scheme is refused",
        arguments: ["Basic YTpi", "DPoP a", "Bearera", "", "a", "\"Bearer\" a", "Bearer\ta"])
    func otherScheme(value: String) {
        #expect(throws: BearerToken.Malformation.otherScheme) { try token([value]) }
    }

    @Test(
        "A token with other characters than RFC 6750 allows is refused",
        arguments: [
            "Bearer", "Bearer ", "Bearer a b", "Bearer  a", "Bearer a,b", "Bearer \"a\"", "Bearer a:b", "Bearer é",
            "Bearer a%20",
        ])
    func malformed(value: String) {
        #expect(throws: BearerToken.Malformation.malformed) { try token([value]) }
    }

    @Test(
        "Equals signs stand at a token's end or nowhere",
        arguments: ["Bearer =", "Bearer ===", "Bearer a=b", "Bearer =a"])
    func equalsSigns(value: String) {
        #expect(throws: BearerToken.Malformation.malformed) { try token([value]) }
    }
}
