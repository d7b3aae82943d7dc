import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// Tokens that clients ask for themselves, RFC 6749 §4.4, and who is a client, §2.3.
@Suite struct ClientCredentialsTests {
    private func call(
        _ provider: TestProvider, _ client: TestClient, _ more: [(name: String, value: String)] = []
    ) throws -> ProviderCall {
        try provider.call(
            AuthorizationSite.Paths.token, [("grant_type", GrantType.clientCredentials)] + more, as: client)
    }

    @Test("A client that may gets a token that shows no person", arguments: [TestClient.library, .bank, .narrow])
    func gives(_ client: TestClient) async throws {
        let provider = try await TestProvider()
        let tokens = try GivenTokens(await call(provider, client).send())
        #expect(tokens.refresh == nil && tokens.idToken == nil)
        #expect(try tokens.reply.json["scope"] == (client.id == "narrow" ? "openid profile" : nil))
        let status = try await provider.userInfo(tokens.access, as: client).status
        #expect(status == 403)
        #expect(try await provider.credentialCall(tokens.access, as: client).send().status == 401)
    }

    @Test("A token for another service is signed and names the client, bound if a proof came with the request")
    func givesForResource() async throws {
        let provider = try await TestProvider()
        let client = TestClient.library.withOtherKey()
        let tokens = try GivenTokens(
            await call(provider, client, [("resource", "https://api.example.org")]).send())
        #expect(try tokens.reply.json["token_type"] == "DPoP")
        let token = try UnverifiedJWS(parsing: tokens.access)
        #expect(token.header["typ"] == "at+jwt")
        let key = try #require(
            try await provider.publishedKeys().verificationKeys(
                keyID: token.header["kid"]?.string, algorithm: token.algorithm
            ).first)
        let claims = try token.verify(with: key).claims().all
        #expect(claims["sub"] == "library" && claims["client_id"] == "library")
        #expect(claims["aud"] == "https://api.example.org")
        #expect(claims["cnf"]?["jkt"]?.string == client.proofs?.thumbprintText)
    }

    @Test("A client gets no more than it is registered for")
    func refuses() async throws {
        let provider = try await TestProvider()
        let bad: [(ProviderCall, ExpectedRefusal)] = [
            (
                try call(provider, .vault),
                .init("unauthorized_client", "The client is not registered for this grant type")
            ),
            (
                try call(provider, .app),
                .init("unauthorized_client", "The client is not registered for this grant type")
            ),
            (
                try call(provider, .narrow, [("scope", "card")]),
                .init("invalid_scope", "More was asked for than was granted")
            ),
            (
                try call(provider, .library, [("scope", "openid")]),
                .init("invalid_scope", "More was asked for than was granted")
            ),
            (
                try call(provider, .library, [("resource", "https://unknown.example.org")]),
                .init("invalid_target", "The resource is unknown or was not granted")
            ),
        ]
        for (call, refusal) in bad { try expect(await call.send(), is: refusal) }
    }

    @Test(
        "Who does not show who it is gets nothing, and by the scheme that it tried",
        arguments: [TestProvider.basic("library", "wrong"), TestProvider.basic("nobody", TestClient.secret), "Basic !"])
    func refusesSecret(_ authorization: String) async throws {
        let provider = try await TestProvider()
        let reply = try await call(provider, .library).with(.authorization, authorization).send()
        #expect(reply.status == 401)
        #expect(try reply.string("error") == "invalid_client")
        #expect(reply.headers[.wwwAuthenticate] == "Basic realm=\"client\"")
    }

    @Test("A secret may come in the form, too, but not in both places")
    func takesSecretInForm() async throws {
        let provider = try await TestProvider()
        let both = try call(provider, .library).with("client_id", "library").with("client_secret", TestClient.secret)
        try expect(
            await both.send(), is: .init("invalid_request", "Authenticate the client in one way only"))
        let inForm = both.with(.authorization, nil)
        #expect(await inForm.send().status == 200)
        try expect(
            await inForm.with("client_secret", "wrong").send(),
            is: .init("invalid_client", "Client authentication failed"))
    }

    @Test("An assertion is the client's own, for us, in time, and good once")
    func checksAssertion() async throws {
        let provider = try await TestProvider()
        let now = provider.issuer.clock.now
        let good = try call(provider, .bank)
        #expect(await good.send().status == 200)
        try expect(await good.send(), is: .init("invalid_client", "This proof of the client was used before"))
        let bad: [(PrivateKey, String, String, Double)] = [
            (.generateP256(), "bank", provider.issuer.identifier, 0),
            (TestClient.bankKey, "library", provider.issuer.identifier, 0),
            (TestClient.bankKey, "bank", "https://other.example.org", 0),
            (TestClient.bankKey, "bank", provider.issuer.identifier, -120),
        ]
        for (key, client, audience, age) in bad {
            let assertion = try ClientAssertionMaker(signer: key, keyID: TestClient.bankKeyID, clientID: client)
                .assertion(audience: audience, now: now.addingTimeInterval(age))
            let reply = try await call(provider, .bank).with("client_assertion", assertion).send()
            #expect(reply.status == 400)
            #expect(try reply.string("error") == "invalid_client")
        }
    }
}
