import OAuth
import Testing
import WebServer
import WireFormats

/// What a client may ask for by its registration.
@Suite struct ClientScopeTests {
    @Test("A client that is not registered for a credential's scope gets no such credential")
    func withholdsCredential() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.narrow, scopes: ["openid", "card"])
        let browser = TestBrowser(provider)
        let consent = try await browser.logIn(await browser.open(draft))
        #expect(!ShownPage(reply: consent).has("credential-card"))
        let code = try #require(try ClientAnswer(await browser.allow(consent))["code"])
        let tokens = try GivenTokens(await provider.redemption(code, draft).send())
        #expect(try tokens.reply.json["scope"] == "openid")
        #expect(try await provider.credentialCall(tokens.access, as: .narrow).send().status == 403)
    }

    @Test("Asking for such scopes alone is asking for nothing")
    func refusesNothing() async throws {
        let provider = try await TestProvider()
        try expect(
            try await provider.push(AuthorizationDraft(.narrow, scopes: ["card", "email"])).send(),
            is: .init("invalid_scope", "scope is malformed or not allowed"))
    }

    @Test("Nor does such a client get the credential by authorization_details")
    func withholdsDetails() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.narrow, scopes: []).with {
            $0.authorizationDetails = AuthorizationDetails([AuthorizationDetail(credentialConfigurationID: "card")])
        }
        #expect(try await provider.push(draft).send().status == 400)
    }

    @Test("Claims of a scope that the client is not registered for are not asked of the person")
    func withholdsClaims() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let draft = AuthorizationDraft(.narrow, scopes: ["openid", "profile", "email"])
        let page = ShownPage(reply: try await browser.logIn(await browser.open(draft)))
        #expect(page.has("claim-given_name"))
        #expect(!page.has("claim-email"))
    }
}
