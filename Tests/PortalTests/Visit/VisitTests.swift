import Foundation
import HTTPTypes
import OAuth
import Portal
import Testing
import WireFormats

@testable import WebServer

@Suite("Coming for a credential")
struct VisitTests {
    private static let callback = "/portal/callback?code=code-1&state=state-1"

    @Test
    func `the choice knows a browser by a cookie that nobody else gets to see`() async throws {
        let browser = Browser(try TestPortal())
        let response = try await browser.get("/portal")
        #expect(response.has("portal-credential-student"))
        let cookie = try #require(response.headers[.setCookie])
        #expect(cookie.hasPrefix("__Host-vouchsafe-portal="))
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            #expect(cookie.contains(attribute))
        }
        #expect(!cookie.contains("Domain"))
        #expect(try await browser.get("/portal").headers[.setCookie] == nil)
    }

    @Test
    func `without TLS the cookie has no prefix that would keep it from being set`() async throws {
        let browser = Browser(try TestPortal(address: "http://localhost:8080"), origin: "http://localhost:8080")
        let cookie = try #require(try await browser.get("/portal").headers[.setCookie])
        #expect(cookie.hasPrefix("vouchsafe-portal=") && !cookie.contains("Secure"))
    }

    @Test
    func `a choice leads to the provider, with a new cookie`() async throws {
        let browser = Browser(try TestPortal())
        _ = try await browser.get("/portal")
        let before = browser.jar
        let response = try await browser.start()
        #expect(response.status == .seeOther)
        #expect(response.headers[.location] == "https://auth.example/authorize?request_uri=urn%3A1")
        #expect(browser.jar.count == 1 && browser.jar != before)
    }

    @Test
    func `the provider's answer leads to the credential and every way to take it`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        let response = try await browser.get(Self.callback)
        #expect(response.status == .seeOther && response.headers[.location] == "/portal/credential")
        let page = try await browser.get("/portal/credential")
        #expect(page.status == .ok && page.ways == ["wallet", "file", "print", "pdf", "email", "done"])
        #expect(page.text.contains("a…@students.example") && !page.text.contains("type=\"email\""))
        for shown in ["Given name", "Ana", "Quay 12", "Yes", "French, Norse", "src=\"data:image/png;base64,"] {
            #expect(page.text.contains(shown), "\(shown)")
        }
        // In the issuer's order.
        let first = try #require(page.text.firstRange(of: "University</bdi></th>"))
        #expect(first.lowerBound < page.text.firstRange(of: "Given name</bdi></th>")!.lowerBound)
    }

    @Test
    func `the language that was chosen outlasts the provider`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start(language: "fr")
        let response = try await browser.get(Self.callback)
        #expect(response.headers[.location] == "/portal/credential?lang=fr")
        #expect(try await browser.get("/portal/credential?lang=fr").text.contains("Prénom"))
    }

    @Test
    func `a browser that is still at the provider is led back to the choice`() async throws {
        let browser = Browser(try TestPortal())
        try await browser.start()
        let response = try await browser.get("/portal/credential")
        #expect(response.status == .seeOther && response.headers[.location] == "/portal")
    }

    @Test
    func `while the credential is made, a page waits for it`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        let seen = Seen()
        portal.issuance.change { behaviour in
            behaviour.meanwhile = { seen.page = try? await browser.get("/portal/credential") }
        }
        _ = try await browser.get(Self.callback)
        #expect(seen.page?.has("portal-working") == true)
        #expect(try await browser.get("/portal/credential").has("portal-received"))
    }

    /// What a test saw meanwhile.
    private final class Seen: @unchecked Sendable {  // written before, read after the request that is waited for
        var page: EndpointResponse?
    }

    @Test
    func `below a path all addresses have it`() async throws {
        let portal = try TestPortal(address: "https://portal.example/uni")
        let browser = Browser(portal)
        let csrf = try await browser.get("/uni/portal").csrf
        _ = try await browser.post(["csrf": csrf, "credential": "student"], to: "/uni/portal/start")
        let response = try await browser.get("/uni/portal/callback?code=code-1&state=state-1")
        #expect(response.headers[.location] == "/uni/portal/credential")
    }

    @Test
    func `another choice ends what was under way`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        try await browser.start()
        #expect(try await portal.disk.visits().count == 1)
        #expect(try await browser.get("/portal/credential").headers[.location] == "/portal")
    }

    @Test
    func `the keys that the portal authenticates with are published`() async throws {
        let response = try await Browser(try TestPortal()).get("/portal/jwks.json")
        #expect(response.text == TestCredentials.publicKeys.description)
        #expect(response.headers[.contentType] == "application/json")
    }

    @Test
    func `no page and no redirection is ever stored by a cache`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        var responses = [try await browser.get("/portal"), try await browser.start()]
        responses.append(try await browser.get("/portal/callback?error=x&state=other"))
        responses.append(try await browser.get(Self.callback))
        responses.append(try await browser.get("/portal/credential"))
        for way in ["wallet", "file", "print", "pdf", "email", "done"] {
            responses.append(try await browser.deliver(way))
        }
        for response in responses { #expect(response.headers[.cacheControl] == "no-store") }
    }
}
