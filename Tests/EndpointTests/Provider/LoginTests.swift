import Foundation
import HTTPTypes
import OAuth
import Testing
import WebServer
import WireFormats

/// Showing who one is: what is refused, how often one may try, and logins in two steps.
@Suite struct LoginTests {
    private static let draft = AuthorizationDraft(.library)

    /// What is typed for facts that are nobody's.
    private static func wrong(_ person: TestPerson = .zubeida) -> [(name: String, value: String)] {
        person.facts.map { ($0.name, $0.name == "fact_birth_date" ? "1990-01-01" : $0.value) } + [("action", "login")]
    }

    /// The page on which a method is asked for.
    private func page(_ method: String, _ reply: Reply, _ browser: TestBrowser) async throws -> ShownPage {
        let button = try ShownPage(reply: reply).form("method-" + method)
        return ShownPage(reply: await browser.submit(button, [("action", "method")]))
    }

    private func send(
        _ typed: [(name: String, value: String)], on page: ShownPage, _ browser: TestBrowser,
        action: String = "login"
    ) async throws -> Reply {
        await browser.submit(try page.form("login-form"), typed + [("action", action)])
    }

    @Test("After the limit nothing is checked any more, until the window is over")
    func limitsPerson() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let form = try ShownPage(reply: await browser.open(Self.draft)).form("login-form")
        for _ in 0..<3 {
            let reply = await browser.submit(form, Self.wrong())
            #expect(reply.status == 400)
            #expect(ShownPage(reply: reply).has("problem"))
            #expect(reply.headers[.retryAfter] == nil)
        }
        provider.issuer.clock.advance(by: 60)
        let right = TestPerson.zubeida.facts + [("action", "login")]
        let refused = await browser.submit(form, right)
        #expect(refused.status == 429)
        #expect(refused.headers[.retryAfter] == "840")
        #expect(ShownPage(reply: refused).has("login-form"))
        // Whoever is somebody else is not concerned.
        #expect(try await TestBrowser(provider).code(Self.draft, as: .ulrich).isEmpty == false)
        provider.issuer.clock.advance(by: 840)
        #expect(try await TestBrowser(provider, address: "192.0.2.2").code(Self.draft).isEmpty == false)
    }

    @Test("Strangers who use up the limit do not keep a person from logging in where they have before")
    func knowsDevice() async throws {
        let provider = try await TestProvider()
        let own = TestBrowser(provider)
        _ = try await own.code(Self.draft)
        own.forget("__Host-vouchsafe-session")
        let stranger = TestBrowser(provider, address: "192.0.2.66")
        let form = try ShownPage(reply: await stranger.open(Self.draft)).form("login-form")
        for _ in 0..<3 { _ = await stranger.submit(form, Self.wrong()) }
        let elsewhere = TestBrowser(provider, address: "192.0.2.2")
        #expect(try await elsewhere.sendFacts(try await elsewhere.open(Self.draft)).status == 429)
        #expect(try await own.code(Self.draft).isEmpty == false)
    }

    @Test("One address may be wrong about many people only so often")
    func limitsAddress() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let form = try ShownPage(reply: await browser.open(Self.draft)).form("login-form")
        for index in 0..<6 {
            let typed = TestPerson.zubeida.facts.map { ($0.name, "nobody's \(index)") } + [("action", "login")]
            #expect(await browser.submit(form, typed).status == 400)
        }
        let right = TestPerson.ulrich.facts + [("action", "login")]
        #expect(await browser.submit(form, right).status == 429)
        #expect(try await TestBrowser(provider, address: "192.0.2.2").code(Self.draft, as: .ulrich).isEmpty == false)
    }

    @Test(
        "A wrong password and a name that is nobody's are refused alike",
        arguments: [("zubeida@example.org", "wrong"), ("nobody@example.org", TestPerson.password), ("", ""), ("x", "")])
    func refusesPassword(_ name: String, _ password: String) async throws {
        let provider = try await TestProvider()
        try await provider.setSecrets()
        let browser = TestBrowser(provider)
        let page = try await page("password", await browser.open(Self.draft), browser)
        #expect(page.loginMethod == "password")
        let reply = try await send([("username", name), ("password", password)], on: page, browser)
        #expect(reply.status == 400)
        #expect(reply.text.contains("That does not match. Check what you entered and try again."))
        #expect(browser.cookie("session") == nil)
    }

    @Test("A password logs in, however the name is written")
    func takesPassword() async throws {
        let provider = try await TestProvider()
        try await provider.setSecrets()
        let browser = TestBrowser(provider)
        let page = try await page("password", await browser.open(Self.draft), browser)
        let reply = try await send(
            [("username", " Zubeida@Example.ORG"), ("password", TestPerson.password)], on: page, browser)
        #expect(ShownPage(reply: reply).has("consent-form"))
    }

    @Test(
        "Nobody logs in by a method that is not offered, or too early", arguments: ["pin", "email_code", "passkey", ""])
    func refusesMethod(_ method: String) async throws {
        let provider = try await TestProvider()
        try await provider.setSecrets()
        let browser = TestBrowser(provider)
        let page = ShownPage(reply: try await browser.open(Self.draft))
        let typed = [("method", method), ("username", TestPerson.zubeida.email), ("pin", TestPerson.pin)]
        let reply = await browser.follow(try await send(typed, on: page, browser))
        #expect(ShownPage(reply: reply).loginMethod == "knowledge")
        #expect(browser.cookie("session") == nil)
    }

    @Test("The second factor asks for no name, may be wrong, and is not the first")
    func takesTwoFactors() async throws {
        let provider = try await TestProvider()
        try await provider.setSecrets()
        let browser = TestBrowser(provider)
        let draft = AuthorizationDraft(.vault)
        let first = try await browser.open(draft)
        #expect(ShownPage(reply: first).has("step"))
        let second = ShownPage(reply: try await browser.sendFacts(first))
        #expect(second.loginMethod == "pin")
        #expect(!second.has("username"))
        #expect(browser.cookie("session") == nil)
        #expect(try await send([("pin", "000000")], on: second, browser).status == 400)
        // Another person's factor is no better than a wrong one.
        let other = [("pin", TestPerson.pin), ("username", TestPerson.ulrich.email)]
        #expect(try await send(other, on: second, browser).status == 400)
        let reply = try await send([("pin", TestPerson.pin)], on: second, browser)
        let code = try #require(try ClientAnswer(await browser.allow(reply))["code"])
        let tokens = try GivenTokens(await provider.redemption(code, draft).send())
        let own = try await TestBrowser(provider).tokens(Self.draft)
        #expect(try tokens.idClaims()["acr"] == .string(ProviderSettings.strong))
        #expect(try tokens.idClaims()["sub"] != own.idClaims()["sub"])
        #expect(try await provider.userInfo(tokens.access, as: .vault).status == 200)
    }

    @Test("A code that was sent logs in, once, whoever asked for codes in between")
    func takesCode() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let page = try await page("sms_code", await browser.open(Self.draft), browser)
        let sent = try await send([("username", TestPerson.zubeida.email)], on: page, browser, action: "send_code")
        #expect(sent.status == 303)
        let entry = ShownPage(reply: await browser.follow(sent))
        #expect(entry.has("code"))
        let code = try #require(try await provider.codes(sentTo: .zubeida).first)
        #expect(try await send([("code", "0" + code)], on: entry, browser).status == 400)
        let reply = try await send([("code", code)], on: entry, browser)
        #expect(ShownPage(reply: reply).has("consent-form"))
        // The code of one login is of no use in another.
        let other = TestBrowser(provider)
        let next = try await self.page("sms_code", await other.open(Self.draft), other)
        let again = try await send([("username", TestPerson.zubeida.email)], on: next, other, action: "send_code")
        #expect(try await send([("code", code)], on: ShownPage(reply: await other.follow(again)), other).status == 400)
    }

    @Test("Who is nobody is shown the same as if a code had been sent")
    func tellsNothingOfCodes() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let page = try await page("sms_code", await browser.open(Self.draft), browser)
        let sent = try await send([("username", "nobody@example.org")], on: page, browser, action: "send_code")
        #expect(sent.status == 303)
        let entry = ShownPage(reply: await browser.follow(sent))
        #expect(entry.has("code"))
        #expect(try await send([("code", "123456")], on: entry, browser).status == 400)
    }

    @Test("A code is good for ten minutes, and five tries", arguments: [false, true])
    func endsCode(_ byTries: Bool) async throws {
        let provider = try await TestProvider(ProviderSettings(attempts: "{person: 100, address: 100}"))
        let browser = TestBrowser(provider)
        let page = try await page("sms_code", await browser.open(Self.draft), browser)
        let sent = try await send([("username", TestPerson.zubeida.email)], on: page, browser, action: "send_code")
        let entry = ShownPage(reply: await browser.follow(sent))
        let code = try #require(try await provider.codes(sentTo: .zubeida).first)
        if byTries {
            for _ in 0..<5 { #expect(try await send([("code", "x")], on: entry, browser).status == 400) }
        } else {
            provider.issuer.clock.advance(by: 600)
        }
        let reply = try await send([("code", code)], on: entry, browser)
        #expect(reply.status == 400)
        #expect(ShownPage(reply: reply).has("send-code"))
        #expect(reply.text.contains("That code is no longer valid."))
    }

    @Test("Who does not want to log in is sent back to the client")
    func cancels() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let page = ShownPage(reply: try await browser.open(Self.draft))
        let answer = try ClientAnswer(await browser.submit(try page.form("cancel"), [("action", "cancel")]))
        #expect(answer["error"] == "access_denied")
        #expect(answer["state"] == Self.draft.request.state)
    }
}
