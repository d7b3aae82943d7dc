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

    /// The page with each of the forms, one after the other, must be the same as if it were the first.
    private func check(_ response: (SitePages, InteractionForm) -> EndpointResponse) throws {
        for form in Self.forms {
            let fresh = response(try Samples.pages(), form)
            #expect(response(pages, form).body == fresh.body)
            #expect(response(pages, form).headers == fresh.headers)
            #expect(fresh.text.contains(form.csrf) && fresh.text.contains("/auth/interaction/" + form.ticket))
            for other in Self.forms where other.csrf != form.csrf { #expect(!fresh.text.contains(other.csrf)) }
        }
    }

    @Test("A login page has its own visitor's form and nobody else's")
    func login() throws {
        for sample in samples.logins {
            try check { pages, form in
                var page = sample.page
                page.form = form
                return pages.login.response(for: page, visit: Samples.visit(pages))
            }
        }
    }

    @Test("A consent page has its own visitor's form and nobody else's")
    func consent() throws {
        for sample in samples.consents {
            try check { pages, form in
                var page = sample.page
                page.form = form
                return pages.consent.response(for: page, visit: Samples.visit(pages))
            }
        }
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
