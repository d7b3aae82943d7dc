import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// Asking about tokens, RFC 7662 and RFC 9701, and taking them back, RFC 7009.
@Suite struct IntrospectionTests {
    private func ask(
        _ provider: TestProvider, _ token: String, as client: TestClient, accept: String? = nil
    ) async throws -> Reply {
        try await provider.call(AuthorizationSite.Paths.introspect, [("token", token)], as: client.withoutProofs())
            .with(.accept, accept).send()
    }

    private func revoke(_ provider: TestProvider, _ token: String, as client: TestClient) async throws -> Reply {
        try await provider.call(AuthorizationSite.Paths.revoke, [("token", token)], as: client.withoutProofs()).send()
    }

    private static let inactive: JSON = ["active": false]

    private func tokens(
        _ provider: TestProvider, _ client: TestClient = .library, resources: [String] = []
    ) async throws -> GivenTokens {
        let draft = AuthorizationDraft(client, scopes: ["openid", "offline_access"]).with { $0.resources = resources }
        return try await TestBrowser(provider).tokens(draft, remember: "30d")
    }

    @Test("A client may stand for a resource that is known here, and for no other")
    func knowsResources() async throws {
        let issuer = try await TestProvider().issuer
        func add(_ resource: JSON) async -> Reply {
            await issuer.manage(
                .post, "/clients",
                ["client_name": "Service", "grant_types": ["client_credentials"], "resource": resource])
        }
        for known in ["https://api.example.org", "https://issuer.example.org", .null] as [JSON] {
            #expect(await add(known).status == 201, "\(known)")
        }
        for unknown in ["https://api.example.org/", "https://other.example.org", "", 1, ["https://api.example.org"]]
            as [JSON]
        {
            let reply = await add(unknown)
            #expect(reply.status == 400, "\(unknown)")
            #expect(try reply.string("error") == "invalid_client_metadata")
            #expect(try reply.string("error_description").contains("authorization_server.resources"))
        }
    }

    @Test("A client is told of its own token, opaque or signed", arguments: ["opaque", "jwt"])
    func tellsClient(_ format: String) async throws {
        let provider = try await TestProvider(ProviderSettings(tokenFormat: format))
        let client = TestClient.library.withOtherKey()
        let tokens = try await tokens(provider, client)
        let reply = try await ask(provider, tokens.access, as: client)
        #expect(reply.status == 200)
        #expect(reply.headers[.cacheControl] == "no-store")
        let told = try reply.object()
        let now = Int64(provider.issuer.clock.now.timeIntervalSince1970)
        #expect(told["active"] == true && told["client_id"] == "library" && told["token_type"] == "DPoP")
        #expect(told["iss"]?.string == provider.issuer.identifier && told["aud"] == told["iss"])
        #expect(told["scope"] == "openid offline_access")
        #expect(told["iat"] == .integer(now) && told["exp"] == .integer(now + 240))
        #expect(try told["sub"] == tokens.idClaims()["sub"])
        #expect(told["cnf"]?["jkt"]?.string == client.proofs?.thumbprintText)
        #expect(told["acr"] == .string(ProviderSettings.basic))
    }

    @Test("A service is told of tokens for it, and of the person by the name that is known there")
    func tellsService() async throws {
        let provider = try await TestProvider()
        let bound = try await tokens(provider, resources: ["https://api.example.org"])
        let told = try await ask(provider, bound.access, as: .service).object()
        #expect(told["active"] == true && told["aud"] == "https://api.example.org")
        #expect(told["sub"] == (try jwtClaims(bound.access))["sub"])
        #expect(try told["sub"] != bound.idClaims()["sub"])
        let other = try await tokens(provider)
        #expect(try await ask(provider, other.access, as: .service).json == Self.inactive)
    }

