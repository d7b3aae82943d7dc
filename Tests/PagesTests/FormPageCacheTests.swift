import AuthorizationServer
import OAuth
import Testing

@testable import WebServer

/// Pages that are put together once for everybody.
@Suite struct FormPageCacheTests {
    private let pages: SitePages
    private let samples = Samples()

    init() throws { pages = try Samples.pages() }

    private static let forms = [
        InteractionForm(ticket: "first-ticket", csrf: "0.first-value"),
        InteractionForm(ticket: "second-ticket", csrf: "1.second-value"),
        InteractionForm(ticket: "first-ticket", csrf: "2.third-value"),
    ]

    /// Each page with each of the forms, one after the other, must be the same as if it were the first.
    private func check<Page: FormPage>(
        _ samples: [(name: String, page: Page)], _ response: (SitePages, Page) -> EndpointResponse
    ) throws {
        for (_, sample) in samples {
            for form in Self.forms {
                var page = sample
                page.form = form
                let fresh = response(try Samples.pages(), page)
                let kept = response(pages, page)
                #expect(kept.body == fresh.body)
                #expect(kept.headers == fresh.headers)
                #expect(fresh.text.contains(form.csrf) && fresh.text.contains("/auth/interaction/" + form.ticket))
                for other in Self.forms where other.csrf != form.csrf { #expect(!fresh.text.contains(other.csrf)) }
            }
        }
    }

    @Test("A login page has its own visitor's form and nobody else's")
    func login() throws {
        try check(samples.logins) { pages, page in pages.login.response(for: page, visit: Samples.visit(pages)) }
    }

    @Test("A consent page has its own visitor's form and nobody else's")
    func consent() throws {
        try check(samples.consents) { pages, page in pages.consent.response(for: page, visit: Samples.visit(pages)) }
    }

    @Test("Each language has its own page")
    func languages() throws {
        let page = samples.consents[0].page
        let bodies = ["en", "ar", "fr", "uk"].map {
            pages.consent.response(for: page, visit: Samples.visit(pages, $0)).body
        }
        #expect(Set(bodies).count == bodies.count)
    }
}
