import HTTPTypes
import JOSE
import OAuth
import Testing

@Suite("Presenting an access token")
struct AccessTokenPresentationTests {
    private func present(
        _ values: [String], query: Substring = "", body: String? = nil, acceptsBody: Bool = true
    ) throws(AccessTokenPresentation.Malformation) -> AccessTokenPresentation {
        var headers: HTTPFields = [:]
        headers[values: .authorization] = values
        let request =
            body.map { Sample.post($0, headers: headers, query: query) }
            ?? EndpointRequest(method: .get, query: query, headers: headers)
        return try AccessTokenPresentation(in: request, acceptsBody: acceptsBody)
    }

    @Test("The scheme is Bearer or DPoP, whatever its case", arguments: ["Bearer", "bearer", "BEARER"])
    func bearer(scheme: String) throws {
        let token = try present(["\(scheme) aZ09-._~+/=="])
        #expect(token.text == "aZ09-._~+/==")
        #expect(token.scheme == .bearer)
    }

    @Test("The scheme DPoP is told apart", arguments: ["DPoP", "dpop", "DPOP"])
    func dpop(scheme: String) throws {
        let token = try present(["\(scheme) a"])
        #expect(token.text == "a")
        #expect(token.scheme == .dpop)
    }

    @Test("Where a form body is accepted, its token is a bearer token")
    func body() throws {
        let token = try present([], body: "x=1&access_token=a%2B")
        #expect(token.text == "a+")
        #expect(token.scheme == .bearer)
        #expect(throws: AccessTokenPresentation.Malformation.missing) {
            try present([], body: "access_token=a", acceptsBody: false)
        }
        #expect(throws: AccessTokenPresentation.Malformation.missing) { try present([], body: "access_token=") }
    }

    @Test("A body counts only in a POST that says it is a form")
    func otherBodies() {
        let json = EndpointRequest(
            method: .post, headers: [.contentType: "application/json"], body: Array("access_token=a".utf8))
        #expect(throws: AccessTokenPresentation.Malformation.missing) {
            try AccessTokenPresentation(in: json, acceptsBody: true)
        }
        let get = EndpointRequest(
            method: .get, headers: [.contentType: "application/x-www-form-urlencoded"],
            body: Array("access_token=a".utf8))
        #expect(throws: AccessTokenPresentation.Malformation.missing) {
            try AccessTokenPresentation(in: get, acceptsBody: true)
        }
    }

    @Test("One way is enough: two are refused")
    func severalMethods() {
        #expect(throws: AccessTokenPresentation.Malformation.severalMethods) {
            try present(["Bearer a"], body: "access_token=a")
        }
        #expect(throws: AccessTokenPresentation.Malformation.repeatedHeader) { try present(["Bearer a", "DPoP a"]) }
        #expect(throws: AccessTokenPresentation.Malformation.inQuery) {
            try present(["Bearer a"], query: "access_token=a")
        }
        #expect(throws: AccessTokenPresentation.Malformation.malformedBody) {
            try present([], body: "access_token=a&access_token=b")
        }
    }

    @Test("Another scheme is refused", arguments: ["Basic YTpi", "", "a", "DPoPa", "Bearer\ta"])
    func otherScheme(value: String) {
        #expect(throws: AccessTokenPresentation.Malformation.otherScheme) { try present([value]) }
    }

    @Test(
        "A malformed token is refused", arguments: ["Bearer", "DPoP ", "DPoP a b", "Bearer =", "DPoP a,b", "Bearer é"])
    func malformed(value: String) {
        #expect(throws: AccessTokenPresentation.Malformation.malformed) { try present([value]) }
    }

    @Test("A token of more than 16384 bytes is refused")
    func tooLong() throws {
        let longest = String(repeating: "a", count: 16_384)
        #expect(try present(["Bearer " + longest]).text == longest)
        for (header, body) in [(["Bearer a" + longest], nil), ([], "access_token=a" + longest)]
            as [([String], String?)]
        {
            #expect(throws: AccessTokenPresentation.Malformation.malformed) { try present(header, body: body) }
        }
        #expect(throws: AccessTokenPresentation.Malformation.malformed) { try present([], body: "access_token=a%20b") }
    }

    @Test("Without a token the challenges have no error code, with a bad one they have")
    func wire() {
        let missing = AccessTokenPresentation.Malformation.missing
        #expect(missing.wire(dpopAlgorithms: []).challenge == .bearerWithoutError)
        #expect(
            missing.wire(dpopAlgorithms: [.es256]).response.headers[values: .wwwAuthenticate] == [
                "Bearer", "DPoP algs=\"ES256\"",
            ])
        #expect(missing.wire(dpopAlgorithms: []).status == .unauthorized)
        for malformation in [
            .inQuery, .repeatedHeader, .severalMethods, .malformed, .malformedBody,
        ] as [AccessTokenPresentation.Malformation] {
            let wire = malformation.wire(dpopAlgorithms: [.es256])
            #expect(wire.status == .badRequest)
            #expect(wire.code == "invalid_request")
            #expect(!malformation.reason.isEmpty)
        }
        #expect(AccessTokenPresentation.Malformation.otherScheme.wire(dpopAlgorithms: []).status == .unauthorized)
    }
}

