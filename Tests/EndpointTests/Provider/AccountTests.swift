import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// The page on which people see what they have agreed to, and take it back.
@Suite struct AccountTests {
    private static let draft = AuthorizationDraft(.library, scopes: ["openid", "offline_access", "profile", "card"])
    private static let path = AuthorizationSite.Paths.account

    @Test("Who comes logs in, and sees their own agreements, newest first")
    func lists() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        #expect(ShownPage(reply: await browser.get(Self.path)).has("login-form"))
        #expect(try await browser.account().consentIDs == [])
        _ = try await browser.code(Self.draft)
        provider.issuer.clock.advance(by: 10)
        _ = try await browser.code(AuthorizationDraft(.bank), remember: "30d")
        let page = try await browser.account()
        #expect(page.consentIDs.count == 2)
        let names = page.reply.text.split(separator: "data-test=\"consent-item\"").dropFirst()
        #expect(names.first?.contains("Bank") == true && names.last?.contains("Library") == true)
        #expect(page.reply.headers[.cacheControl] == "no-store")
        #expect(try await TestBrowser(provider).account(as: .ulrich).consentIDs == [])
    }

    @Test("An agreement that is taken back takes with it all that came of it, at once")
    func withdraws() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let tokens = try await browser.tokens(Self.draft, remember: "30d")
        let unspent = try await browser.code(Self.draft)
        let page = try await browser.account()
        let reply = await browser.submit(try page.form("withdraw"))
        #expect(reply.status == 303)
        #expect(reply.headers[.location] == Self.path)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 401)
        #expect(try await provider.credentialCall(tokens.access, as: .library).send().status == 401)
        let refresh = try #require(tokens.refresh)
        #expect(try await provider.refreshing(refresh, as: .library).send().string("error") == "invalid_grant")
        try expect(try await provider.redemption(unspent, Self.draft).send(), is: CodeTests.refused)
        let after = try await browser.account()
        #expect(after.consentIDs == page.consentIDs)
        #expect(after.reply.text.contains("data-standing=\"withdrawn\""))
        #expect(!after.has("withdraw"))
    }

    @Test("Nobody takes back, or reads the receipt of, what somebody else has agreed to")
    func keepsPeopleApart() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let tokens = try await browser.tokens(Self.draft, remember: "30d")
        let id = try #require(try await browser.account().consentIDs.first)
        let other = TestBrowser(provider)
        _ = try await other.code(Self.draft, as: .ulrich)
        let form = try await other.account().form("withdraw")
        #expect(await other.submit(form, [("id", id)]).status == 303)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 200)
        for stranger in [other, TestBrowser(provider)] {
            let receipt = await stranger.get(Self.path + "/receipts/" + id)
            #expect(receipt.status == 400)
            #expect(ShownPage(reply: receipt).has("problem-page"))
        }
    }

    @Test("Forms of the page are good from there alone", arguments: ["withdraw", "sign-out"])
    func refusesForged(_ hook: String) async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let tokens = try await browser.tokens(Self.draft, remember: "30d")
        let form = try await browser.account().form(hook)
        let other = TestBrowser(provider)
        _ = try await other.code(Self.draft)
        let foreign = try #require(try await other.account().form(hook)["csrf"])
        for csrf in ["", "c0ffee", foreign] {
            #expect(await browser.submit(form, [("csrf", csrf)]).status == 403)
        }
        #expect(await browser.submit(form, headers: [.origin: "https://evil.example.net"]).status == 403)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 200)
        #expect(browser.cookie("session") != nil)
    }

    @Test("A receipt says what was agreed to, and is signed by a published key")
    func givesReceipt() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let draft = Self.draft.with { $0.purpose = "To lend books" }
        _ = try await browser.code(draft, sharing: ["given_name"], remember: "30d")
        let page = try await browser.account()
        let id = try #require(page.consentIDs.first)
        let receipt = await browser.get(Self.path + "/receipts/" + id)
        #expect(receipt.status == 200)
        #expect(receipt.headers[.contentType] == "application/jwt")
        #expect(receipt.headers[.contentDisposition]?.hasPrefix("attachment;") == true)
        let token = try UnverifiedJWS(parsing: receipt.text)
        #expect(token.header["typ"] == "consent-receipt+jwt")
        let key = try #require(
            try await provider.publishedKeys().verificationKeys(
                keyID: token.header["kid"]?.string, algorithm: token.algorithm
            ).first)
        let claims = try token.verify(with: key).claims().all
        let now = Int64(provider.issuer.clock.now.timeIntervalSince1970)
        #expect(claims["iss"]?.string == provider.issuer.identifier && claims["jti"]?.string == id)
        #expect(claims["client_id"] == "library" && claims["claims"] == ["given_name"])
        #expect(claims["purpose"] == "To lend books" && claims["offline_access"] == true)
        #expect(claims["given_at"] == .integer(now) && claims["expires_at"] == .integer(now + 30 * 86_400))
        #expect(claims["credentials"]?.array?.first?["credential_configuration_id"] == "card")
        _ = await browser.submit(try page.form("withdraw"))
        let after = await browser.get(Self.path + "/receipts/" + id)
        #expect(try jwtClaims(after.text)["withdrawn_at"] == .integer(now))
    }

    private static let passkeys = ProviderSettings(
        methods: "    passkey: {}", basicLevel: "[knowledge, password, sms_code, passkey]")

    private func options(_ browser: TestBrowser, _ page: ShownPage) async throws -> Int {
        let csrf = try #require(try page.form("sign-out")["csrf"])
        let name = try #require(HTTPField.Name("X-CSRF"))
        return await browser.post(Self.path + "/passkey-options", [], headers: [name: csrf]).status
    }

    @Test("Who adds a passkey has logged in a moment ago")
    func asksAgainForPasskeys() async throws {
        let provider = try await TestProvider(Self.passkeys)
        let browser = TestBrowser(provider)
        let first = try await browser.account()
        #expect(first.has("passkey-add") && !first.has("passkey-confirm"))
        #expect(try await options(browser, first) == 200)
        provider.issuer.clock.advance(by: 301)
        #expect(try await options(browser, first) == 403)
        let csrf = try #require(HTTPField.Name("X-CSRF"))
        let added = await browser.post(
            Self.path + "/passkeys", [], headers: [csrf: try #require(try first.form("sign-out")["csrf"])])
        #expect(try added.string("error") == "login_required")
        let page = try await browser.account()
        #expect(page.has("passkey-confirm") && !page.has("passkey-add"))
        let form = try page.form("passkey-confirm")
        #expect(await browser.post(form.action, [("csrf", "x")]).status == 403)
        let again = try await browser.logIn(await browser.submit(form))
        #expect(ShownPage(reply: again).has("passkey-add"))
        #expect(try await options(browser, ShownPage(reply: again)) == 200)
    }

    @Test("Who adds a passkey has shown who they are as well as they can")
    func asksMoreForPasskeys() async throws {
        let provider = try await TestProvider(Self.passkeys)
        try await provider.setSecrets()
        let browser = TestBrowser(provider)
        let page = try await browser.account()
        #expect(page.has("passkey-confirm") && !page.has("passkey-add"))
        #expect(try await options(browser, page) == 403)
        var reply = await browser.submit(try page.form("passkey-confirm"))
        reply = try await browser.logIn(reply)
        reply = await browser.submit(
            try ShownPage(reply: reply).form("login-form"), [("pin", TestPerson.pin), ("action", "login")])
        let account = ShownPage(reply: await browser.follow(reply))
        #expect(account.has("passkey-add"))
        #expect(try await options(browser, account) == 200)
    }

    @Test("What a script asks needs a session and the page's word")
    func guardsScripts() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let csrf = try #require(try await browser.account().form("sign-out")["csrf"])
        let name = try #require(HTTPField.Name("X-CSRF"))
        let path = Self.path + "/passkey-options"
        #expect(await browser.post(path, [], headers: [name: csrf + "x"]).status == 403)
        #expect(await browser.post(path, []).status == 403)
        #expect(await TestBrowser(provider).post(path, [], headers: [name: csrf]).status == 403)
        #expect(
            await browser.post(path, [], headers: [name: csrf, .origin: "https://evil.example.net"]).status == 403)
    }
}
