import Foundation
import HTTPTypes
import OAuth
import Testing
import WebServer
import WireFormats

@testable import vouchsafe

/// What operators can see of logins.
@Suite struct TimelineTests {
    private static let unknown = ExpectedRefusal(
        404, "timeline_not_found", "Nothing is recorded under that identifier")

    private func steps(_ reply: Reply) throws -> [String] {
        try #require(try reply.json["timeline"]?.array).map { event in
            (event["step"]?.string ?? "") + (event["error"]?.string.map { " " + $0 } ?? "")
        }
    }

    @Test("A login without an offer is told by what its page, its request and its code begin with")
    func tellsLogin() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.bank, scopes: ["openid", "card"])
        let browser = TestBrowser(provider)
        let requestURI = try await provider.requestURI(of: draft)
        let reply = await browser.get(
            AuthorizationRequest.url(
                at: provider.issuer.identifier + AuthorizationSite.Paths.authorize, clientID: "bank",
                requestURI: requestURI))
        let consent = try await browser.logIn(reply)
        let address = try ShownPage(reply: consent).form("consent-form").action
        let code = try #require(try ClientAnswer(await browser.allow(consent))["code"])
        // Within a millisecond nothing tells what came first.
        let pause = { provider.issuer.clock.advance(by: 1) }
        pause()
        _ = try await provider.redemption(code, draft).with("code_verifier", "x").send()
        pause()
        let tokens = try GivenTokens(await provider.redemption(code, draft).send())
        pause()
        _ = try await provider.credentialCall(tokens.access, "diploma", as: .bank).send()
        pause()
        _ = try await provider.credentialCall(tokens.access, as: .bank).send()
        let id = TimelineCommand.identifier(in: code)
        for text in [requestURI, address, provider.issuer.identifier + address + "?lang=fr", code, id] {
            #expect(TimelineCommand.identifier(in: text) == id, "\(text)")
        }
        let told = await provider.issuer.manage(.get, "/timelines/" + id)
        #expect(
            try steps(told) == [
                "consent", "token invalid_grant", "token", "credential insufficient_scope", "nonce", "credential",
            ])
        #expect(try told.string("id") == id)
        #expect(!told.text.contains(TestPerson.zubeida.id) && !told.text.contains(code))
    }

    @Test("An offer is told as it tells itself")
    func tellsOffer() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        _ = try await issuer.redeem(offer)
        let told = await issuer.manage(.get, "/timelines/" + offer.id)
        #expect(try told.json["timeline"] == .array(try await issuer.timeline(of: offer)))
    }

    @Test("What is not known is not there", arguments: ["AAAAAAAAAAAAAAAAAAAAAAAA", "x", "%2e%2e"])
    func refusesUnknown(_ id: String) async throws {
        let issuer = try await TestIssuer()
        try expect(await issuer.manage(.get, "/timelines/" + id), is: Self.unknown)
    }
}
