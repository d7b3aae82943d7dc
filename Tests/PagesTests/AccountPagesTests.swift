import AuthorizationServer
import Foundation
import OAuth
import Testing

@testable import WebServer

@Suite("Account page")
struct AccountPagesTests {
    private let pages: SitePages
    private let samples = Samples()

    init() throws { pages = try Samples.pages() }

    private var html: String {
        pages.account.response(for: samples.account, visit: Samples.visit(pages), at: Samples.later).text
    }

    @Test
    func `shows consents with what they hold and how they stand`() {
        #expect(html.contains("data-test=\"account\""))
        for (id, standing) in [
            ("c-in-force", "in_force"), ("c-once", "once"), ("c-expired", "expired"), ("c-withdrawn", "withdrawn"),
        ] {
            #expect(html.contains("data-test=\"consent-item\" data-id=\"\(id)\" data-standing=\"\(standing)\""))
        }
        #expect(html.contains(#"<time datetime="2025-06-15T15:06Z">"#))
    }

    @Test
    func `has a receipt for each consent, and withdrawal in two steps for those that are not over`() {
        #expect(html.components(separatedBy: "data-test=\"receipt\"").count == 5)
        #expect(html.contains(#"href="/account/receipts/c-once" download data-test="receipt""#))
        #expect(html.components(separatedBy: "data-test=\"withdraw\"").count == 3)
        #expect(html.components(separatedBy: "action=\"/account/withdraw\"").count == 3)
        for id in ["c-in-force", "c-once"] {
            #expect(html.contains("<input type=\"hidden\" name=\"id\" value=\"\(id)\">"))
        }
        #expect(html.components(separatedBy: "<details class=\"confirm\">").count == 5)
    }

    @Test
    func `expires a consent at its very end`() {
        let consent = samples.given("x", expires: 100)
        #expect(consent.standing(at: Samples.start.addingTimeInterval(99)) == .inForce)
        #expect(consent.standing(at: Samples.start.addingTimeInterval(100)) == .expired)
    }

    @Test
    func `manages passkeys`() {
        #expect(html.components(separatedBy: "data-test=\"passkey-item\"").count == 3)
        #expect(html.components(separatedBy: "action=\"/account/passkeys-remove\"").count == 3)
        #expect(html.contains(#"data-passkey-create data-csrf="csrf-value" data-options="/account/passkey-options""#))
        #expect(html.contains(#"data-address="/account/passkeys""#) && html.contains("data-test=\"passkey-add\""))
        #expect(html.contains("Never"))
    }

    @Test
    func `asks for a login before passkeys where there has to be one`() {
        let page = AccountPage(
            csrf: "csrf-value", name: nil, consents: [], passkeys: [], offersPasskeys: true, confirmsFirst: true)
        let html = pages.account.response(for: page, visit: Samples.visit(pages), at: Samples.later).text
        #expect(html.contains("action=\"/account/confirm\"") && html.contains("data-test=\"passkey-confirm\""))
        #expect(!html.contains("data-passkey-create") && !html.contains("passkey-add"))
    }

    @Test
    func `says that there is nothing yet, and offers no passkeys where there are none to be had`() {
        let empty = AccountPage(csrf: "csrf-value", name: nil, consents: [], passkeys: [], offersPasskeys: false)
        let html = pages.account.response(for: empty, visit: Samples.visit(pages), at: Samples.later).text
        #expect(html.contains("No permission is in force.") && !html.contains("passkey"))
        #expect(html.contains("data-test=\"sign-out\"") && html.contains("action=\"/account/sign-out\""))
        #expect(!html.contains("data-test=\"account-name\""))
    }

    @Test
    func `links to the account under its name, where others link to signing in`() throws {
        #expect(html.contains(#"<a class="top-link" href="/account">Your account</a>"#))
        let choice = pages.portal.response(
            for: PortalChoicePage(csrf: "x", credentials: []), visit: Samples.visit(pages)
        ).text
        #expect(choice.contains(#"<a class="top-link" href="/account">Sign in</a>"#))
        #expect(choice.contains(#"<a class="top-link" href="/portal">Get a credential</a>"#))
        let home = HomePage(frames: pages.frames, cards: [], people: []).response(for: Samples.visit(pages), query: "")
        #expect(home.text.contains(#"href="/account">Sign in</a>"#) && home.text.contains(#"href="/portal""#))
        let plain = try Samples.pages(links: HeaderLinks())
        let alone = plain.portal.response(
            for: PortalChoicePage(csrf: "x", credentials: []), visit: Samples.visit(plain))
        #expect(!alone.text.contains("top-link"))
    }
}