@Suite("Form of a request")
struct RequestFormTests {
    @Test("Only resource may stand there more than once")
    func resources() throws {
        let form = try Sample.form("a=1&resource=https%3A%2F%2Fb.example&b=2&resource=urn:x&%72esource=urn:y&resource=")
        #expect(form.resources == ["https://b.example", "urn:x", "urn:y"])
        #expect(form["a"] == "1")
        #expect(form["b"] == "2")
        #expect(form["c"] == nil)
        #expect(throws: RequestForm.Malformation.repeatedParameter) { try Sample.form("a=1&a=1") }
        #expect(throws: RequestForm.Malformation.repeatedParameter) { try Sample.form("a=&a") }
    }

    @Test("What is no form, or has too much of it, is refused")
    func malformed() throws {
        #expect(throws: RequestForm.Malformation.form) { try Sample.form("a=%zz") }
        #expect(throws: RequestForm.Malformation.form) { try Sample.form("resource=%FF") }
        let many = (0...16).map { "resource=urn:\($0)" }.joined(separator: "&")
        #expect(throws: RequestForm.Malformation.form) { try Sample.form(many) }
        #expect(throws: RequestForm.Malformation.mediaType) {
            try RequestForm(decoding: EndpointRequest(method: .post, body: Array("a=1".utf8)))
        }
        #expect(try RequestForm(decoding: Sample.post("a=1"))["a"] == "1")
        for malformation in [.mediaType, .form, .repeatedParameter] as [RequestForm.Malformation] {
            #expect(malformation.wire.code == "invalid_request")
            #expect(!malformation.reason.isEmpty)
        }
    }
}

@Suite("Scopes")
struct ScopeListTests {
    @Test("Scopes are separated by spaces and told once")
    func list() {
        #expect(ScopeList.parse("openid  profile openid a:b/c") == ["openid", "profile", "a:b/c"])
        #expect(ScopeList.parse("") == [])
        #expect(ScopeList.text(["a", "b"]) == "a b")
    }

    @Test("Other characters are refused", arguments: ["a\"b", "a\\b", "a\tb", "é", "a\nb"])
    func malformed(text: String) {
        #expect(ScopeList.parse(text) == nil)
    }

    @Test("More than a hundred are refused")
    func tooMany() {
        #expect(ScopeList.parse((0..<100).map { "s\($0)" }.joined(separator: " "))?.count == 100)
        #expect(ScopeList.parse((0...100).map { "s\($0)" }.joined(separator: " ")) == nil)
    }
}