    @Test("Towards anybody else a token is none, like one that is made up, expired or revoked")
    func tellsNobody() async throws {
        let provider = try await TestProvider()
        let tokens = try await tokens(provider)
        let refresh = try #require(tokens.refresh)
        for token in [tokens.access, refresh] {
            #expect(try await ask(provider, token, as: .bank).json == Self.inactive)
        }
        for text in ["c0ffee", try #require(tokens.idToken), try await provider.issuer.token()] {
            #expect(try await ask(provider, text, as: .library).json == Self.inactive)
        }
        provider.issuer.clock.advance(by: 240)
        #expect(try await ask(provider, tokens.access, as: .library).json == Self.inactive)
        #expect(try await ask(provider, refresh, as: .library).json["active"] == true)
        #expect(try await revoke(provider, refresh, as: .library).status == 200)
        #expect(try await ask(provider, refresh, as: .library).json == Self.inactive)
    }

    @Test("An answer is signed for the one who asks for that")
    func signs() async throws {
        let provider = try await TestProvider()
        let tokens = try await tokens(provider)
        let reply = try await ask(provider, tokens.access, as: .library, accept: IntrospectionJWT.mediaType)
        #expect(reply.headers[.contentType] == IntrospectionJWT.mediaType)
        let expected = TokenExpectation(
            issuer: provider.issuer.identifier, audience: "library",
            keys: VerificationKeys(try await provider.publishedKeys()), now: provider.issuer.clock.now)
        guard case .active(let claims) = try IntrospectionJWT.verify(reply.text, expecting: expected) else {
            throw UnexpectedAnswer(reply: reply)
        }
        #expect(claims.clientID == "library")
        let none = try await ask(provider, "c0ffee", as: .library, accept: IntrospectionJWT.mediaType)
        guard case .inactive = try IntrospectionJWT.verify(none.text, expecting: expected) else {
            throw UnexpectedAnswer(reply: none)
        }
    }

    @Test("Nobody asks who does not show who it is")
    func wantsClient() async throws {
        let provider = try await TestProvider()
        let token = try await tokens(provider).access
        try expect(
            try await ask(provider, token, as: .app), is: .init("invalid_client", "Client authentication is needed"))
        try expect(
            try await ask(provider, token, as: .library.authenticated(by: .secret("wrong"))),
            is: .init(401, "invalid_client", "Client authentication failed", challenge: .basic))
        for path in [AuthorizationSite.Paths.introspect, AuthorizationSite.Paths.revoke] {
            try expect(
                try await provider.call(path, [], as: .library).send(),
                is: .init("invalid_request", "token is missing"))
            let call = try provider.call(path, [("token", token)], as: .bank)
            #expect(await call.send().status == 200)
            try expect(
                await call.send(), is: .init("invalid_client", "This proof of the client was used before"))
        }
    }

    @Test("An access token that is taken back is dead at once; the grant goes on")
    func revokes() async throws {
        let provider = try await TestProvider()
        let tokens = try await tokens(provider)
        #expect(try await revoke(provider, tokens.access, as: .library).status == 200)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 401)
        #expect(try await ask(provider, tokens.access, as: .library).json == Self.inactive)
        let refresh = try #require(tokens.refresh)
        #expect(try await provider.refreshing(refresh, as: .library).send().status == 200)
        // Taking back what is taken back is no mistake.
        #expect(try await revoke(provider, tokens.access, as: .library).status == 200)
    }

    @Test("Nobody takes back another client's tokens, nor learns that they are some")
    func revokesOwnOnly() async throws {
        let provider = try await TestProvider()
        let tokens = try await tokens(provider)
        for token in [tokens.access, try #require(tokens.refresh), "c0ffee"] {
            let reply = try await revoke(provider, token, as: .bank)
            #expect(reply.status == 200)
            #expect(reply.body.isEmpty)
        }
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 200)
        #expect(try await provider.refreshing(try #require(tokens.refresh), as: .library).send().status == 200)
    }

    @Test("A client without a secret takes back its own tokens")
    func revokesOfPublicClient() async throws {
        let provider = try await TestProvider()
        let client = TestClient.wallet
        let tokens = try await tokens(provider, client)
        #expect(try await revoke(provider, tokens.access, as: client).status == 200)
        #expect(try await provider.userInfo(tokens.access, as: client).status == 401)
    }
}
