import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// Tokens of offers that are bound to a wallet's key, RFC 9449.
@Suite struct BoundTokenTests {
    private static let proofs = DPoPProofMaker(key: .generateP256())
    private static let wallet = TestClient(id: "", redirectURI: "", authentication: .none, proofs: proofs)

    private func redemption(_ provider: TestProvider, _ offer: MadeOffer, nonce: String? = nil) throws -> ProviderCall {
        var call = ProviderCall(
            provider: provider, path: AuthorizationSite.Paths.token,
            form: [("grant_type", GrantType.preAuthorizedCode), ("pre-authorized_code", offer.code)])
        call.headers[.dpop] = try Self.proofs.proof(
            method: .post, url: call.url, nonce: nonce, now: provider.issuer.clock.now)
        return call
    }

    /// A bound token, and a request with it that is good.
    private func granted(_ provider: TestProvider) async throws -> (token: String, call: CredentialCall) {
        let tokens = try GivenTokens(
            try await redemption(provider, await provider.issuer.makeOffer()).send())
        #expect(try tokens.reply.json["token_type"] == "DPoP")
        var call = try await provider.credentialCall(tokens.access, as: Self.wallet)
        call.setProofs([try call.proof.signed()])
        return (tokens.access, call)
    }

    private func proof(
        _ provider: TestProvider, _ token: String?, by maker: DPoPProofMaker = proofs,
        method: HTTPRequest.Method = .post, path: String = IssuerSite.Paths.credential, nonce: String? = nil
    ) throws -> String {
        try maker.proof(
            method: method, url: provider.issuer.identifier + path, accessToken: token, nonce: nonce,
            now: provider.issuer.clock.now)
    }

    @Test("A bound token is no bearer token")
    func refusesDowngrade() async throws {
        let provider = try await TestProvider()
        let (token, good) = try await granted(provider)
        for proof in [nil, good.headers[.dpop]] {
            var call = good
            call.headers[.authorization] = "Bearer " + token
            call.headers[.dpop] = proof
            let reply = try await call.send()
            #expect(reply.status == 401)
            #expect(try reply.string("error") == "invalid_token")
            #expect(reply.headers[.wwwAuthenticate]?.hasPrefix("DPoP ") == true)
        }
        #expect(try await good.send().status == 200)
    }

    @Test("A token that is bound to nothing is none by that scheme")
    func refusesUpgrade() async throws {
        let provider = try await TestProvider()
        let token = try await provider.issuer.token()
        let call = try await provider.credentialCall(token, as: Self.wallet)
        let reply = try await call.send()
        #expect(reply.status == 401)
        #expect(try reply.string("error") == "invalid_token")
    }

    @Test("What a bound token is not for is refused by the scheme DPoP, as a credential and as an offer")
    func refusesOtherCredential() async throws {
        let provider = try await TestProvider()
        let expected = ExpectedRefusal(
            403, "insufficient_scope", "The access token is not for this credential", challenge: .withErrorOfDPoP)
        let (token, _) = try await granted(provider)
        try expect(
            try await provider.credentialCall(token, "diploma", as: Self.wallet).send(), is: expected)
        var headers = try provider.presenting(token, at: IssuerSite.Paths.offer, as: Self.wallet, method: .post)
        headers[.contentType] = "application/json"
        let body: JSON = ["credential_configuration_ids": ["diploma"]]
        try expect(
            await provider.issuer.send(.post, IssuerSite.Paths.offer, headers: headers, body: body.encoded()),
            is: expected)
    }

    @Test("A proof that does not fit is refused, and costs neither token nor nonce", arguments: 0..<7)
    func refusesProof(_ fault: Int) async throws {
        let provider = try await TestProvider()
        let (token, good) = try await granted(provider)
        var call = good
        let fresh = try proof(provider, token)
        let bad: [String?] = [
            nil, try proof(provider, token, by: DPoPProofMaker(key: .generateP256())), try proof(provider, "another"),
            try proof(provider, nil), try proof(provider, token, method: .get),
            try proof(provider, token, path: AuthorizationSite.Paths.token), String(fresh.dropLast(4)),
        ]
        call.headers[.dpop] = bad[fault]
        let reply = try await call.send()
        #expect(reply.status == 401)
        #expect(try reply.string("error") == (fault == 1 ? "invalid_token" : "invalid_dpop_proof"))
        #expect(reply.headers[.wwwAuthenticate]?.hasPrefix("DPoP ") == true)
        #expect(try await good.send().status == 200)
    }

    @Test("A proof is good once, and not when it is old")
    func refusesReplay() async throws {
        let provider = try await TestProvider()
        let (token, good) = try await granted(provider)
        #expect(try await good.send().status == 200)
        var again = try await provider.credentialCall(token, as: Self.wallet)
        let late = again.headers[.dpop]
        again.headers[.dpop] = good.headers[.dpop]
        try expect(
            try await again.send(),
            is: .init(401, "invalid_dpop_proof", "The DPoP proof was used before", challenge: .withErrorOfDPoP))
        again.headers[.dpop] = late
        provider.issuer.clock.advance(by: 100)
        #expect(try await again.send().string("error") == "invalid_dpop_proof")
        again.headers[.dpop] = try proof(provider, token)
        #expect(try await again.send().status == 200)
    }

    @Test("Where nonces are needed, the same request is good once the proof has the one that came with the refusal")
    func retriesWithNonce() async throws {
        let provider = try await TestProvider(ProviderSettings(dpopNonces: "required"))
        let offer = try await provider.issuer.makeOffer()
        let first = try await redemption(provider, offer).send()
        #expect(first.status == 400)
        #expect(try first.string("error") == "use_dpop_nonce")
        let tokens = try GivenTokens(
            try await redemption(provider, offer, nonce: first.headers[.dpopNonce]).send())
        var call = try await provider.credentialCall(tokens.access, as: Self.wallet)
        call.setProofs([try call.proof.signed()])
        for stale in [nil, "c0ffee", offer.code] {
            call.headers[.dpop] = try proof(provider, tokens.access, nonce: stale)
            let refused = try await call.send()
            #expect(refused.status == 401)
            #expect(try refused.string("error") == "use_dpop_nonce")
            #expect(refused.headers[.wwwAuthenticate]?.contains("error=\"use_dpop_nonce\"") == true)
            #expect(refused.headers[.dpopNonce] != nil)
        }
        let nonce = try #require(try await call.send().headers[.dpopNonce])
        call.headers[.dpop] = try proof(provider, tokens.access, nonce: nonce)
        #expect(try await call.send().status == 200)
    }

    @Test("At the token endpoint a bad proof does not cost the code", arguments: 0..<4)
    func keepsCode(_ fault: Int) async throws {
        let provider = try await TestProvider()
        let offer = try await provider.issuer.makeOffer()
        var call = try redemption(provider, offer)
        let good = call
        switch fault {
        case 0: call.headers[.dpop] = try proof(provider, nil)
        case 1: call.headers[.dpop] = try proof(provider, nil, method: .get, path: AuthorizationSite.Paths.token)
        case 2: call.headers[values: .dpop] += call.headers[values: .dpop]
        default:
            // Used for another offer.
            #expect(
                try await redemption(provider, await provider.issuer.makeOffer())
                    .with(.dpop, good.headers[.dpop]).send().status == 200)
        }
        let reply = await call.send()
        #expect(reply.status == 400)
        #expect(try reply.string("error") == "invalid_dpop_proof")
        #expect(try await redemption(provider, offer).send().status == 200)
    }
}
