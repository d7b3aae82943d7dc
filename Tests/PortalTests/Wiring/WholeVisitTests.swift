import Foundation
import HTTPTypes
import JOSE
import MessageDelivery
import OAuth
import Portal
import Testing
import Verifier
import WalletClient
import WireFormats

@testable import WebServer

@Suite("The portal with provider and issuer")
struct WholeVisitTests {
    @Test
    func `visits that begin from one address are limited, in the visitor's language, for a while`() async throws {
        let portal = try WholePortal(starts: 2)
        for _ in 0..<2 { #expect(try await portal.browser.start().status == .seeOther) }
        let refused = try await portal.browser.start(language: "fr")
        #expect(refused.status == .tooManyRequests && refused.isProblem("too_many"))
        #expect(refused.headers[.retryAfter] == "900")
        #expect(refused.text.contains("Trop de demandes"))
        for address in ["192.0.2.2", "127.0.0.1", "127.0.0.1", "127.0.0.1", "2001:db8::1"] {
            let other = Browser(portal.table, portal.disk, address: address)
            #expect(try await other.start().status == .seeOther, "\(address)")
        }
        let neighbour = Browser(portal.table, portal.disk, address: "2001:db8::2")
        #expect(try await neighbour.start().status == .seeOther)
        #expect(try await neighbour.start().status == .tooManyRequests)
        portal.clock.advance(by: 899)
        #expect(try await portal.browser.start().headers[.retryAfter] == "1")
        portal.clock.advance(by: 1)
        #expect(try await portal.browser.start().status == .seeOther)
    }

    @Test
    func `a bound credential goes all the way, with everything that protects it`() async throws {
        let portal = try WholePortal()
        let (browser, response) = try await portal.visit("student")
        #expect(response.status == .seeOther && response.headers[.location] == "/portal/credential")
        let request = try #require(portal.world.request)
        #expect(request.clientID == "portal" && request.redirectURI == "https://portal.example/portal/callback")
        #expect(request.codeChallenge != nil && request.dpopKeyThumbprint != nil && request.state != nil)
        #expect(request.resources == [FakeWorld.issuer] && request.scopes.isEmpty, "nothing that could be kept")
        let page = try await browser.get("/portal/credential")
        #expect(page.ways == ["wallet", "file", "print", "pdf", "email", "done"])
        #expect(page.text.contains("First name") && page.text.contains("Ana"))
        let file = try JSON(parsing: try await browser.deliver("file").body)
        let report = try await TestCredentials.verify(try #require(file["credential"]?.string))
        #expect(report.isValid)
        var jwk = try #require(file["private_key"]?.object)
        let secret = try Base64URL.decode(try #require(jwk["d"]?.string))
        jwk["d"] = nil
        #expect(try PublicKey(jwk: jwk) == report.content?.holderKey)
        #expect(try PrivateKey(.es256, rawRepresentation: secret).publicKey == report.content?.holderKey)
    }

    @Test
    func `a credential that is bound to no key needs no proof and has no key`() async throws {
        let portal = try WholePortal()
        let (browser, _) = try await portal.visit("card")
        let text = try await browser.deliver("file").text
        let report = try await TestCredentials.verify(text)
        #expect(report.isValid && report.content?.holderKey == nil)
        #expect(!portal.world.requests.contains { $0.url.hasSuffix("/nonce") })
    }

    @Test
    func `a W3C credential is shown by the issuer's names`() async throws {
        let (browser, response) = try await WholePortal().visit("w3c")
        #expect(response.status == .seeOther)
        let page = try await browser.get("/portal/credential")
        #expect(page.text.contains("Name</bdi></th>") && page.text.contains("Ana"))
    }

    @Test
    func `the provider is the one that is configured, though the issuer names another first`() async throws {
        let portal = try WholePortal()
        let response = try await portal.browser.start("student")
        #expect(response.headers[.location]?.hasPrefix("https://auth.example/authorize?") == true)
        #expect(!portal.world.requests.contains { $0.url.hasPrefix("https://other.example") })
    }

    @Test
    func `an issuer that does not name the provider is not asked`() async throws {
        let portal = try WholePortal {
            $0.documents[FakeWorld.issuerMetadataURL] = FakeWorld.issuerMetadata.with(
                "authorization_servers", ["https://other.example"])
        }
        #expect(try await portal.browser.start("student").isProblem("provider"))
    }

    @Test
    func `the choice is the issuer's, in its order and languages, without what nobody can verify`() async throws {
        let portal = try WholePortal()
        let browser = portal.browser
        let page = try await browser.get("/portal")
        let found = page.text.matches(of: /data-test="portal-credential-([^"]*)"/).map { String($0.output.1) }
        #expect(found == ["student", "card", "w3c"])
        #expect(page.text.contains("Shows that you study") && page.text.contains("fill=\"#1f3a5f\""))
        #expect(try await browser.get("/portal?lang=fr").text.contains("Carte"))
        #expect(try await browser.get("/portal?lang=uk").text.contains("Нортмір"))
    }

    @Test
    func `the issuer's metadata is fetched once a minute, and remembered a while if it cannot be`() async throws {
        let portal = try WholePortal()
        let browser = portal.browser
        for _ in 0..<3 { _ = try await browser.get("/portal") }
        #expect(portal.world.requests.count == 1)
        portal.clock.advance(by: 61)
        portal.world.change { $0.failures[FakeWorld.issuerMetadataURL] = .timedOut }
        #expect(try await browser.get("/portal").has("portal-credential-card"))
        portal.clock.advance(by: 600)
        #expect(try await browser.get("/portal").isProblem("issuer"))
    }

    @Test(
        arguments: [
            ["credential_issuer": "https://evil.example"], ["credential_endpoint": nil],
            ["credential_configurations_supported": []],
        ] as [JSONObject])
    func `metadata that is no good is refused`(change: JSONObject) async throws {
        let portal = try WholePortal {
            var metadata = FakeWorld.issuerMetadata
            for member in change.members { metadata[member.name] = member.value == .null ? nil : member.value }
            $0.documents[FakeWorld.issuerMetadataURL] = .object(metadata)
        }
        #expect(try await portal.browser.get("/portal").isProblem("issuer"))
    }

    // MARK: Answers

    @Test
    func `whoever says no is told so kindly`() async throws {
        let portal = try WholePortal()
        let (_, response) = try await portal.visit("student", .error(code: "access_denied", description: nil))
        #expect(response.status == .ok && response.isProblem("denied"))
        #expect(try await portal.disk.visits().isEmpty)
    }

    @Test
    func `an answer of another server is refused`() async throws {
        let portal = try WholePortal()
        let browser = portal.browser
        try await browser.start("student")
        let answer = portal.world.answer(issuer: "https://evil.example").dropFirst(TestPortal.address.count)
        #expect(try await browser.get(String(answer)).isProblem("provider"))
        #expect(!portal.world.requests.contains { $0.url.hasSuffix("/token") }, "the code went nowhere")
    }

    @Test(arguments: [
        (FakeWorld.provider + "/par", "provider"), (FakeWorld.provider + "/token", "provider"),
        (FakeWorld.issuer + "/nonce", "issuer"), (FakeWorld.issuer + "/credential", "issuer"),
    ])
    func `whoever refuses is named, and what they say is not shown`(url: String, kind: String) async throws {
        let portal = try WholePortal { $0.answers[url] = FakeWorld.error("access_denied", 400) }
        let (_, response) = try await portal.visit("student")
        #expect(response.isProblem(kind))
        #expect(!response.text.contains(FakeWorld.token) && !response.text.contains("for Ana"))
        #expect(try await portal.disk.visits().isEmpty)
    }

    @Test(arguments: [FakeWorld.provider + "/token", FakeWorld.issuer + "/credential"])
    func `servers that cannot be reached leave nothing behind`(url: String) async throws {
        let portal = try WholePortal { $0.failures[url] = .timedOut }
        let (_, response) = try await portal.visit("student")
        #expect(response.status == .badGateway)
        #expect(try await portal.disk.visits().isEmpty)
    }

    // MARK: The address on record

    @Test
    func `where the credential does not tell it, the provider is asked for the address`() async throws {
        let portal = try WholePortal()
        let (browser, _) = try await portal.visit("card")
        #expect(portal.world.request?.scopes == ["openid", "email"])
        _ = try await browser.deliver("email")
        let message = try #require(portal.post.sent.first)
        #expect(message.recipient.text == "ana@students.example")
        #expect(message.attachments.map(\.name) == ["card.sd-jwt", "card.pdf"])
        #expect(message.attachments.map(\.mediaType) == ["application/dc+sd-jwt", "application/pdf"])
    }

    @Test
    func `nobody is asked for an address that would be of no use`() async throws {
        let portal = try WholePortal(sendsLetters: false)
        let (browser, _) = try await portal.visit("card")
        #expect(portal.world.request?.scopes == [])
        #expect(try await browser.get("/portal/credential").ways == ["wallet", "file", "print", "pdf", "done"])
    }

    @Test(
        arguments: [
            { $0.grantsAddress = false }, { $0.userInfo = ["sub": "pairwise-2", "email": "mallory@evil.example"] },
            { $0.userInfo = ["sub": "pairwise-1"] }, { $0.userInfo = ["sub": "pairwise-1", "email": "no address"] },
            { $0.failures[FakeWorld.provider + "/userinfo"] = .timedOut },
        ] as [@Sendable (inout FakeWorld.Behaviour) -> Void])
    func `without an address there are no letters`(
        change: @Sendable (inout FakeWorld.Behaviour) -> Void
    ) async throws {
        let (browser, response) = try await WholePortal { change(&$0) }.visit("card")
        #expect(response.status == .seeOther)
        #expect(try await browser.get("/portal/credential").ways.contains("email") == false)
    }

    // MARK: Offers

    @Test
    func `an offer is made under the person's token and shown`() async throws {
        let portal = try WholePortal()
        let (browser, _) = try await portal.visit("student")
        let response = try await browser.deliver("wallet")
        #expect(response.has("portal-offer-link") && response.text.contains("482913"))
        #expect(response.text.contains("2026-11-20T00:05Z"))
    }

    private static let tooLong = String(repeating: "x", count: 2048)

    @Test
    func `an issuer without the endpoint is not a way`() async throws {
        let (browser, _) = try await WholePortal { $0.offer = nil }.visit("student")
        #expect(try await browser.get("/portal/credential").ways.contains("wallet") == false)
    }

    @Test(
        arguments: [
            ["credential_offer_link": "javascript:alert(1)"],
            ["credential_offer_link": "https://evil.example/?credential_offer_uri=x"],
            ["credential_offer_link": "openid-credential-offer://?nothing=x"], ["credential_offer_link": nil],
            ["expires_at": "soon"], ["tx_code": .string(String(repeating: "1", count: 33))],
            ["credential_offer_link": .string("openid-credential-offer://?credential_offer_uri=" + tooLong)],
        ] as [JSONObject])
    func `an offer that is none is not shown`(change: JSONObject) async throws {
        let portal = try WholePortal { behaviour in
            for member in change.members {
                behaviour.offer?[member.name] = member.value == .null ? nil : member.value
            }
        }
        let (browser, _) = try await portal.visit("student")
        let response = try await browser.deliver("wallet")
        #expect(response.status == .badGateway && !response.has("portal-offer-link"))
        #expect(!response.text.contains("javascript:"))
    }

    @Test
    func `nothing at rest can be read, and when it is done nothing is left`() async throws {
        let portal = try WholePortal()
        let (browser, _) = try await portal.visit("student")
        let rows = try await portal.disk.visits()
        #expect(rows.count == 1)
        for row in rows {
            let text = String(decoding: row.sealed, as: UTF8.self)
            for secret in [FakeWorld.token, "Ana", "ana@students"] { #expect(!text.contains(secret)) }
        }
        _ = try await browser.deliver("done")
        #expect(try await portal.disk.visits().isEmpty)
    }
}

extension JSONObject {
    /// This object with one member replaced.
    fileprivate func with(_ name: String, _ value: JSON) -> JSON {
        var copy = self
        copy[name] = value
        return .object(copy)
    }
}
