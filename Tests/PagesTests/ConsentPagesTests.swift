import AuthorizationServer
import Foundation
import OAuth
import Testing

@testable import WebServer

@Suite("Consent pages")
struct ConsentPagesTests {
    private let pages: SitePages
    private let samples = Samples()

    init() throws { pages = try Samples.pages() }

    private func html(_ index: Int) -> String {
        pages.consent.response(for: samples.consents[index].page, visit: Samples.visit(pages)).text
    }

    @Test(arguments: ["ar", "en", "fr", "uk"])
    func `tick no claim in advance`(language: String) {
        for (_, page) in samples.consents {
            let html = pages.consent.response(for: page, visit: Samples.visit(pages, language)).text
            let boxes = html.matches(of: /<input type="checkbox"[^>]*>/).map(\.output)
            #expect(boxes.count == page.claims.filter { !$0.isEssential }.count)
            #expect(boxes.allSatisfy { !$0.contains("checked") })
        }
    }

    @Test
    func `ask for essential claims without a choice, for the others with one`() {
        let html = html(0)
        #expect(html.contains(#"data-test="claim-family_name" data-essential>"#))
        #expect(html.contains(#"<input type="hidden" name="share_family_name" value="yes">"#))
        #expect(html.contains(#"<input type="checkbox" name="share_email" value="yes" data-test="claim-email">"#))
        #expect(html.contains("To greet you."))
    }

    @Test
    func `choose the shortest time, whatever the order`() {
        let radios = html(0).matches(of: /<input type="radio" name="remember" value="([^"]+)"([^>]*)>/)
        #expect(radios.map(\.output.1) == ["once", "30d", "365d"])
        #expect(radios.map { $0.output.2.contains(" checked") } == [true, false, false])
        #expect(html(1).contains(#"<input type="hidden" name="remember" value="once">"#))
    }

    @Test
    func `give both answers the same look, and neither to the enter key`() {
        for html in [html(0), html(1)] {
            let buttons = html.matches(of: /<button class="([^"]+)" type="submit" name="action" value="([a-z]+)"/)
            #expect(buttons.map(\.output.2) == ["allow", "deny"])
            #expect(Set(buttons.map(\.output.1)).count == 1)
            #expect(html.contains("data-test=\"allow\"") && html.contains("data-test=\"deny\""))
            let first = html.firstRange(of: "<button")
            let neither = "<button type=\"submit\" name=\"action\" value=\"stay\""
            #expect(first.map { html[$0.lowerBound...].hasPrefix(neither) } == true)
        }
    }

    @Test
    func `say who wants what, and why`() {
        let html = html(0)
        for hook in ["consent-form", "party-name", "party-host", "purpose", "credential-student-id", "offline"] {
            #expect(html.contains("data-test=\"\(hook)\""), "\(hook)")
        }
        #expect(html.contains("Issued by <bdi>Northmere University</bdi>"))
        #expect(html.contains("<li><bdi>Given name</bdi></li>"))
        let other = self.html(1)
        #expect(other.contains("data-test=\"party-unverified\""))
        for hook in ["purpose", "offline", "claim-"] { #expect(!other.contains("data-test=\"\(hook)")) }
    }

    @Test
    func `mark texts that are in another language`() {
        #expect(html(0).contains(#"<bdi lang="ar">رقم الهاتف</bdi>"#))
    }
}
