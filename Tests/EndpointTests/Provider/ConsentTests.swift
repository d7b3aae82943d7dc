import Foundation
import HTTPTypes
import OAuth
import OpenID4VCI
import Testing
import WebServer
import WireFormats

/// What people agree to is what clients get.
@Suite struct ConsentTests {
    private static let profile = AuthorizationDraft(.library, scopes: ["openid", "profile", "email", "card"])

    @Test("The client is told the claims that were ticked, and none else")
    func sharesChosen() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let page = ShownPage(reply: try await browser.logIn(await browser.open(Self.profile)))
        for hook in ["claim-given_name", "claim-family_name", "claim-birthdate", "claim-email", "credential-card"] {
            #expect(page.has(hook), "\(hook)")
        }
        #expect(!page.reply.text.contains("data-essential"))
        let answer = try ClientAnswer(
            await browser.allow(page.reply, sharing: ["given_name", "email", "student_number", "constructor"]))
        let tokens = try GivenTokens(
            await provider.redemption(try #require(answer["code"]), Self.profile).send())
        let told = try await provider.userInfo(tokens.access, as: .library).object()
        #expect(Set(told.members.map(\.name)) == ["sub", "given_name", "email"])
        #expect(told["email"] == .string(TestPerson.zubeida.email))
        // Nothing of it in the ID token, where it was not asked for.
        #expect(try tokens.idClaims()["email"] == nil)
    }

    @Test("An essential claim is part of the agreement; claims go where they were asked for")
    func sharesEssential() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.library).with {
            $0.claims = ClaimsRequest(
                userinfo: [], idToken: [.init(name: "student_number", isEssential: true), .init(name: "retina")])
        }
        let browser = TestBrowser(provider)
        let page = ShownPage(reply: try await browser.logIn(await browser.open(draft)))
        #expect(page.reply.text.contains("data-essential"))
        #expect(!page.has("claim-retina"))
        let code = try #require(try ClientAnswer(await browser.allow(page.reply))["code"])
        let tokens = try GivenTokens(await provider.redemption(code, draft).send())
        #expect(try tokens.idClaims()["student_number"] == .string(TestPerson.zubeida.studentNumber))
        #expect(try await provider.userInfo(tokens.access, as: .library).object().members.map(\.name) == ["sub"])
    }

    @Test("As many claims are shared as can be asked for")
    func sharesMany() async throws {
        let names = (0..<94).map { "claim_of_the_university_number_\($0)" }
        var settings = ProviderSettings()
        settings.claims = names.map { "    \($0): {from: given_name, display: {en: One of many}}" }
            .joined(separator: "\n")
        let provider = try await TestProvider(settings)
        let asked = names.map { ClaimsRequest.Claim(name: $0, isEssential: Int($0.suffix(1)) == 0) }
        let draft = Self.profile.with {
            $0.claims = ClaimsRequest(userinfo: Array(asked.prefix(47)), idToken: Array(asked.suffix(47)))
        }
        let browser = TestBrowser(provider)
        let page = try await browser.logIn(await browser.open(draft))
        let chosen = names.filter { !$0.hasSuffix("0") } + ["email"]
        let code = try #require(try ClientAnswer(await browser.allow(page, sharing: chosen))["code"])
        let tokens = try GivenTokens(await provider.redemption(code, draft).send())
        let told = try await provider.userInfo(tokens.access, as: .library).object()
        #expect(names.prefix(47).allSatisfy { told[$0] != nil } && told["email"] != nil)
        let claims = try tokens.idClaims()
        #expect(names.suffix(47).allSatisfy { claims[$0] != nil })
    }

    @Test("Who says no gives nothing, and nothing is remembered")
    func denies() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let page = ShownPage(reply: try await browser.logIn(await browser.open(Self.profile)))
        let answer = try ClientAnswer(await browser.submit(try page.form("consent-form"), [("action", "deny")]))
        #expect(answer["error"] == "access_denied")
        #expect(answer["state"] == Self.profile.request.state)
        #expect(answer["code"] == nil)
        #expect(try await browser.account().consentIDs == [])
        #expect(ShownPage(reply: try await browser.open(Self.profile)).has("consent-form"))
    }

    @Test("Pressing enter on the page is no answer, and changes nothing of what was chosen")
    func waits() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let page = ShownPage(reply: try await browser.logIn(await browser.open(Self.profile)))
        #expect(Self.checked(page) == ["remember=once"])
        let stay = [("share_email", "yes"), ("share_retina", "yes"), ("remember", "365d"), ("action", "stay")]
        let kept = ShownPage(reply: await browser.follow(await browser.submit(try page.form("consent-form"), stay)))
        #expect(Self.checked(kept) == ["share_email=yes", "remember=365d"])
        #expect(try await browser.account().consentIDs == [])
        // It is the person's own page still: another answer counts, and what is loaded anew forgets.
        let form = try kept.form("consent-form")
        #expect(Self.checked(ShownPage(reply: await browser.get(form.action))) == ["remember=once"])
        #expect(try ClientAnswer(await browser.allow(kept.reply))["code"] != nil)
    }

    /// Names and values of what is ticked.
    private static func checked(_ page: ShownPage) -> [String] {
        page.reply.text.split(separator: "<input ").compactMap { input in
            let input = input.prefix { $0 != ">" }
            guard input.contains(" checked"), let value = input.attribute("value") else { return nil }
            return (" " + input).attribute("name").map { "\($0)=\(value)" }
        }
    }

    @Test("What is remembered holds as long as was said", arguments: [("30d", 30.0), ("365d", 365)])
    func remembers(_ remember: String, _ days: Double) async throws {
        let provider = try await TestProvider()
        _ = try await TestBrowser(provider).code(Self.profile, remember: remember)
        for (pause, hook) in [(days * 86_400 - 1, nil), (1, "consent-form")] as [(Double, String?)] {
            provider.issuer.clock.advance(by: pause)
            let browser = TestBrowser(provider)
            let reply = try await browser.logIn(await browser.open(Self.profile))
            #expect(ShownPage(reply: reply).has("consent-form") == (hook != nil))
            #expect((reply.status == 303) == (hook == nil))
        }
    }

    @Test(
        "More than was agreed to is asked for; less is not",
        arguments: [
            (["openid"], false), (["openid", "card"], false), (["openid", "diploma"], true), (["diploma"], true),
        ])
    func comparesScopes(_ scopes: [String], _ isAsked: Bool) async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        _ = try await browser.code(Self.profile, remember: "30d")
        let reply = try await browser.open(AuthorizationDraft(.library, scopes: scopes))
        #expect(ShownPage(reply: reply).has("consent-form") == isAsked)
    }

    @Test("An essential claim that was not shared is asked for again")
    func comparesClaims() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        _ = try await browser.code(Self.profile, sharing: ["given_name"], remember: "30d")
        for (name, isAsked) in [("given_name", false), ("email", true)] {
            let draft = Self.profile.with {
                $0.claims = ClaimsRequest(userinfo: [.init(name: name, isEssential: true)], idToken: [])
            }
            #expect(ShownPage(reply: try await browser.open(draft)).has("consent-form") == isAsked)
        }
    }

    @Test("What one person, or towards one client, was agreed to does not hold for another")
    func keepsApart() async throws {
        let provider = try await TestProvider()
        _ = try await TestBrowser(provider).code(Self.profile, remember: "30d")
        let other = TestBrowser(provider)
        #expect(
            ShownPage(reply: try await other.logIn(await other.open(Self.profile), as: .ulrich)).has("consent-form"))
        let browser = TestBrowser(provider)
        let bank = AuthorizationDraft(.bank)
        #expect(ShownPage(reply: try await browser.logIn(await browser.open(bank))).has("consent-form"))
    }

    @Test("A client that anybody can pose as is asked for each time")
    func asksForPublicClients() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let draft = AuthorizationDraft(.wallet, scopes: ["card"])
        _ = try await browser.code(draft, remember: "30d")
        #expect(ShownPage(reply: try await browser.open(draft)).has("consent-form"))
    }

    @Test("Of 32 answers at once one is taken, and one thing is on the record")
    func isAnsweredOnce() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let consent = try await browser.logIn(await browser.open(Self.profile))
        let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
            for _ in 0..<32 { group.addTask { try await browser.allow(consent) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(replies.count { $0.status == 303 && $0.headers[.location]?.contains("code=") == true } == 1)
        #expect(replies.count { ShownPage(reply: $0).problemCode == "interaction_over" } == 31)
        #expect(try await browser.account().consentIDs.count == 1)
    }

    @Test("What was remembered and is withdrawn is asked for again")
    func withdraws() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        _ = try await browser.code(Self.profile, remember: "30d")
        #expect(await browser.submit(try await browser.account().form("withdraw")).status == 303)
        #expect(ShownPage(reply: try await browser.open(Self.profile)).has("consent-form"))
    }
}

