import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// When people are asked to log in and to agree, and when not: OpenID Connect Core §3.1.2.1.
@Suite struct SessionTests {
    private static let draft = AuthorizationDraft(.library)

    /// A browser whose person is logged in and has agreed for a month.
    private func remembered(_ provider: TestProvider) async throws -> TestBrowser {
        let browser = TestBrowser(provider)
        _ = try await browser.code(Self.draft, remember: "30d")
        return browser
    }

    @Test("Who is logged in and has agreed is asked nothing, not even by prompt none")
    func asksNothing() async throws {
        let provider = try await TestProvider()
        let browser = try await remembered(provider)
        for prompts in [[], [Prompt.none]] as [Set<Prompt>] {
            let answer = try ClientAnswer(await browser.open(Self.draft.with { $0.prompts = prompts }))
            #expect(answer["code"] != nil)
        }
    }

    @Test("Prompt none for somebody who has not agreed asks nobody")
    func wantsConsent() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        _ = try await browser.code(Self.draft)
        let answer = try ClientAnswer(await browser.open(Self.draft.with { $0.prompts = [.none] }))
        #expect(answer["error"] == "consent_required")
    }

    @Test(
        "Other prompts ask again",
        arguments: [(Prompt.login, "login-form"), (.selectAccount, "login-form"), (.consent, "consent-form")])
    func asksAgain(_ prompt: Prompt, _ hook: String) async throws {
        let provider = try await TestProvider()
        let browser = try await remembered(provider)
        let reply = try await browser.open(Self.draft.with { $0.prompts = [prompt] })
        #expect(ShownPage(reply: reply).has(hook))
    }

    @Test("A login asked for by prompt is a new one, and its time is told")
    func logsInAnew() async throws {
        let provider = try await TestProvider()
        let browser = try await remembered(provider)
        provider.issuer.clock.advance(by: 100)
        let draft = Self.draft.with { $0.prompts = [.login] }
        let claims = try await browser.tokens(draft).idClaims()
        #expect(claims["auth_time"] == .integer(Int64(provider.issuer.clock.now.timeIntervalSince1970)))
    }

    @Test("max_age is how old a login may be, to the second", arguments: [(100, true), (99, false), (0, false)])
    func boundsAge(_ seconds: Int, _ isEnough: Bool) async throws {
        let provider = try await TestProvider()
        let browser = try await remembered(provider)
        provider.issuer.clock.advance(by: 100)
        let reply = try await browser.open(Self.draft.with { $0.maxAge = .seconds(seconds) })
        #expect(ShownPage(reply: reply).has("login-form") != isEnough)
        let silent = Self.draft.with { ($0.maxAge, $0.prompts) = (.seconds(seconds), [.none]) }
        #expect(try ClientAnswer(await browser.open(silent))["error"] == (isEnough ? nil : "login_required"))
    }

    @Test("A session that is idle for an hour, or half a day old, is over", arguments: [(1, 3600.0), (13, 3590.0)])
    func isOver(_ rounds: Int, _ pause: Double) async throws {
        let provider = try await TestProvider()
        let browser = try await remembered(provider)
        for _ in 0..<rounds - 1 {
            provider.issuer.clock.advance(by: pause)
            #expect(try ClientAnswer(await browser.open(Self.draft))["code"] != nil)
        }
        provider.issuer.clock.advance(by: pause)
        #expect(ShownPage(reply: try await browser.open(Self.draft)).has("login-form"))
    }

    @Test("A hint of another person is not answered with this one")
    func heedsHint() async throws {
        let provider = try await TestProvider()
        let other = try await TestBrowser(provider).tokens(Self.draft, as: .ulrich)
        let browser = TestBrowser(provider)
        let own = try await browser.tokens(Self.draft, remember: "30d")
        let silent = { (hint: String?) in Self.draft.with { ($0.idTokenHint, $0.prompts) = (hint, [.none]) } }
        #expect(try ClientAnswer(await browser.open(silent(other.idToken)))["error"] == "login_required")
        #expect(try ClientAnswer(await browser.open(silent(own.idToken)))["code"] != nil)
    }

    @Test("A stronger login than the session's is asked for, and told")
    func stepsUp() async throws {
        let provider = try await TestProvider()
        try await provider.setSecrets()
        let browser = try await remembered(provider)
        let strong = Self.draft.with { $0.acrValues = ["urn:example:retina", ProviderSettings.strong] }
        var reply = try await browser.open(strong)
        reply = try await browser.sendFacts(reply)
        reply = try await browser.submit(
            ShownPage(reply: reply).form("login-form"), [("pin", TestPerson.pin), ("action", "login")])
        let answer = try ClientAnswer(reply)
        let tokens = try GivenTokens(await provider.redemption(try #require(answer["code"]), strong).send())
        #expect(try tokens.idClaims()["acr"] == .string(ProviderSettings.strong))
        #expect(try tokens.idClaims()["amr"]?.array?.contains("mfa") == true)
        // From now on the session is as strong.
        #expect(try ClientAnswer(await browser.open(strong))["code"] != nil)
    }

    @Test("Where the operator wants more of a client, asking for less does not help")
    func keepsLeastLevel() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.vault).with { $0.acrValues = [ProviderSettings.basic] }
        let browser = TestBrowser(provider)
        let second = try await browser.sendFacts(try await browser.open(draft))
        #expect(ShownPage(reply: second).loginMethod == "pin")
        #expect(ShownPage(reply: second).has("step"))
    }

    @Test("Another person at the same browser ends the session, and the client is told")
    func changesPerson() async throws {
        let provider = try await TestProvider()
        let browser = try await remembered(provider)
        let before = browser.cookie("session")
        let tokens = try await browser.tokens(Self.draft)
        let again = Self.draft.with { $0.prompts = [.login] }
        let other = try await browser.tokens(again, as: .ulrich)
        #expect(browser.cookie("session") != before)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 401)
        #expect(try await provider.userInfo(other.access, as: .library).status == 200)
        #expect(try tokens.idClaims()["sid"] != other.idClaims()["sid"])
    }

    @Test("The same person's new login goes on with the session that clients know")
    func keepsName() async throws {
        let provider = try await TestProvider()
        let browser = try await remembered(provider)
        let before = browser.cookie("session")
        let tokens = try await browser.tokens(Self.draft)
        let again = try await browser.tokens(Self.draft.with { $0.prompts = [.login] })
        #expect(browser.cookie("session") != before)
        #expect(try tokens.idClaims()["sid"] == again.idClaims()["sid"])
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 200)
        // The old cookie is nobody's.
        let thief = TestBrowser(provider, cookies: ["__Host-vouchsafe-session": try #require(before)])
        #expect(ShownPage(reply: try await thief.open(Self.draft)).has("login-form"))
    }

    @Test("A password that the operator sets ends the person's sessions, and nobody else's")
    func endsWithPassword() async throws {
        let provider = try await TestProvider()
        let browser = try await remembered(provider)
        let other = TestBrowser(provider)
        _ = try await other.code(Self.draft, as: .ulrich, remember: "30d")
        let reply = await provider.issuer.manage(
            .put, "/registry/logins/" + TestPerson.zubeida.id, ["password": "another horse battery"])
        #expect(reply.status == 204)
        #expect(ShownPage(reply: try await browser.open(Self.draft)).has("login-form"))
        #expect(try ClientAnswer(await other.open(Self.draft))["code"] != nil)
    }

    @Test("Over TLS cookies are for this host alone; on this machine they go without")
    func setsCookies() async throws {
        for (url, prefix, attribute) in [
            ("https://issuer.example.org", "__Host-", "; Secure"), ("http://localhost:8080", "", ""),
        ] {
            let provider = try await TestProvider(ProviderSettings(publicURL: url))
            let browser = TestBrowser(provider)
            let login = try await browser.open(Self.draft)
            let consent = try await browser.sendFacts(login)
            let set = (login.headers[values: .setCookie] + consent.headers[values: .setCookie]).sorted()
            #expect(set.count == 3)
            for (cookie, name) in zip(set, ["browser", "device", "session"]) {
                #expect(cookie.hasPrefix(prefix + "vouchsafe-" + name + "="))
                let age = ["browser": "", "device": "; Max-Age=15552000", "session": "; Max-Age=43200"][name] ?? ""
                #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Lax" + age + attribute))
            }
        }
    }

    @Test("Pages of a login are kept by nobody and shown in no frame")
    func guardsPages() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let login = try await browser.open(AuthorizationDraft(.wallet))
        let policy = try #require(HTTPField.Name("X-Frame-Options"))
        for reply in [login, try await browser.sendFacts(login)] {
            #expect(reply.headers[.cacheControl] == "no-store")
            #expect(reply.headers[policy] == "DENY")
            let content = try #require(reply.headers[.contentSecurityPolicy])
            #expect(content.contains("default-src 'none'") && content.contains("frame-ancestors 'none'"))
            #expect(!content.contains("unsafe"))
        }
    }

    @Test("An answer by form_post comes in a form that goes to the client alone")
    func postsForm() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let draft = Self.draft.with { $0.responseMode = .formPost }
        let reply = try await browser.allow(try await browser.logIn(browser.open(draft)))
        #expect(reply.status == 200)
        #expect(reply.headers[.cacheControl] == "no-store")
        let form = try ShownPage(reply: reply).form("form-post")
        #expect(form.action == TestClient.library.redirectURI)
        #expect(form.hidden.map(\.name) == ["code", "state", "iss"])
        #expect(form["state"] == draft.request.state)
        #expect(try await provider.redemption(try #require(form["code"]), draft).send().status == 200)
        let refused = try await browser.open(draft.with { $0.prompts = [.none] })
        #expect(try ShownPage(reply: refused).form("form-post")["error"] == "consent_required")
    }
}
