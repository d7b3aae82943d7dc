import HTTPTypes
import OAuth
import Testing
import WebServer
import WireFormats

/// Nobody but the person at the browser that began goes on with a login: RFC 9700 §4.7, OpenID Connect Core §3.1.2.3.
@Suite struct InteractionSafetyTests {
    private static let draft = AuthorizationDraft(.library, scopes: ["openid"])

    @Test("Another browser that opens the same pushed request after somebody has logged in does not go on as them")
    func keepsStrangersOutOfPushedRequest() async throws {
        let provider = try await TestProvider()
        let victim = TestBrowser(provider)
        _ = try await victim.code(Self.draft, remember: "30d")
        victim.forget("__Host-vouchsafe-session")

        let address = try await provider.address(of: Self.draft)
        // The person has logged in, and their browser has not followed the redirect yet.
        let answer = try await victim.sendFacts(await victim.get(address))
        #expect(answer.status == 303)
        let stranger = await TestBrowser(provider, address: "192.0.2.66").get(address)
        #expect(stranger.headers[.location] == nil, "the stranger was given an answer to the person's login")
        #expect(!ShownPage(reply: stranger).has("consent-form"))
        // The person is not disturbed.
        #expect(try ClientAnswer(await victim.follow(answer))["code"] != nil)
    }

    @Test("Another browser at the address of the page is shown nothing, and changes nothing")
    func keepsStrangersOutOfPage() async throws {
        let provider = try await TestProvider()
        let person = TestBrowser(provider)
        let login = try await person.open(Self.draft)
        let form = try ShownPage(reply: login).form("login-form")
        let consent = try await person.logIn(login)
        let stranger = TestBrowser(provider)
        let shown = ShownPage(reply: await stranger.get(form.action))
        #expect(shown.reply.status == 400)
        #expect(shown.problemCode == "interaction_over")
        // Not even with the other browser's form.
        let allowed = ShownPage(reply: try await stranger.allow(consent))
        #expect(allowed.problemCode == "interaction_over")
        #expect(try ClientAnswer(await person.allow(consent))["code"] != nil)
    }

    @Test("A form without our value, with a made-up one, or of another request is refused", arguments: [0, 1, 2, 3])
    func refusesForged(_ fault: Int) async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let form = try ShownPage(reply: await browser.open(Self.draft)).form("login-form")
        let other = try ShownPage(reply: await browser.open(Self.draft)).form("login-form")
        let csrf = try #require([nil, "c0ffee", other["csrf"], ""][fault] ?? "absent")
        var fields = TestPerson.zubeida.facts + [("action", "login"), ("method", "knowledge")]
        if csrf != "absent" { fields.append(("csrf", csrf)) }
        let reply = await browser.post(form.action, fields)
        #expect(reply.status == 403)
        #expect(ShownPage(reply: reply).problemCode == "cross_site")
        // The right form still does it.
        let right = await browser.submit(form, TestPerson.zubeida.facts + [("action", "login")])
        #expect(ShownPage(reply: right).has("consent-form"))
    }

    @Test(
        "A form from another site is refused, whatever it has",
        arguments: [
            [HTTPField.Name.origin: "https://evil.example.net"], [.origin: "null"],
            [.secFetchSite: "cross-site"], [.secFetchSite: "same-site"],
            [.origin: "https://issuer.example.org", .secFetchSite: "cross-site"],
        ] as [HTTPFields])
    func refusesCrossSite(_ headers: HTTPFields) async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let form = try ShownPage(reply: await browser.open(Self.draft)).form("login-form")
        let fields = TestPerson.zubeida.facts + [("action", "login")]
        let reply = await browser.submit(form, fields, headers: headers)
        #expect(reply.status == 403)
        #expect(ShownPage(reply: reply).problemCode == "cross_site")
        let own: HTTPFields = [.origin: "https://issuer.example.org", .secFetchSite: "same-origin"]
        #expect(ShownPage(reply: await browser.submit(form, fields, headers: own)).has("consent-form"))
    }

    @Test("A form without the browser's cookie is refused")
    func refusesWithoutCookie() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let form = try ShownPage(reply: await browser.open(Self.draft)).form("login-form")
        browser.forget("__Host-vouchsafe-browser")
        let reply = await browser.submit(form, TestPerson.zubeida.facts + [("action", "login")])
        #expect(reply.status == 403)
    }

    @Test("What is no form of ours is refused", arguments: ["application/json", "text/plain", nil] as [String?])
    func refusesOtherBodies(_ type: String?) async throws {
        let provider = try await TestProvider()
        let form = try ShownPage(reply: await TestBrowser(provider).open(Self.draft)).form("login-form")
        var headers = HTTPFields()
        headers[.contentType] = type
        let reply = await provider.issuer.send(
            .post, form.action, headers: headers, body: Array("csrf=\(form["csrf"] ?? "")&action=login".utf8))
        #expect(reply.status == 403)
    }

    @Test("A made-up address of a page leads nowhere", arguments: ["c0ffee", String(repeating: "A", count: 48)])
    func refusesUnknownPage(_ ticket: String) async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let shown = ShownPage(reply: await browser.get("/auth/interaction/" + ticket))
        #expect(shown.reply.status == 400)
        #expect(shown.problemCode == "interaction_over")
    }

    @Test("A person has the configured time, and no more", arguments: [(689.0, 200), (690.0, 400)])
    func isOverInTime(_ age: Double, _ status: Int) async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let form = try ShownPage(reply: await browser.open(Self.draft)).form("login-form")
        provider.issuer.clock.advance(by: age)
        let reply = await browser.submit(form, TestPerson.zubeida.facts + [("action", "login")])
        #expect(reply.status == status)
        guard status == 400 else { return }
        #expect(ShownPage(reply: reply).problemCode == "interaction_over")
    }

    @Test("What was answered is not answered again")
    func isAnsweredOnce() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let consent = try await browser.logIn(await browser.open(Self.draft))
        #expect(try await browser.allow(consent).status == 303)
        let action = ShownPage(reply: consent).forms[0].action
        for again in [try await browser.allow(consent), await browser.get(action)] {
            #expect(again.status == 400)
            #expect(ShownPage(reply: again).problemCode == "interaction_over")
        }
    }

    @Test("Consent given after logging out elsewhere gives nothing")
    func endsWithSession() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let consent = try await browser.logIn(await browser.open(Self.draft))
        let account = try await browser.account()
        #expect(await browser.submit(try account.form("sign-out")).status == 200)
        let reply = try await browser.allow(consent)
        #expect(reply.headers[.location]?.contains("code=") != true)
    }
}

extension HTTPField.Name {
    // A valid field name, so there is a value.
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