/// Offers that a person redeems by logging in: `issuer_state`, OpenID4VCI 1.0 §5.1.3.
@Suite struct OfferLoginTests {
    /// The identifier and `issuer_state` of an offer for login.
    private func offer(_ provider: TestProvider, to person: TestPerson?) async throws -> (id: String, state: String) {
        var order: JSONObject = ["credential_configuration_ids": ["card"], "grant": "authorization_code"]
        order["subject"] = person.map { .string($0.id) }
        let reply = await provider.issuer.manage(.post, "/offers", .object(order))
        try #require(reply.status == 201, "\(reply.text)")
        let link = try CredentialOfferLink(parsing: reply.string("credential_offer"))
        guard case .byValue(let offer) = link else { throw UnexpectedAnswer(reply: reply) }
        return (try reply.string("id"), try #require(offer.authorizationCode?.issuerState))
    }

    private func draft(_ state: String) -> AuthorizationDraft {
        AuthorizationDraft(.wallet, scopes: ["card"]).with { $0.issuerState = state }
    }

    @Test("The person whom an offer is for gets the credential", arguments: [TestPerson.zubeida, nil])
    func gives(_ person: TestPerson?) async throws {
        let provider = try await TestProvider()
        let offer = try await offer(provider, to: person)
        let draft = draft(offer.state)
        let tokens = try await TestBrowser(provider).tokens(draft)
        #expect(try await provider.credentialCall(tokens.access, as: draft.client).send().status == 200)
        // The offer's own timeline tells of it.
        let timeline = try await provider.issuer.manage(.get, "/offers/" + offer.id).json["timeline"]?.array
        #expect(timeline?.compactMap { $0["step"]?.string }.contains("credential") == true)
    }

    @Test("Somebody else is refused, though they agree")
    func refusesOthers() async throws {
        let provider = try await TestProvider()
        let draft = draft(try await offer(provider, to: .zubeida).state)
        let answer = try await TestBrowser(provider).authorize(draft, as: .ulrich)
        #expect(answer["error"] == "access_denied")
        #expect(answer["code"] == nil)
        #expect(try await TestBrowser(provider).authorize(draft)["code"] != nil)
    }

    @Test("An offer that is over gives nothing, before or after the login", arguments: [false, true], [false, true])
    func refusesOver(_ isCancelled: Bool, _ isLoggedIn: Bool) async throws {
        let provider = try await TestProvider()
        let offer = try await offer(provider, to: .zubeida)
        let draft = draft(offer.state)
        let end = {
            if isCancelled {
                #expect(await provider.issuer.manage(.delete, "/offers/" + offer.id).status == 204)
            } else {
                provider.issuer.clock.advance(by: 600)
            }
        }
        let browser = TestBrowser(provider)
        if !isLoggedIn { await end() }
        if isLoggedIn, !isCancelled { provider.issuer.clock.advance(by: 100) }
        var reply = try await browser.open(draft)
        if isLoggedIn {
            let consent = try await browser.logIn(reply)
            if isCancelled { await end() } else { provider.issuer.clock.advance(by: 500) }
            reply = try await browser.allow(consent)
        }
        #expect(try ClientAnswer(reply)["error"] == "invalid_request")
    }

    @Test("A state that is not ours is another's business")
    func ignoresForeign() async throws {
        let provider = try await TestProvider()
        #expect(try await TestBrowser(provider).authorize(draft("of another issuer"))["code"] != nil)
    }
}
