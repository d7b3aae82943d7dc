import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// What the FAPI 2.0 Security Profile wants of clients.
@Suite struct StrictProfileTests {
    private static let settings = ProviderSettings(profile: "fapi2")
    private static var bank: TestClient { TestClient.bank.withOtherKey() }

    @Test("A client that does everything right gets bound tokens", arguments: [bank, TestClient.knownWallet])
    func gives(_ client: TestClient) async throws {
        let provider = try await TestProvider(Self.settings)
        let tokens = try await TestBrowser(provider).tokens(AuthorizationDraft(client, scopes: ["openid", "card"]))
        #expect(try tokens.reply.json["token_type"] == "DPoP")
        #expect(try await provider.userInfo(tokens.access, as: client).status == 200)
        #expect(try await provider.credentialCall(tokens.access, as: client).send().status == 200)
    }

    @Test("A request comes pushed, or not at all", arguments: [bank, TestClient.knownWallet])
    func wantsPush(_ client: TestClient) async throws {
        let provider = try await TestProvider(Self.settings)
        let address = AuthorizationDraft(client).request.url(at: AuthorizationSite.Paths.authorize)
        let answer = try ClientAnswer(await TestBrowser(provider).get(address))
        #expect(answer["error"] == "invalid_request")
        #expect(answer["code"] == nil)
    }

    @Test("A pushed request says where the answer goes, and has a code challenge")
    func wantsAddress() async throws {
        let provider = try await TestProvider(Self.settings)
        let push = try provider.push(AuthorizationDraft(Self.bank))
        try expect(
            await push.with("redirect_uri", nil).send(), is: .init("invalid_request", "redirect_uri is missing"))
        let other = try provider.push(AuthorizationDraft(Self.bank))
        try expect(
            await other.with("code_challenge", nil).with("code_challenge_method", nil).send(),
            is: .init("invalid_request", "code_challenge is missing"))
    }

    @Test("No token is given that anybody could use")
    func wantsProof() async throws {
        let provider = try await TestProvider(Self.settings)
        let draft = AuthorizationDraft(.bank)
        let code = try await TestBrowser(provider).code(draft)
        let refused = ExpectedRefusal("invalid_dpop_proof", "A DPoP proof is needed")
        try expect(try await provider.redemption(code, draft).send(), is: refused)
        try expect(
            try await provider.call(
                AuthorizationSite.Paths.token, [("grant_type", GrantType.clientCredentials)], as: .bank
            ).send(), is: refused)
        #expect(try await provider.redemption(code, draft, as: Self.bank).send().status == 200)
    }

    @Test("An assertion names the issuer as its audience, and lives shortly", arguments: [0, 1, 2])
    func wantsAudience(_ fault: Int) async throws {
        let provider = try await TestProvider(Self.settings)
        let now = provider.issuer.clock.now
        let maker = ClientAssertionMaker(signer: TestClient.bankKey, keyID: TestClient.bankKeyID, clientID: "bank")
        let assertion = try [
            maker.assertion(audience: provider.issuer.identifier + AuthorizationSite.Paths.push, now: now),
            maker.assertion(audience: provider.issuer.identifier + AuthorizationSite.Paths.token, now: now),
            maker.assertion(audience: provider.issuer.identifier, now: now, lifetime: .seconds(700)),
        ][fault]
        let push = try provider.push(AuthorizationDraft(Self.bank))
        let reply = await push.with("client_assertion", assertion).send()
        #expect(reply.status == 400)
        #expect(try reply.string("error") == "invalid_client")
        // Without the profile clients of the older kind are served.
        let standard = try await TestProvider()
        #expect(
            try await standard.push(AuthorizationDraft(.bank)).with("client_assertion", assertion).send().status == 201)
    }

    @Test("What is published says so")
    func publishes() async throws {
        let provider = try await TestProvider(Self.settings)
        let metadata = try await provider.issuer.send(.get, "/.well-known/oauth-authorization-server").json
        #expect(metadata["require_pushed_authorization_requests"] == true)
        #expect(metadata["authorization_response_iss_parameter_supported"] == true)
        #expect(metadata["code_challenge_methods_supported"] == ["S256"])
        let methods = metadata["token_endpoint_auth_methods_supported"]?.array?.compactMap(\.string) ?? []
        #expect(Set(methods).isSubset(of: ["private_key_jwt", "attest_jwt_client_auth"]))
        let algorithms = metadata["token_endpoint_auth_signing_alg_values_supported"]?.array ?? []
        #expect(!algorithms.contains("RS256"))
    }
}
