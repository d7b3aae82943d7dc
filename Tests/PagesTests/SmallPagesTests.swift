import AuthorizationServer
import HTTPTypes
import OAuth
import Testing

@testable import WebServer

@Suite("Problem, logout and form post pages")
struct SmallPagesTests {
    private let pages: SitePages
    private let samples = Samples()

    init() throws { pages = try Samples.pages() }

    @Test(arguments: [
        ("invalid_request", HTTPResponse.Status.badRequest, ProblemNotice.Explanation.request),
        ("invalid_scope", .badRequest, .request), ("unauthorized_client", .badRequest, .client),
        ("invalid_redirect_uri", .badRequest, .redirect), ("invalid_request_uri", .badRequest, .requestOver),
        ("interaction_over", .badRequest, .interactionOver), ("access_denied", .forbidden, .denied),
        ("something_new", .badRequest, .request), ("something_new", .internalServerError, .server),
    ])
    func `a problem is told by its code`(
        code: String, status: HTTPResponse.Status, explanation: ProblemNotice.Explanation
    ) {
        let visit = Samples.visit(pages)
        let notice = ProblemNotice(code: code, status: status, detail: "redirect_uri is missing", reference: "AaH9")
        let response = pages.problems.response(for: notice, visit: visit)
        #expect(response.status == status)
        #expect(response.text.contains("id=\"problem-page\" data-test=\"problem-page\" data-code=\"\(code)\""))
        let title = ("\(visit.texts[explanation.key])" as HTML).bytes
        #expect(response.text.contains("<h1>" + String(decoding: title, as: UTF8.self) + "</h1>"))
        #expect(response.text.contains("redirect_uri is missing") && response.text.contains("AaH9"))
        #expect(response.headers[.contentSecurityPolicy]?.hasSuffix("form-action 'self'") == true)
    }

    @Test
    func `every explanation has its texts in every language`() {
        for texts in pages.frames.languages.all {
            for explanation in ProblemNotice.Explanation.allCases {
                #expect(texts.keys.isSuperset(of: [explanation.key, explanation.key + "_text"]))
            }
        }
    }

    @Test
    func `logout is asked about, with what came with the request`() {
        let page = LogoutPage(
            csrf: "csrf-value", party: samples.party(), parameters: [HiddenField("state", "a&b")])
        let response = pages.logout.response(for: page, visit: Samples.visit(pages), redirectScheme: "com.example")
        #expect(response.text.contains("data-test=\"logout-form\"") && response.text.contains("logout-confirm"))
        #expect(response.text.contains(#"<input type="hidden" name="state" value="a&amp;b">"#))
        #expect(response.text.contains("\u{2068}Harbour Library\u{2069} would like you to be signed out"))
        #expect(response.headers[.contentSecurityPolicy]?.hasSuffix(" com.example:") == true)
        let own = pages.logout.response(for: LogoutPage(csrf: "csrf-value"), visit: Samples.visit(pages))
        #expect(own.headers[.contentSecurityPolicy]?.hasSuffix("form-action 'self'") == true)
        #expect(pages.logout.done(visit: Samples.visit(pages)).text.contains("data-test=\"logged-out\""))
    }

    @Test
    func `a response is posted to the client by a script, and by a button without one`() {
        let answer = FormPostAnswer(
            address: "https://library.example/cb?a=1&b=2",
            parameters: [HiddenField("code", "c-1"), HiddenField("iss", "https://northmere.example")])
        let response = pages.formPost.response(for: answer, visit: Samples.visit(pages))
        #expect(response.text.contains(#"<form method="post" action="https://library.example/cb?a=1&amp;b=2""#))
        #expect(response.text.contains(#"<input type="hidden" name="code" value="c-1">"#))
        #expect(response.text.contains("data-test=\"form-post\"") && response.text.contains("<button class=\"button\""))
        #expect(response.text.contains("/assets/form-post.js?v="))
        #expect(!response.text.contains("csrf"))
        #expect(response.headers[.contentSecurityPolicy]?.contains("form-action 'self' https:") == true)
    }
}
