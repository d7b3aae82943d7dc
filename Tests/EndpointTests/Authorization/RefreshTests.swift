import Foundation
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// Refresh tokens, RFC 6749 §6 and RFC 9700 §2.2.2.
@Suite struct RefreshTests {
    private static let refused = ExpectedRefusal(
        "invalid_grant", "The refresh token is unknown, expired or revoked, or not for this client")
    private static let everything = ["openid", "offline_access", "profile", "card"]

    private func grant(
        _ provider: TestProvider, _ client: TestClient = .library, scopes: [String] = everything
    ) async throws -> (browser: TestBrowser, tokens: GivenTokens, refresh: String) {
        let browser = TestBrowser(provider)
        let tokens = try await browser.tokens(AuthorizationDraft(client, scopes: scopes), remember: "30d")
        return (browser, tokens, try #require(tokens.refresh))
    }

    @Test("Without scope a refreshed token has all that was granted", arguments: [TestClient.library, .wallet, .bank])
    func givesSameScope(_ client: TestClient) async throws {
        let provider = try await TestProvider()
        let (_, _, refresh) = try await grant(provider, client)
        let tokens = try GivenTokens(try await provider.refreshing(refresh, as: client).send())
        #expect(try tokens.reply.json["scope"] == .string(Self.everything.joined(separator: " ")))
        #expect(try await provider.userInfo(tokens.access, as: client).status == 200)
    }

    @Test("A refreshed ID token is of the same login, and has no nonce")
    func leavesOutNonce() async throws {
        let provider = try await TestProvider()
        let (_, first, refresh) = try await grant(provider)
        provider.issuer.clock.advance(by: 60)
        let tokens = try GivenTokens(try await provider.refreshing(refresh, as: .library).send())
        let (before, after) = (try first.idClaims(), try tokens.idClaims())
        #expect(before["nonce"] == "nonce of the client")
        #expect(after["nonce"] == nil)
        for name in ["iss", "sub", "aud", "auth_time", "acr", "sid"] { #expect(after[name] == before[name], "\(name)") }
        #expect(after["iat"] != before["iat"])
    }

    @Test("A refresh may ask for less, which changes nothing for the next one, and not for more")
    func narrows() async throws {
        let provider = try await TestProvider()
        let (_, _, refresh) = try await grant(provider, scopes: ["openid", "offline_access", "card"])
        let narrow = try GivenTokens(try await provider.refreshing(refresh, scopes: ["card"], as: .library).send())
        #expect(try narrow.reply.json["scope"] == "card")
        #expect(narrow.idToken == nil)
        #expect(try await provider.userInfo(narrow.access, as: .library).status == 403)
        try expect(
            try await provider.refreshing(refresh, scopes: ["card", "diploma"], as: .library).send(),
            is: .init("invalid_scope", "More was asked for than was granted"))
        let wide = try await provider.refreshing(refresh, scopes: ["openid", "card"], as: .library).send()
        #expect(try wide.json["scope"] == "openid card")
    }

    @Test("A token that was narrowed to other scopes gives no credential")
    func narrowsCredentials() async throws {
        let provider = try await TestProvider()
        let (_, _, refresh) = try await grant(provider)
        let tokens = try GivenTokens(try await provider.refreshing(refresh, scopes: ["openid"], as: .library).send())
        #expect(try await provider.credentialCall(tokens.access, as: .library).send().status == 403)
    }

    @Test("A refresh token of a wallet gives credentials again")
    func renewsCredentials() async throws {
        let provider = try await TestProvider()
        let client = TestClient.wallet
        let (_, _, refresh) = try await grant(provider, client, scopes: ["card"])
        provider.issuer.clock.advance(by: 86_400)
        let tokens = try GivenTokens(try await provider.refreshing(refresh, as: client).send())
        #expect(try await provider.credentialCall(tokens.access, as: client).send().status == 200)
    }

    @Test("A refresh token is no good to another client")
    func refusesOtherClient() async throws {
        let provider = try await TestProvider()
        let (_, _, refresh) = try await grant(provider)
        try expect(try await provider.refreshing(refresh, as: .bank).send(), is: Self.refused)
        #expect(try await provider.refreshing(refresh, as: .library).send().status == 200)
    }

    @Test("The refresh token of a public client is no good without its key")
    func refusesOtherKey() async throws {
        let provider = try await TestProvider()
        let client = TestClient.wallet
        let (_, _, refresh) = try await grant(provider, client)
        try expect(try await provider.refreshing(refresh, as: client.withOtherKey()).send(), is: Self.refused)
        try expect(
            try await provider.refreshing(refresh, as: client.withoutProofs()).send(),
            is: .init("invalid_dpop_proof", "A DPoP proof is needed"))
        #expect(try await provider.refreshing(refresh, as: client).send().status == 200)
    }

    @Test("The refresh token of an attested wallet is bound to its installation, not to its DPoP key")
    func bindsToInstallation() async throws {
        let provider = try await TestProvider()
        let client = TestClient.strangeWallet
        let (_, _, refresh) = try await grant(provider, client, scopes: ["card"])
        let elsewhere = client.authenticated(by: .attestation(.generateP256()))
        try expect(try await provider.refreshing(refresh, as: elsewhere).send(), is: Self.refused)
        #expect(try await provider.refreshing(refresh, as: client.withOtherKey()).send().status == 200)
    }

    @Test("A public client without a key gets no refresh token, nor does one that may not stay")
    func withholds() async throws {
        let provider = try await TestProvider()
        let keyless = try await TestBrowser(provider).tokens(
            AuthorizationDraft(.app, scopes: Self.everything), remember: "30d")
        #expect(keyless.refresh == nil)
        let narrow = try await TestBrowser(provider).tokens(
            AuthorizationDraft(.narrow, scopes: ["openid"]), remember: "30d")
        #expect(narrow.refresh == nil)
        let online = try await TestBrowser(provider).tokens(
            AuthorizationDraft(.library, scopes: ["openid"]), remember: "30d")
        #expect(online.refresh == nil)
        let once = try await TestBrowser(provider).tokens(
            AuthorizationDraft(.library, scopes: Self.everything), remember: "once")
        #expect(once.refresh == nil)
    }

    @Test("A refresh token is good as long as the consent that it rests on", arguments: [(-1.0, 200), (0, 400)])
    func expires(_ afterEnd: Double, _ status: Int) async throws {
        let provider = try await TestProvider()
        let (_, _, refresh) = try await grant(provider)
        provider.issuer.clock.advance(by: 30 * 86_400 + afterEnd)
        #expect(try await provider.refreshing(refresh, as: .library).send().status == status)
    }

    @Test("After withdrawal neither the refresh token nor what it gave is good")
    func endsWithConsent() async throws {
        let provider = try await TestProvider()
        let (browser, tokens, refresh) = try await grant(provider)
        let page = try await browser.account()
        #expect(await browser.submit(try page.form("withdraw")).status == 303)
        try expect(try await provider.refreshing(refresh, as: .library).send(), is: Self.refused)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 401)
        #expect(try await provider.credentialCall(tokens.access, as: .library).send().status == 401)
    }

    @Test("After revocation neither the refresh token nor what it gave is good")
    func endsWithRevocation() async throws {
        let provider = try await TestProvider()
        let (_, tokens, refresh) = try await grant(provider)
        let revoked = try await provider.call(AuthorizationSite.Paths.revoke, [("token", refresh)], as: .library).send()
        #expect(revoked.status == 200)
        try expect(try await provider.refreshing(refresh, as: .library).send(), is: Self.refused)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 401)
    }

    @Test("After logging out what was allowed for while the person is away goes on")
    func outlivesLogout() async throws {
        let provider = try await TestProvider()
        let (browser, _, refresh) = try await grant(provider)
        #expect(await browser.submit(try await browser.account().form("sign-out")).status == 200)
        #expect(try await provider.refreshing(refresh, as: .library).send().status == 200)
    }

    @Test("What is made up, or of another purpose, is no refresh token")
    func refusesStrangers() async throws {
        let provider = try await TestProvider()
        let (_, tokens, _) = try await grant(provider)
        for text in ["c0ffee", String(repeating: "A", count: 48), tokens.access] {
            try expect(try await provider.refreshing(text, as: .library).send(), is: Self.refused)
        }
    }
}
