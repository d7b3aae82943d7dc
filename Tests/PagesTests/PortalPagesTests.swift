import Foundation
import HTTPTypes
import OAuth
import Testing

@testable import WebServer

@Suite("Portal pages")
struct PortalPagesTests {
    private let pages: SitePages
    private let samples = Samples()

    init() throws { pages = try Samples.pages() }

    private func html(_ name: String) throws -> String {
        try #require(samples.responses(pages, Samples.visit(pages)).first { $0.name == name }).response.text
    }

    @Test
    func `offer each credential, in its colour with text that can be read`() throws {
        let html = try html("portal-choice")
        for id in ["student-id", "light", "plain"] {
            #expect(html.contains("data-test=\"portal-credential-\(id)\""))
            #expect(html.contains("<input type=\"hidden\" name=\"credential\" value=\"\(id)\">"))
        }
        #expect(html.contains("class=\"face painted on-dark\"><svg") && html.contains("fill=\"#1f3a5f\""))
        #expect(html.contains("class=\"face painted on-light\"><svg") && html.contains("fill=\"#f2d27a\""))
        #expect(html.contains("action=\"/portal/start\""))
        #expect(try self.html("portal-none").contains("nothing to be had here"))
    }

    @Test(arguments: ["red", "#12", "#1f3a5f\"/><script>", "url(x)"])
    func `take nothing but colours for colours`(color: String) {
        let page = PortalChoicePage(csrf: "x", credentials: [samples.portalCredential(color: color)])
        let html = pages.portal.response(for: page, visit: Samples.visit(pages)).text
        #expect(!html.contains("fill=\"") && html.contains("on-dark"))
    }

    @Test
    func `may lead to another server from the choice alone`() throws {
        for (name, response) in samples.responses(pages, Samples.visit(pages)) where name.hasPrefix("portal-") {
            let leadsOut = response.headers[.contentSecurityPolicy]?.contains("form-action 'self' https:")
            #expect(leadsOut == ["portal-choice", "portal-none"].contains(name), "\(name)")
            #expect(response.headers[.crossOriginOpenerPolicy] == "same-origin")
        }
    }

    @Test
    func `go on by themselves while a credential is made`() {
        let response = pages.portal.response(
            for: PortalWorkingPage(pause: 3), visit: Samples.visit(pages, "fr", isChosen: true))
        #expect(response.headers[HTTPField.Name("Refresh")!] == "3; url=/portal/credential?lang=fr")
        #expect(response.text.contains(#"href="/portal/credential?lang=fr""#))
    }

    @Test
    func `show what was issued and every way to take it`() throws {
        let html = try html("portal-delivery")
        for way in ["wallet", "file", "print", "pdf", "email"] {
            #expect(html.contains("<input type=\"hidden\" name=\"way\" value=\"\(way)\">"))
            #expect(html.contains("data-test=\"portal-deliver-\(way)\""))
        }
        #expect(html.contains("12 Quay Street") && html.contains("2001-04-17"))
        #expect(!html.contains("elsewhere.example"))
        #expect(html.contains("l…@harbour.example") && !html.contains("type=\"email\""))
    }

    @Test(arguments: PortalDeliveryPage.Problem.allCases)
    func `tell what did not work`(problem: PortalDeliveryPage.Problem) throws {
        let page = try #require(samples.deliveries.first { $0.page.problem == problem }).page
        let response = pages.portal.response(for: page, visit: Samples.visit(pages))
        #expect(response.status.code >= 400)
        #expect(response.text.contains("role=\"alert\""))
        #expect(response.text.contains("type=\"email\" name=\"email\""))
        #expect(response.text.contains("aria-invalid") == (problem == .addressMalformed))
    }

    @Test
    func `show an offer as link, code and digits`() throws {
        let html = try html("portal-offer")
        #expect(html.contains("data-test=\"portal-done\"") && html.contains("data-test=\"portal-offer-link\""))
        #expect(html.contains("href=\"openid-credential-offer://?credential_offer_uri="))
        #expect(html.contains("<svg class=\"qr\" role=\"img\"") && html.contains("482913"))
        #expect(try self.html("portal-mailed").contains("data-test=\"portal-done\""))
        #expect(try !self.html("portal-forgotten").contains("portal-more"))
    }

    @Test
    func `print claims, dates and all codes`() throws {
        let html = try html("portal-print")
        #expect(html.components(separatedBy: "<svg class=\"qr\"").count == 3)
        #expect(html.contains("Code 2 of 2"))
        #expect(html.contains("12 Quay Street") && html.contains(#"<time datetime="2025-06-15T16:06Z">"#))
        #expect(html.contains("data-print hidden"))
    }

    @Test(arguments: PortalProblemPage.Kind.allCases)
    func `say why they cannot go on`(kind: PortalProblemPage.Kind) {
        let response = pages.portal.response(
            for: PortalProblemPage(kind: kind, reference: "AaH9"), visit: Samples.visit(pages))
        #expect(response.text.contains("data-test=\"portal-problem\" data-code=\"\(kind.rawValue)\""))
        #expect(response.text.contains("AaH9"))
        #expect((response.status == .ok) == (kind == .denied))
    }
}
