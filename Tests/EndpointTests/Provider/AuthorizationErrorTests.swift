import HTTPTypes
import OAuth
import Testing
import WebServer
import WireFormats

/// Authorization requests that are refused: told to the client where its address is known to be its own, and to the
/// person where it is not, RFC 6749 §4.1.2.1.
@Suite struct AuthorizationErrorTests {
    @Test("Where the client or its address is in doubt, the person is told and nobody redirected", arguments: toPage)
    func showsPage(_ bad: BadAuthorization) async throws {
        let provider = try await TestProvider()
        let reply = await bad.send(to: provider)
        #expect(reply.status == 400)
        #expect(reply.headers[.location] == nil)
        #expect(ShownPage(reply: reply).problemCode == bad.code)
        #expect(reply.headers[.cacheControl] == "no-store")
    }

    @Test("Everything else is told to the client, with its state and our name", arguments: toClient)
    func tellsClient(_ bad: BadAuthorization) async throws {
        let provider = try await TestProvider()
        let reply = await bad.send(to: provider)
        let answer = try ClientAnswer(reply)
        #expect(answer.address == TestClient.app.redirectURI)
        #expect(answer["error"] == bad.code)
        #expect(answer["state"] == bad.state)
        #expect(answer["iss"] == provider.issuer.identifier)
        #expect(answer["code"] == nil)
        #expect(reply.headers[.cacheControl] == "no-store")
    }

    @Test("A request may be posted, too")
    func takesPost() async throws {
        let provider = try await TestProvider()
        let reply = await TestBrowser(provider).post(
            AuthorizationSite.Paths.authorize, AuthorizationDraft(.app).request.parameters)
        #expect(ShownPage(reply: reply).has("login-form"))
    }

    @Test("A client that is known by its attester alone pushes its requests")
    func wantsPush() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.knownWallet, scopes: ["card"])
        let answer = try ClientAnswer(
            await TestBrowser(provider).get(draft.request.url(at: AuthorizationSite.Paths.authorize)))
        #expect(answer["error"] == "invalid_request")
    }

    @Test("A pushed request is opened in time and for its own client")
    func boundsPushedRequests() async throws {
        let provider = try await TestProvider()
        let uri = try await provider.requestURI(of: AuthorizationDraft(.library))
        let open = { (client: String) in
            await TestBrowser(provider).get(
                AuthorizationRequest.url(
                    at: AuthorizationSite.Paths.authorize, clientID: client, requestURI: uri))
        }
        #expect(ShownPage(reply: await open("bank")).problemCode == "invalid_request_uri")
        provider.issuer.clock.advance(by: 89)
        #expect(ShownPage(reply: await open("library")).has("login-form"))
        provider.issuer.clock.advance(by: 1)
        #expect(ShownPage(reply: await open("library")).problemCode == "invalid_request_uri")
    }

    static let toPage = [
        BadAuthorization("no client", "invalid_request", ["client_id": nil]),
        BadAuthorization("an unknown client", "invalid_client", ["client_id": "nobody"]),
        BadAuthorization("another client's name", "invalid_request", ["client_id": "library"]),
        BadAuthorization(
            "an unregistered address", "invalid_request", ["redirect_uri": "https://evil.example.net/callback"]),
        BadAuthorization(
            "an address that begins alike", "invalid_request",
            ["redirect_uri": "https://app.example.org/callback/more"]),
        BadAuthorization(
            "an address with a fragment", "invalid_request", ["redirect_uri": "https://app.example.org/callback#x"]),
        BadAuthorization("a relative address", "invalid_request", ["redirect_uri": "/callback"]),
        BadAuthorization(
            "an unregistered address with another fault", "unsupported_response_type",
            ["redirect_uri": "https://evil.example.net/", "response_type": "token"]),
        BadAuthorization(
            "a made-up reference", "invalid_request_uri",
            ["request_uri": "urn:ietf:params:oauth:request_uri:c0ffee"]),
        BadAuthorization("two clients", "invalid_request", [:], more: "&client_id=library"),
    ]

    static let toClient = [
        BadAuthorization("an implicit response", "unsupported_response_type", ["response_type": "token"]),
        BadAuthorization("no response type", "invalid_request", ["response_type": nil]),
        BadAuthorization("an unknown response mode", "invalid_request", ["response_mode": "fragment"]),
        BadAuthorization("unknown scopes", "invalid_scope", ["scope": "teapot"]),
        BadAuthorization("no scope at all", "invalid_scope", ["scope": nil]),
        BadAuthorization(
            "no code challenge", "invalid_request", ["code_challenge": nil, "code_challenge_method": nil]),
        BadAuthorization("a plain code challenge", "invalid_request", ["code_challenge_method": "plain"]),
        BadAuthorization("prompt none with others", "invalid_request", ["prompt": "none login"]),
        BadAuthorization("prompt none for nobody", "login_required", ["prompt": "none"]),
        BadAuthorization("a max_age that is no number", "invalid_request", ["max_age": "-1"]),
        BadAuthorization("an unknown resource", "invalid_target", ["resource": "https://unknown.example.org"]),
        BadAuthorization("claims that are no JSON", "invalid_request", ["claims": "x"]),
        BadAuthorization(
            "an authentication that is not possible", "unmet_authentication_requirements",
            ["claims": #"{"id_token":{"acr":{"essential":true,"values":["urn:example:retina"]}}}"#]),
        BadAuthorization("unknown details", "invalid_authorization_details", ["authorization_details": "[]"]),
        BadAuthorization("a request object of a client without keys", "request_not_supported", ["request": "x.y.z"]),
        BadAuthorization(
            "a request object by reference", "request_uri_not_supported",
            ["request_uri": "https://app.example.org/request"]),
        BadAuthorization("two states", "invalid_request", [:], more: "&state=x", state: nil),
        BadAuthorization("two scopes", "invalid_request", [:], more: "&scope=card"),
    ]
}

/// One thing that is wrong with an authorization request of ``TestClient/app``.
struct BadAuthorization: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: String
    let changes: [String: String?]
    let more: String
    let state: String?

    init(
        _ description: String, _ code: String, _ changes: [String: String?], more: String = "",
        state: String? = "state of the client"
    ) {
        testDescription = description
        (self.code, self.changes, self.more, self.state) = (code, changes, more, state)
    }

    func send(to provider: TestProvider) async -> Reply {
        var call = ProviderCall(
            provider: provider, path: AuthorizationSite.Paths.authorize,
            form: AuthorizationDraft(.app).request.parameters)
        for (name, value) in changes { call[name] = value }
        return await TestBrowser(provider).get(call.path + "?" + FormParameters.encode(call.form) + more)
    }
}
