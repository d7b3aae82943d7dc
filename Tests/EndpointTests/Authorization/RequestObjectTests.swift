import Foundation
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// Signed authorization requests, RFC 9101.
@Suite struct RequestObjectTests {
    private func object(
        _ draft: AuthorizationDraft, key: PrivateKey = TestClient.bankKey, client: String = "bank",
        audience: String? = nil, at instant: Date
    ) throws -> String {
        try RequestObjectMaker(
            signer: key, keyID: TestClient.bankKeyID, clientID: client,
            audience: audience ?? "https://issuer.example.org"
        ).sign(draft.request, now: instant)
    }

    private func push(_ object: String, to provider: TestProvider) async throws -> Reply {
        try await provider.push([("client_id", "bank"), ("request", object)], as: .bank).send()
    }

    @Test("A request object is taken where requests are pushed and where people are sent")
    func takes() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.bank)
        let now = provider.issuer.clock.now
        #expect(try await push(try object(draft, at: now), to: provider).status == 201)
        let shown = await TestBrowser(provider).get(address(try object(draft, at: now)))
        #expect(ShownPage(reply: shown).has("login-form"))
    }

    private func address(_ object: String) -> String {
        AuthorizationSite.Paths.authorize + "?" + FormParameters.encode(["client_id": "bank", "request": object])
    }

    private static let used = ExpectedRefusal("invalid_request_object", "The request object was already used")

    @Test("A request object is pushed once")
    func isPushedOnce() async throws {
        let provider = try await TestProvider()
        let object = try object(AuthorizationDraft(.bank), at: provider.issuer.clock.now)
        #expect(try await push(object, to: provider).status == 201)
        try expect(try await push(object, to: provider), is: Self.used)
        // Nor is it taken in a browser then.
        let answer = try ClientAnswer(await TestBrowser(provider).get(address(object)))
        #expect(answer["error"] == "invalid_request_object")
        #expect(answer["code"] == nil)
    }

    @Test("A request object that people are sent with may be loaded again, and is answered once")
    func isAnsweredOnce() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.bank)
        let object = try object(draft, at: provider.issuer.clock.now)
        let (browser, other) = (TestBrowser(provider), TestBrowser(provider))
        #expect(ShownPage(reply: await browser.get(address(object))).has("login-form"))
        let elsewhere = try await other.logIn(await other.get(address(object)))
        let consent = try await browser.logIn(await browser.get(address(object)))
        #expect(try ClientAnswer(await browser.allow(consent))["code"] != nil)
        #expect(ShownPage(reply: try await other.allow(elsewhere)).problemCode == "interaction_over")
        #expect(try ClientAnswer(await browser.get(address(object)))["error"] == "invalid_request_object")
        try expect(try await push(object, to: provider), is: Self.used)
    }

    @Test("A request object is over when the person has said no")
    func isOverWhenDenied() async throws {
        let provider = try await TestProvider()
        let object = try object(AuthorizationDraft(.bank), at: provider.issuer.clock.now)
        let browser = TestBrowser(provider)
        let consent = ShownPage(reply: try await browser.logIn(await browser.get(address(object))))
        let denied = await browser.submit(try consent.form("consent-form"), [("action", "deny")])
        #expect(try ClientAnswer(denied)["error"] == "access_denied")
        #expect(try ClientAnswer(await browser.get(address(object)))["error"] == "invalid_request_object")
    }

    @Test("Two request objects of one jti are one; without jti none is told from another")
    func comparesIdentifiers() async throws {
        let provider = try await TestProvider()
        let (draft, now) = (AuthorizationDraft(.bank), provider.issuer.clock.now)
        let maker = RequestObjectMaker(
            signer: TestClient.bankKey, keyID: TestClient.bankKeyID, clientID: "bank",
            audience: "https://issuer.example.org")
        let changed = draft.with { $0.state = "another" }
        #expect(
            try await push(try maker.sign(draft.request, now: now, identifier: "one"), to: provider).status == 201)
        try expect(
            try await push(try maker.sign(changed.request, now: now, identifier: "one"), to: provider), is: Self.used)
        var claims = draft.request.json
        claims["iss"] = "bank"
        claims["aud"] = "https://issuer.example.org"
        claims["exp"] = .integer(Int64(now.timeIntervalSince1970) + 60)
        let issuer = JWSIssuer(
            signer: TestClient.bankKey,
            header: ["typ": .string(RequestObject.type), "kid": .string(TestClient.bankKeyID)])
        let unnamed = try issuer.sign(claims: claims)
        for _ in 0..<2 { #expect(try await push(unnamed, to: provider).status == 201) }
    }

    @Test("What stands beside a request object does not count")
    func ignoresOthers() async throws {
        let provider = try await TestProvider()
        let object = try object(AuthorizationDraft(.bank), at: provider.issuer.clock.now)
        let address =
            AuthorizationSite.Paths.authorize + "?"
            + FormParameters.encode([
                "client_id": "bank", "request": object, "prompt": "none", "state": "another", "scope": "card",
            ])
        let page = ShownPage(reply: await TestBrowser(provider).get(address))
        #expect(page.has("login-form"))
    }

    @Test("A request object that is not the client's own, for us, and in time is refused")
    func refuses() async throws {
        let provider = try await TestProvider()
        let (draft, now) = (AuthorizationDraft(.bank), provider.issuer.clock.now)
        let bad: [(object: String, why: String)] = [
            (try object(draft, key: .generateP256(), at: now), "its signature is invalid"),
            (try object(draft, client: "library", at: now), "its iss is wrong"),
            (try object(draft, audience: "https://other.example.org", at: now), "its aud is wrong"),
            (try object(draft, at: now.addingTimeInterval(-400)), "it has expired"),
            (try object(draft, at: now.addingTimeInterval(60)), "its iat is in the future"),
        ]
        for (object, why) in bad {
            let reply = try await push(object, to: provider)
            #expect(reply.status == 400)
            #expect(try reply.string("error") == "invalid_request_object", "\(why)")
            let description = try reply.string("error_description")
            #expect(description == "The request object: " + why)
        }
        let other = try object(draft.with { $0.clientID = "library" }, at: now)
        #expect(
            try await push(other, to: provider).string("error_description")
                == "The request object has another client_id or none")
    }

    @Test("An unsigned request object is refused")
    func refusesUnsigned() async throws {
        let provider = try await TestProvider()
        let claims = AuthorizationDraft(.bank).request.json
        let parts = [#"{"alg":"none","typ":"oauth-authz-req+jwt"}"#, JSON.object(claims).description]
        let object = parts.map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".") + "."
        #expect(try await push(object, to: provider).string("error") == "invalid_request_object")
    }

    @Test("A client without keys can sign nothing")
    func refusesWithoutKeys() async throws {
        let provider = try await TestProvider()
        let object = try object(AuthorizationDraft(.library), client: "library", at: provider.issuer.clock.now)
        let reply = try await provider.push([("client_id", "library"), ("request", object)], as: .library).send()
        try expect(reply, is: .init("request_not_supported", "Request objects are not accepted here"))
    }

    @Test("A request object and a reference do not go together, nor does one in another")
    func refusesNested() async throws {
        let provider = try await TestProvider()
        let object = try object(AuthorizationDraft(.bank), at: provider.issuer.clock.now)
        let both = try provider.push([("client_id", "bank"), ("request", object)], as: .bank)
            .with("request_uri", "urn:ietf:params:oauth:request_uri:x")
        try expect(await both.send(), is: .init("invalid_request", "Send request or request_uri, not both"))
    }
}
