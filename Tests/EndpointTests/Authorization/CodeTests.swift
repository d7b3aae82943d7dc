import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// Authorization codes at the token endpoint, RFC 6749 §4.1.3.
@Suite struct CodeTests {
    static let refused = ExpectedRefusal(
        "invalid_grant", "The code is unknown, expired or already used, or not for this request")

    @Test(
        "A code gives tokens that nobody may store",
        arguments: [TestClient.wallet, .app, .library, .bank, .strangeWallet])
    func redeems(_ client: TestClient) async throws {
        let provider = try await TestProvider()
        let tokens = try await TestBrowser(provider).tokens(AuthorizationDraft(client, scopes: ["openid", "card"]))
        #expect(tokens.reply.headers[.cacheControl] == "no-store")
        #expect(try tokens.reply.json["token_type"] == (client.proofs == nil ? "Bearer" : "DPoP"))
        #expect(try tokens.reply.json["expires_in"] == 240)
        #expect(try tokens.reply.json["scope"] == "openid card")
        #expect(try tokens.idClaims()["nonce"] == "nonce of the client")
    }

    @Test("A code is no good to anybody or anything else, and not lost by trying", arguments: BadRedemption.all)
    func refuses(_ bad: BadRedemption) async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(bad.client, scopes: ["card"])
        let code = try await TestBrowser(provider).code(draft)
        try expect(try await bad.change(try provider.redemption(code, draft), draft, code).send(), is: bad.refusal)
        #expect(try await provider.redemption(code, draft).send().status == 200)
    }

    @Test("A code is good for a minute", arguments: [(59.0, 200), (60.0, 400)])
    func expires(_ age: Double, _ status: Int) async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.library)
        let code = try await TestBrowser(provider).code(draft)
        provider.issuer.clock.advance(by: age)
        let reply = try await provider.redemption(code, draft).send()
        #expect(reply.status == status)
        if status == 400 { try expect(reply, is: Self.refused) }
    }

    @Test("A code that is used twice takes back everything that it gave")
    func revokesOnReuse() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.library, scopes: ["openid", "offline_access"])
        let code = try await TestBrowser(provider).code(draft, remember: "30d")
        let tokens = try GivenTokens(await provider.redemption(code, draft).send())
        let refresh = try #require(tokens.refresh)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 200)
        try expect(try await provider.redemption(code, draft).send(), is: Self.refused)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 401)
        #expect(try await provider.refreshing(refresh, as: .library).send().string("error") == "invalid_grant")
    }

    @Test("Of many that redeem one code at once one is given a token, which the others take back")
    func isRedeemedOnce() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.library)
        let code = try await TestBrowser(provider).code(draft)
        let call = try provider.redemption(code, draft)
        let replies = await withTaskGroup(of: Reply.self) { group in
            for _ in 0..<32 { group.addTask { await call.send() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let given = replies.filter { $0.status == 200 }
        #expect(given.count == 1)
        for refused in replies where refused.status != 200 { try expect(refused, is: Self.refused) }
        let token = try #require(given.first).string("access_token")
        #expect(try await provider.userInfo(token, as: .library).status == 401)
    }

    @Test("What is made up, or of another purpose, is no code")
    func refusesStrangers() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.library)
        let tokens = try await TestBrowser(provider).tokens(draft)
        for text in ["c0ffee", String(repeating: "A", count: 48), tokens.access] {
            try expect(try await provider.redemption(text, draft).send(), is: Self.refused)
        }
    }
}

/// One thing that is wrong with a request that redeems a code.
struct BadRedemption: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var client = TestClient.library
    var refusal = CodeTests.refused
    let change: @Sendable (ProviderCall, AuthorizationDraft, String) throws -> ProviderCall

    private static let notFitting = ExpectedRefusal(
        "invalid_grant", "code_verifier does not fit the code_challenge")

    static let all = [
        BadRedemption(testDescription: "another client") { call, draft, code in
            try call.provider.redemption(code, draft, as: .bank)
        },
        BadRedemption(testDescription: "another address") { call, _, _ in
            call.with("redirect_uri", "https://library.example.org/other")
        },
        BadRedemption(testDescription: "no address") { call, _, _ in call.with("redirect_uri", nil) },
        BadRedemption(testDescription: "another verifier", refusal: notFitting) { call, _, _ in
            call.with("code_verifier", CodeVerifier().text)
        },
        BadRedemption(testDescription: "the challenge for a verifier", refusal: notFitting) { call, draft, _ in
            call.with("code_verifier", draft.verifier.challenge.text)
        },
        BadRedemption(
            testDescription: "no verifier", refusal: ExpectedRefusal("invalid_grant", "code_verifier is missing")
        ) { call, _, _ in call.with("code_verifier", nil) },
        BadRedemption(
            testDescription: "no code", refusal: ExpectedRefusal("invalid_request", "code is missing")
        ) { call, _, _ in call.with("code", nil) },
        BadRedemption(
            testDescription: "a resource that was not granted",
            refusal: ExpectedRefusal("invalid_target", "The resource is unknown or was not granted")
        ) { call, _, _ in call.with("resource", "https://api.example.org") },
        BadRedemption(
            testDescription: "no proof of a client that must send one", client: .wallet,
            refusal: ExpectedRefusal("invalid_dpop_proof", "A DPoP proof is needed")
        ) { call, _, _ in call.with(.dpop, nil) },
        BadRedemption(
            testDescription: "no proof where the request was pushed with one", client: .library.withOtherKey(),
            refusal: ExpectedRefusal("invalid_dpop_proof", "A DPoP proof is needed")
        ) { call, _, _ in call.with(.dpop, nil) },
        BadRedemption(
            testDescription: "a proof by another key than the request was pushed with",
            client: .library.withOtherKey()
        ) { call, draft, code in
            try call.provider.redemption(code, draft, as: draft.client.withOtherKey())
        },
    ]
}
