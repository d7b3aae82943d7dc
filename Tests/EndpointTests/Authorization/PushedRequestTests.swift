import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// Pushed authorization request endpoint, RFC 9126.
@Suite struct PushedRequestTests {
    @Test(
        "Every kind of client can push a request",
        arguments: [TestClient.wallet, .app, .library, .bank, .knownWallet, .strangeWallet])
    func takes(_ client: TestClient) async throws {
        let provider = try await TestProvider()
        let reply = try await provider.push(AuthorizationDraft(client, scopes: ["card"])).send()
        #expect(reply.status == 201, "\(reply.text)")
        #expect(reply.headers[.contentType] == "application/json")
        #expect(reply.headers[.cacheControl] == "no-store")
        #expect(try reply.string("request_uri").hasPrefix("urn:ietf:params:oauth:request_uri:"))
        #expect(try reply.json["expires_in"] == 90)
    }

    @Test("Only an attested wallet is given the challenge for its next proof")
    func givesChallenge() async throws {
        let provider = try await TestProvider()
        let attested = try await provider.push(AuthorizationDraft(.knownWallet, scopes: ["card"])).send()
        #expect(attested.headers[.clientAttestationChallenge] != nil)
        let other = try await provider.push(AuthorizationDraft(.bank, scopes: ["card"])).send()
        #expect(other.headers[.clientAttestationChallenge] == nil)
    }

    @Test("A bad request is refused, and the same request without the fault is taken", arguments: BadPush.all)
    func refuses(_ bad: BadPush) async throws {
        let provider = try await TestProvider()
        try expect(try await bad.make(provider).send(), is: bad.refusal)
        let good = AuthorizationDraft(bad.client, scopes: ["card"])
        #expect(try await provider.push(good).send().status == 201)
    }

    @Test("A request is pushed by POST only")
    func refusesGet() async throws {
        let provider = try await TestProvider()
        let reply = await provider.issuer.send(.get, AuthorizationSite.Paths.push)
        try expect(
            reply, is: .init(405, "method_not_allowed", "This method is not allowed here"), allow: "POST")
    }

    @Test("A wallet that its attester vouches for may name an address that nobody registered")
    func takesAddressOfAttestedWallet() async throws {
        let provider = try await TestProvider()
        for client in [TestClient.knownWallet, .strangeWallet] {
            let draft = AuthorizationDraft(client, scopes: ["card"])
                .with { $0.redirectURI = "https://elsewhere.example.net/callback" }
            #expect(try await provider.push(draft).send().status == 201)
        }
    }

    @Test("The proof that comes with a pushed request binds the code to its key")
    func bindsToProof() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.wallet, scopes: ["card"])
        let pushed = try await provider.push(draft).send()
        let address = AuthorizationRequest.url(
            at: AuthorizationSite.Paths.authorize, clientID: "wallet", requestURI: try pushed.string("request_uri"))
        let browser = TestBrowser(provider)
        let consent = try await browser.logIn(await browser.get(address))
        let code = try #require(try ClientAnswer(await browser.allow(consent))["code"])
        try expect(
            try await provider.redemption(code, draft, as: draft.client.withOtherKey()).send(),
            is: .init("invalid_grant", "The code is unknown, expired or already used, or not for this request"))
        #expect(try await provider.redemption(code, draft).send().status == 200)
    }

    @Test("A dpop_jkt that names the key of the proof is taken")
    func takesFittingThumbprint() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.wallet, scopes: ["card"])
        let fitting = draft.with { $0.dpopKeyThumbprint = draft.client.proofs?.thumbprintText }
        #expect(try await provider.push(fitting).send().status == 201)
    }

    @Test(
        "What proves who a client is, or that it has a key, is good once",
        arguments: [
            (TestClient.wallet, ExpectedRefusal("invalid_dpop_proof", "The DPoP proof was used before")),
            (TestClient.bank, ExpectedRefusal("invalid_client", "This proof of the client was used before")),
            (
                TestClient.knownWallet.withoutProofs(),
                ExpectedRefusal("invalid_client", "This proof of the client was used before")
            ),
        ])
    func refusesReplay(_ client: TestClient, _ refusal: ExpectedRefusal) async throws {
        let provider = try await TestProvider()
        let call = try provider.push(AuthorizationDraft(client, scopes: ["card"]))
        #expect(await call.send().status == 201)
        try expect(await call.send(), is: refusal)
    }

    @Test("An assertion that is used again is told as that, though the proof beside it is new")
    func tellsReplayedAssertion() async throws {
        let provider = try await TestProvider()
        let client = TestClient(
            id: "bank", redirectURI: TestClient.bank.redirectURI, authentication: TestClient.bank.authentication,
            proofs: DPoPProofMaker(key: .generateP256()))
        let draft = AuthorizationDraft(client, scopes: ["card"])
        let call = try provider.push(draft)
        #expect(await call.send().status == 201)
        let fresh = try provider.push(draft).headers[.dpop]
        try expect(
            await call.with(.dpop, fresh).send(),
            is: .init("invalid_client", "This proof of the client was used before"))
    }

    @Test("Where nonces are needed, a proof without one gets one to try again with")
    func wantsNonce() async throws {
        let provider = try await TestProvider(ProviderSettings(dpopNonces: "required"))
        let draft = AuthorizationDraft(.wallet, scopes: ["card"])
        let reply = try await provider.push(draft).send()
        #expect(reply.status == 400)
        #expect(try reply.string("error") == "use_dpop_nonce")
        let nonce = try #require(reply.headers[.dpopNonce])
        let again = try await provider.push(draft, nonce: nonce).send()
        #expect(again.status == 201)
        #expect(again.headers[.dpopNonce] != nil)
    }

    @Test("A body larger than 128 KiB is refused unread")
    func refusesOversizedBody() async throws {
        let provider = try await TestProvider()
        let call = try provider.push(AuthorizationDraft(.library))
            .with("state", String(repeating: "x", count: 128 << 10))
        try expect(
            await call.send(), is: .init(413, "invalid_request", "The body is larger than 131072 bytes"))
    }
}

