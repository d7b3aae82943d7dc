import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// UserInfo endpoint, OpenID Connect Core §5.3.
@Suite struct UserInfoTests {
    private static let path = AuthorizationSite.Paths.userInfo
    private static let unknown = ExpectedRefusal(
        401, "invalid_token", "The access token is unknown, expired or revoked", challenge: .withError)
    private static let unknownBound = ExpectedRefusal(
        401, "invalid_token", "The access token is unknown, expired or revoked", challenge: .withErrorOfDPoP)

    private func tokens(
        _ provider: TestProvider, _ client: TestClient = .library, scopes: [String] = ["openid", "profile"]
    ) async throws -> GivenTokens {
        try await TestBrowser(provider).tokens(AuthorizationDraft(client, scopes: scopes), sharing: ["given_name"])
    }

    @Test(
        "Whoever asks, by whatever format of token, is told what was agreed to",
        arguments: [TestClient.library, .wallet, .bank, .app, .strangeWallet], ["opaque", "jwt"])
    func tells(_ client: TestClient, _ format: String) async throws {
        let provider = try await TestProvider(ProviderSettings(tokenFormat: format))
        let tokens = try await tokens(provider, client)
        #expect(tokens.access.contains(".") == (format == "jwt"))
        let reply = try await provider.userInfo(tokens.access, as: client)
        #expect(reply.status == 200)
        #expect(reply.headers[.cacheControl] == "no-store")
        let told = try reply.object()
        #expect(Set(told.members.map(\.name)) == ["sub", "given_name"])
        #expect(told["given_name"] == .string(TestPerson.zubeida.givenName))
        #expect(try told["sub"] == tokens.idClaims()["sub"])
    }

    @Test("Two clients know a person by two names, neither of them the registry's")
    func keepsNamesApart() async throws {
        let provider = try await TestProvider()
        let names = [
            try await tokens(provider).idClaims()["sub"], try await tokens(provider, .bank).idClaims()["sub"],
        ]
        #expect(names[0] != names[1])
        #expect(!names.contains("p-1"))
        #expect(try await tokens(provider).idClaims()["sub"] == names[0])
    }

    @Test("A token may come in a form, but not in the address, and not twice")
    func readsToken() async throws {
        let provider = try await TestProvider()
        let token = try await tokens(provider).access
        var call = ProviderCall(provider: provider, path: Self.path, form: [("access_token", token)])
        #expect(await call.send().status == 200)
        try expect(
            await call.with(.authorization, "Bearer " + token).send(),
            is: .init("invalid_request", "Send the access token in one way only", challenge: .withError))
        call.query = "?access_token=" + token
        try expect(
            await call.send(),
            is: .init(
                "invalid_request", "Send the access token in the Authorization header", challenge: .withError))
    }

    @Test("Without a token, or with one that is none, nothing is told")
    func refuses() async throws {
        let provider = try await TestProvider()
        let send = { (authorization: String?) in
            var headers = HTTPFields()
            headers[.authorization] = authorization
            return await provider.issuer.send(.get, Self.path, headers: headers)
        }
        try expect(
            await send(nil),
            is: .init(401, "invalid_token", "An access token is needed", challenge: .bareOfBoth))
        let tokens = try await tokens(provider)
        for text in ["c0ffee", try #require(tokens.idToken), try await provider.issuer.token()] {
            try expect(await send("Bearer " + text), is: Self.unknown)
        }
        provider.issuer.clock.advance(by: 239)
        #expect(await send("Bearer " + tokens.access).status == 200)
        provider.issuer.clock.advance(by: 1)
        try expect(await send("Bearer " + tokens.access), is: Self.unknown)
    }

    @Test("A token without openid is not for this")
    func wantsScope() async throws {
        let provider = try await TestProvider()
        let tokens = try await tokens(provider, scopes: ["card"])
        try expect(
            try await provider.userInfo(tokens.access, as: .library),
            is: .init(
                403, "insufficient_scope", "The access token has not the scope openid", challenge: .withError))
    }

    @Test("A token that was given for another service is not for this")
    func wantsAudience() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.library).with { $0.resources = ["https://api.example.org"] }
        let tokens = try await TestBrowser(provider).tokens(draft)
        #expect(try jwtClaims(tokens.access)["aud"] == "https://api.example.org")
        try expect(try await provider.userInfo(tokens.access, as: .library), is: Self.unknown)
    }

    @Test("A bound token needs a proof by its key, each time another")
    func wantsProof() async throws {
        let provider = try await TestProvider()
        let client = TestClient.wallet
        let token = try await tokens(provider, client).access
        let send = { (headers: HTTPFields) in await provider.issuer.send(.get, Self.path, headers: headers) }
        try expect(await send([.authorization: "Bearer " + token]), is: Self.unknownBound)
        let good = try provider.presenting(token, at: Self.path, as: client)
        #expect(await send(good).status == 200)
        try expect(
            await send(good),
            is: .init(401, "invalid_dpop_proof", "The DPoP proof was used before", challenge: .withErrorOfDPoP))
        try expect(
            await send(try provider.presenting(token, at: Self.path, as: client.withOtherKey())),
            is: .init(401, "invalid_token", "The DPoP proof is by another key", challenge: .withErrorOfDPoP))
        try expect(
            await send([.authorization: "DPoP " + token]),
            is: .init(401, "invalid_dpop_proof", "A DPoP proof is needed", challenge: .withErrorOfDPoP))
        let posted = try provider.presenting(token, at: Self.path, as: client, method: .post)
        #expect(try await send(posted).string("error") == "invalid_dpop_proof")
    }

    @Test("Where nonces are needed, the refusal brings one")
    func wantsNonce() async throws {
        let provider = try await TestProvider(ProviderSettings(dpopNonces: "required"))
        let (client, browser) = (TestClient.wallet, TestBrowser(provider))
        let draft = AuthorizationDraft(client)
        let code = try await browser.code(draft)
        let nonce = try #require(try await provider.redemption(code, draft).send().headers[.dpopNonce])
        var call = try provider.redemption(code, draft)
        call.headers[.dpop] = try client.proofs?.proof(
            method: .post, url: call.url, nonce: nonce, now: provider.issuer.clock.now)
        let token = try GivenTokens(await call.send()).access
        let refused = try await provider.userInfo(token, as: client)
        #expect(refused.status == 401)
        #expect(try refused.string("error") == "use_dpop_nonce")
        let fresh = try #require(refused.headers[.dpopNonce])
        let again = await provider.issuer.send(
            .get, Self.path, headers: try provider.presenting(token, at: Self.path, as: client, nonce: fresh))
        #expect(again.status == 200)
    }
}
