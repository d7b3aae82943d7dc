import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// What must not depend on where the provider is, or on what clients send.
@Suite struct ProviderRobustnessTests {
    @Test("A provider whose identifier has a path has everything below it", arguments: [TestClient.library, .wallet])
    func worksBelowPath(_ client: TestClient) async throws {
        let provider = try await TestProvider(ProviderSettings(publicURL: "https://issuer.example.org/tenant"))
        let browser = TestBrowser(provider)
        let draft = AuthorizationDraft(client, scopes: ["openid", "card"])
        let login = try await browser.open(draft)
        #expect(try ShownPage(reply: login).form("login-form").action.hasPrefix("/tenant/auth/interaction/"))
        let consent = try await browser.logIn(login)
        let answer = try ClientAnswer(await browser.allow(consent))
        #expect(answer["iss"] == "https://issuer.example.org/tenant")
        let tokens = try GivenTokens(await provider.redemption(try #require(answer["code"]), draft).send())
        #expect(try tokens.idClaims()["iss"] == "https://issuer.example.org/tenant")
        let path = "/tenant" + AuthorizationSite.Paths.userInfo
        let headers = try provider.presenting(tokens.access, at: AuthorizationSite.Paths.userInfo, as: client)
        #expect(await provider.issuer.send(.get, path, headers: headers).status == 200)
        let account = ShownPage(reply: await browser.get("/tenant" + AuthorizationSite.Paths.account))
        #expect(await browser.submit(try account.form("withdraw")).headers[.location] == "/tenant/account")
    }

    @Test(
        "A state comes back to the byte and breaks nothing",
        arguments: ["a b&c=d#e%41", "x\r\nSet-Cookie: y=z", "\"><script>alert(1)</script>", "Ångström 🗝"],
        [ResponseMode.query, .formPost])
    func returnsState(_ state: String, _ mode: ResponseMode) async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.library).with { ($0.state, $0.responseMode) = (state, mode) }
        let browser = TestBrowser(provider)
        let reply = try await browser.allow(try await browser.logIn(browser.open(draft)))
        switch mode {
        case .query:
            #expect(try ClientAnswer(reply)["state"] == state)
            let location = try #require(reply.headers[.location])
            #expect(location.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        case .formPost:
            #expect(try ShownPage(reply: reply).form("form-post")["state"] == state)
            #expect(!reply.text.contains("<script>alert"))
        }
    }

    @Test("Hints and purposes are text on the pages, whatever they say")
    func escapesTexts() async throws {
        let provider = try await TestProvider()
        let text = "\"><script>alert(1)</script>"
        let draft = AuthorizationDraft(.library).with { ($0.loginHint, $0.purpose) = (text, text) }
        let browser = TestBrowser(provider)
        let login = try await browser.open(draft)
        let button = try ShownPage(reply: login).form("method-password")
        let page = await browser.submit(button, [("action", "method")])
        #expect(page.text.contains("value=\"&quot;&gt;&lt;script&gt;"))
        let consent = try await browser.logIn(login)
        #expect(ShownPage(reply: consent).has("purpose"))
        for reply in [login, page, consent] { #expect(!reply.text.contains("<script>alert")) }
    }

    @Test("A pushed request is answered once")
    func answersOnce() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let draft = AuthorizationDraft(.library)
        let address = try await provider.address(of: draft)
        _ = try await browser.allow(try await browser.logIn(browser.get(address)), remember: "30d")
        let again = ShownPage(reply: await browser.get(address))
        #expect(again.problemCode == "invalid_request_uri")
    }

    @Test("A challenge is taken for five minutes, and only one of ours")
    func givesChallenges() async throws {
        let provider = try await TestProvider()
        let client = TestClient.knownWallet
        guard case .attestation(let key) = client.authentication else { return }
        let reply = await provider.issuer.send(.post, AuthorizationSite.Paths.challenge)
        #expect(reply.headers[.cacheControl] == "no-store")
        let challenge = try #require(AttestationChallenge(parsing: reply.body)).text
        let push = { (challenge: String) in
            let proof = try ClientAttestationProofMaker(signer: key, clientID: client.id)
                .proof(audience: provider.issuer.identifier, challenge: challenge, now: provider.issuer.clock.now)
            return try await provider.push(AuthorizationDraft(client, scopes: ["card"]))
                .with(.clientAttestationPoP, proof).send()
        }
        provider.issuer.clock.advance(by: 300)
        #expect(try await push(challenge).status == 201)
        let next = try #require(try await push(challenge).headers[.clientAttestationChallenge])
        provider.issuer.clock.advance(by: 1)
        for bad in [challenge, "c0ffee"] {
            #expect(try await push(bad).string("error") == "use_attestation_challenge")
        }
        #expect(try await push(next).status == 201)
    }

    @Test("An attestation by somebody else, of another client or another key shows nobody", arguments: 0..<4)
    func refusesAttestation(_ fault: Int) async throws {
        let provider = try await TestProvider()
        let client = TestClient.knownWallet
        guard case .attestation(let key) = client.authentication else { return }
        let attestations = [
            try provider.attestation(of: client.id, key, by: .generateP256()),
            try provider.attestation(of: "another", key), try provider.attestation(of: client.id, .generateP256()),
            // A client that is known by its secret is not known by an attester's word.
            try provider.attestation(of: "library", key),
        ]
        var call = try provider.push(AuthorizationDraft(client, scopes: ["card"]))
            .with(.clientAttestation, attestations[fault])
        if fault == 3 {
            call = call.with("client_id", "library").with("redirect_uri", TestClient.library.redirectURI)
                .with(
                    .clientAttestationPoP,
                    try ClientAttestationProofMaker(signer: key, clientID: "library")
                        .proof(audience: provider.issuer.identifier, challenge: nil, now: provider.issuer.clock.now))
        }
        let reply = await call.send()
        #expect(reply.status == 400 || reply.status == 401)
        #expect(try reply.string("error").hasPrefix("invalid_"))
    }
}