extension TestClient: CustomTestStringConvertible {
    var testDescription: String { id }
}

/// One thing that is wrong with a pushed request.
struct BadPush: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let client: TestClient
    let refusal: ExpectedRefusal
    let make: @Sendable (TestProvider) async throws -> ProviderCall

    private static func changed(
        _ description: String, _ refusal: ExpectedRefusal, of client: TestClient = .library,
        _ change: @escaping @Sendable (ProviderCall) throws -> ProviderCall
    ) -> BadPush {
        BadPush(testDescription: description, client: client, refusal: refusal) { provider in
            try change(try provider.push(AuthorizationDraft(client, scopes: ["card"])))
        }
    }

    static let all = clients + requests + proofs

    private static let failed = ExpectedRefusal("invalid_client", "Client authentication failed")
    private static let failedBasic = ExpectedRefusal(
        401, "invalid_client", "Client authentication failed", challenge: .basic)

    private static let clients: [BadPush] = [
        changed("no client at all", .init("invalid_client", "Client authentication is needed")) {
            $0.with("client_id", nil).with(.authorization, nil)
        },
        changed("an unknown client", failed, of: .app) { $0.with("client_id", "nobody") },
        changed("a client that is named, but not authenticated", failed) { $0.with(.authorization, nil) },
        changed("a wrong secret", failedBasic) {
            $0.with(.authorization, TestProvider.basic("library", "wrong"))
        },
        changed("the secret of a client that has none", failedBasic, of: .app) {
            $0.with(.authorization, TestProvider.basic("app", ""))
        },
        changed("another client's name", .init("invalid_request", "client_id is not that of the client authentication"))
        {
            $0.with("client_id", "bank")
        },
    ]

    private static let requests: [BadPush] = [
        changed(
            "an address that is not registered",
            .init("invalid_request", "redirect_uri is missing or not registered for this client"), of: .app
        ) { $0.with("redirect_uri", "https://evil.example.net/callback") },
        changed(
            "an address that is not registered, of a client that authenticates",
            .init("invalid_request", "redirect_uri is missing or not registered for this client")
        ) { $0.with("redirect_uri", "https://evil.example.net/callback") },
        changed("no code challenge", .init("invalid_request", "code_challenge is missing")) {
            $0.with("code_challenge", nil).with("code_challenge_method", nil)
        },
        changed("a plain code challenge", .init("invalid_request", "Use code_challenge_method S256, not plain")) {
            $0.with("code_challenge_method", "plain")
        },
        changed("unknown scopes only", .init("invalid_scope", "scope is malformed or not allowed")) {
            $0.with("scope", "teapot")
        },
        changed("an unknown resource", .init("invalid_target", "resource is malformed or unknown")) {
            $0.with("resource", "https://unknown.example.org")
        },
        changed("an implicit response", .init("unsupported_response_type", "response_type must be code")) {
            $0.with("response_type", "token")
        },
        changed("a reference to another request", .init("invalid_request", "request and request_uri cannot stand here"))
        {
            $0.with("request_uri", "urn:ietf:params:oauth:request_uri:x")
        },
        changed("prompt none with another", .init("invalid_request", "prompt none goes with no other value")) {
            $0.with("prompt", "none login")
        },
    ]

    private static let proofs: [BadPush] = [
        changed(
            "a dpop_jkt of another key", .init("invalid_dpop_proof", "The DPoP proof is by another key"), of: .wallet
        ) { $0.with("dpop_jkt", DPoPProofMaker(key: .generateP256()).thumbprintText) },
        changed(
            "a proof for another address",
            .init("invalid_dpop_proof", "The htu of the DPoP proof is not the address of the request"), of: .wallet
        ) { call in
            let issuer = call.provider.issuer
            return call.with(
                .dpop,
                try DPoPProofMaker(key: .generateP256()).proof(
                    method: .post, url: issuer.identifier + AuthorizationSite.Paths.token, now: issuer.clock.now))
        },
        changed(
            "a proof for another method",
            .init("invalid_dpop_proof", "The htm of the DPoP proof is not the method of the request"), of: .wallet
        ) { call in
            call.with(
                .dpop,
                try DPoPProofMaker(key: .generateP256()).proof(
                    method: .get, url: call.url, now: call.provider.issuer.clock.now))
        },
        changed("two proofs", .init("invalid_dpop_proof", "Send exactly one DPoP header"), of: .wallet) { call in
            var call = call
            call.headers[values: .dpop] += call.headers[values: .dpop]
            return call
        },
    ]
}
