import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// The keys that tokens are signed with: published before they sign, and after.
@Suite struct TokenKeyTests {
    private static let draft = AuthorizationDraft(.library).with { $0.maxAge = .seconds(3600) }

    private func check(_ tokens: GivenTokens, _ provider: TestProvider) async throws {
        _ = try IDToken(
            verifying: try #require(tokens.idToken),
            expecting: IDToken.Expectation(
                token: TokenExpectation(
                    issuer: provider.issuer.identifier, audience: "library",
                    keys: VerificationKeys(try await provider.publishedKeys()), now: provider.issuer.clock.now),
                nonce: .sent("nonce of the client"), maxAge: .seconds(3600), acrValues: [],
                accessToken: tokens.access))
    }

    private func keyID(_ tokens: GivenTokens) throws -> String {
        let token = try UnverifiedJWS(parsing: try #require(tokens.idToken))
        return try #require(token.header["kid"]?.string)
    }

    @Test("An ID token is what a client expects, by the published keys")
    func signs() async throws {
        let provider = try await TestProvider()
        let tokens = try await TestBrowser(provider).tokens(Self.draft)
        try await check(tokens, provider)
        #expect(try tokens.idClaims()["amr"]?.array?.isEmpty == false)
        // Nothing else than public keys, and none of those that sign credentials.
        let set = try await provider.issuer.send(.get, AuthorizationSite.Paths.keys).json["keys"]?.array ?? []
        #expect(set.count == 2)
        for key in set {
            for member in ["d", "p", "q", "dp", "dq", "qi", "k"] { #expect(key[member] == nil) }
        }
        let other = await provider.issuer.send(.get, IssuerSite.Paths.issuerKeys).text
        for key in set { #expect(!other.contains(try #require(key["kid"]?.string))) }
    }

    @Test("After a rotation the new key is published at once and signs a little later; the old one stays known")
    func rotates() async throws {
        let provider = try await TestProvider()
        let before = try await TestBrowser(provider).tokens(Self.draft)
        #expect(await provider.issuer.manage(.post, "/keys/rotate", [:]).status == 200)
        #expect(try await provider.issuer.send(.get, AuthorizationSite.Paths.keys).json["keys"]?.array?.count == 4)
        let meanwhile = try await TestBrowser(provider).tokens(Self.draft)
        #expect(try keyID(meanwhile) == keyID(before))
        provider.issuer.clock.advance(by: 10)
        let after = try await TestBrowser(provider).tokens(Self.draft)
        #expect(try keyID(after) != keyID(before))
        for tokens in [before, after] { try await check(tokens, provider) }
        // What was given before goes on.
        #expect(try await provider.userInfo(before.access, as: .library).status == 200)
    }

    @Test("A signed access token from before a rotation is still known here")
    func knowsOldTokens() async throws {
        let provider = try await TestProvider(ProviderSettings(tokenFormat: "jwt"))
        let tokens = try await TestBrowser(provider).tokens(Self.draft)
        #expect(await provider.issuer.manage(.post, "/keys/rotate", [:]).status == 200)
        provider.issuer.clock.advance(by: 10)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 200)
        var forged = tokens.access.split(separator: ".").map(String.init)
        forged[2] = Base64URL.encode([UInt8](repeating: 1, count: 64))
        #expect(try await provider.userInfo(forged.joined(separator: "."), as: .library).status == 401)
    }
}
