import HTTPTypes
import Testing
import WireFormats

/// What the router does before any endpoint sees a request.
@Suite struct RoutingTests {
    @Test(
        "Where nothing is, that is said",
        arguments: [
            "/nothing", "/.well-known", "/issuance/oid4vci/credential-offer/", "/issuance/oid4vci/credential-offer/a/b",
            "/offers", "/metrics", "/keys", "/registry/people", "//health", "/health/",
        ])
    func notFound(_ target: String) async throws {
        let issuer = try await TestIssuer()
        try expect(await issuer.send(.get, target), is: .init(404, "not_found", "There is nothing here"))
    }

    @Test(
        "With another method it is said which are allowed",
        arguments: [
            (HTTPRequest.Method.get, "/auth/token-endpoint", "POST"), (.put, "/issuance/oid4vci/nonce", "POST"),
            (.get, "/issuance/oid4vci/nonce", "POST"), (.head, "/issuance/oid4vci/credential-request", "POST"),
            (.post, "/.well-known/openid-credential-issuer", "GET, HEAD"), (.delete, "/vct/card", "GET, HEAD"),
            (.options, "/health", "GET, HEAD"),
        ])
    func methodNotAllowed(_ method: HTTPRequest.Method, _ target: String, _ allow: String) async throws {
        let issuer = try await TestIssuer()
        let reply = await issuer.send(method, target)
        #expect(reply.status == 405)
        #expect(reply.headers[.allow] == allow)
        guard method != .head else { return #expect(reply.body == []) }
        try expect(
            reply, is: .init(405, "method_not_allowed", "This method is not allowed here"), allow: allow)
    }

    @Test(
        "What can be got has a head with the same fields, the length and no body",
        arguments: ["/.well-known/openid-credential-issuer", "/vct/card", "/issuance/jwks.json", "/health", "/nothing"])
    func answersHead(_ target: String) async throws {
        let issuer = try await TestIssuer()
        let (got, head) = (await issuer.send(.get, target), await issuer.send(.head, target))
        #expect(head.status == got.status)
        var headers = got.headers
        headers[.contentLength] = String(got.body.count)
        #expect(head.headers == headers)
        #expect(head.body == [])
    }

    @Test("A body where none is expected is refused unread")
    func refusesUnexpectedBody() async throws {
        let issuer = try await TestIssuer()
        let reply = await issuer.send(.get, "/health", body: [0])
        try expect(reply, is: .init(413, "invalid_request", "The body is larger than 0 bytes"))
    }

    @Test("The health of the issuer can be asked without a key")
    func tellsHealth() async throws {
        let reply = try await TestIssuer().send(.get, "/health")
        #expect(reply.status == 200)
        #expect(try reply.json == ["status": "ok"])
    }
}
