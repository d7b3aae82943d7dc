import AuthorizationServer
import HTTPTypes
import OAuth
import PersonAuthentication
import Testing

@testable import WebServer

@Suite("Every page")
struct EveryPageTests {
    private static let languages = ["ar", "en", "fr", "uk"]

    @Test(arguments: languages)
    func `says everything in the reader's language`(language: String) throws {
        let pages = try Samples.pages()
        let visit = Samples.visit(pages, language)
        for (name, response) in Samples().responses(pages, visit) {
            let html = response.text
            let direction = language == "ar" ? "rtl" : "ltr"
            #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(language)\" dir=\"\(direction)\">"), "\(name)")
            #expect(html.hasSuffix("</html>\n"), "\(name)")
            #expect(html.contains("<h1"), "\(name)")
            #expect(response.headers[.contentLanguage] == language)
            // A text that is missing shows as its key.
            let shown = html.split(separator: "<").compactMap { $0.split(separator: ">").last }
            for text in shown where visit.texts.keys.contains(String(text)) { Issue.record("\(name): \(text)") }
        }
    }

    /// In a language whose texts are marked, whatever is not marked is missing from the locales.
    @Test
    func `asks for no text that the locales lack`() throws {
        let english = try #require(try LandingResources.load().languages.all.first { $0.language == "en" })
        let file = english.texts.keys.map { "\"\($0)\":\"«\($0)»\"" }.joined(separator: ",")
        let marked = try PageTexts(language: "en", file: Array("{\(file)}".utf8))
        let pages = try Samples.pages()
        let visit = Visit(texts: marked, isChosen: false)
        let keys = /(?:>|aria-label="|data-(?:unsupported|cancelled|failed)=")([a-z]+_[a-z_0-9]+)[<"]/
        for (name, response) in Samples().responses(pages, visit) {
            #expect(response.text.contains("«"), "\(name)")
            for match in response.text.matches(of: keys) where !Self.codes.contains(match.output.1) {
                Issue.record("\(name): \(match.output.1)")
            }
        }
    }

    /// Shown as they are, for those who can help.
    private static let codes: Set<Substring> = [
        "invalid_request", "invalid_client", "invalid_redirect_uri", "invalid_request_uri", "interaction_over",
        "other_browser", "cross_site", "access_denied", "login_required", "not_found", "temporarily_unavailable",
        "server_error",
    ]

    @Test
    func `is kept by nobody, framed by nobody, and runs nothing inline`() throws {
        let pages = try Samples.pages()
        for (name, response) in Samples().responses(pages, Samples.visit(pages)) {
            let headers = response.headers
            let policy = try #require(headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none'; style-src 'self'; script-src 'self';"), "\(name)")
            #expect(policy.contains("base-uri 'none'; frame-ancestors 'none'; form-action 'self'"), "\(name)")
            #expect(!policy.contains("unsafe"), "\(name)")
            #expect(headers[.contentType] == "text/html; charset=utf-8")
            #expect(headers[.cacheControl] == "no-store")
            #expect(headers[.xContentTypeOptions] == "nosniff")
            #expect(headers[.referrerPolicy] == "same-origin")
            #expect(headers[.frameOptions] == "DENY")
            let html = response.text
            #expect(!html.contains("<style") && !html.contains(" style=") && !html.contains("<script>"), "\(name)")
            #expect(!html.contains("src=\"http") && !html.contains("javascript:"), "\(name)")
            #expect(html.firstMatch(of: /\son[a-z]+=/) == nil, "\(name)")
        }
    }

    @Test
    func `carries the token in each form that comes back here`() throws {
        let pages = try Samples.pages()
        for (name, response) in Samples().responses(pages, Samples.visit(pages)) {
            for form in response.text.split(separator: "<form ").dropFirst() {
                let markup = form.firstRange(of: "</form>").map { form[..<$0.lowerBound] } ?? form
                // One goes to the client, the other is sent by the script with the token in a header.
                if markup.contains("data-test=\"form-post\"") || markup.contains("data-csrf=\"csrf-value\"") {
                    continue
                }
                #expect(markup.hasPrefix("method=\"post\" action=\"/"), "\(name)")
                #expect(markup.contains(#"<input type="hidden" name="csrf" value="csrf-value">"#), "\(name)")
            }
        }
    }

    @Test(arguments: [#"<script>alert(1)</script>"'&"#, "\"\u{301} onfocus=x <\u{301}b", "'\u{200D}><img src=x>"])
    func `shows names that look like markup as they are`(hostile: String) throws {
        let pages = try Samples.pages(issuer: hostile)
        for (name, response) in Samples(name: hostile).responses(pages, Samples.visit(pages)) {
            let html = response.text.unicodeScalars
            #expect(!response.text.contains("<script>") && !response.text.contains("<img src=x"), "\(name)")
            // Neither ends an attribute or begins an element: both characters were there in the name alone.
            for (before, after) in zip(html, html.dropFirst()) where after == "\u{301}" || after == "\u{200D}" {
                #expect(before == ";", "\(name)")
            }
        }
    }

    @Test
    func `has each identifier once and a label for each field`() throws {
        let pages = try Samples.pages()
        for (name, response) in Samples().responses(pages, Samples.visit(pages)) {
            let ids = response.text.matches(of: /\sid="([^"]+)"/).map(\.output.1)
            #expect(Set(ids).count == ids.count, "\(name)")
            for match in response.text.matches(of: /\s(?:for|aria-labelledby|aria-describedby)="([^"]+)"/) {
                #expect(ids.contains(match.output.1), "\(name): \(match.output.1)")
            }
            for input in response.text.matches(of: /<input id="([^"]+)"/) {
                #expect(response.text.contains("<label for=\"\(input.output.1)\">"), "\(name)")
            }
        }
    }

    @Test
    func `keeps a language that was chosen, in forms and links`() throws {
        let pages = try Samples.pages()
        for (name, response) in Samples().responses(pages, Samples.visit(pages, "fr", isChosen: true)) {
            for match in response.text.matches(of: /<form method="post" action="(\/[^"]*)"/) {
                #expect(match.output.1.hasSuffix("?lang=fr"), "\(name)")
            }
        }
        let login = pages.login.response(for: Samples().logins[0].page, visit: Samples.visit(pages))
        #expect(login.text.contains(#"href="/auth/interaction/AaH9rjp6E296SV_qEk9qtwJx?lang=uk""#))
    }

    @Test
    func `has addresses below the server's path`() throws {
        let pages = try Samples.pages("https://northmere.example/op")
        for (name, response) in Samples().responses(pages, Samples.visit(pages)) {
            for match in response.text.matches(of: /(?:action|href|src|data-options|data-address)="(\/[^"]*)"/) {
                #expect(match.output.1.hasPrefix("/op/"), "\(name): \(match.output.1)")
            }
        }
    }

    @Test
    func `has all its assets`() async throws {
        let pages = try Samples.pages()
        let table = RouteTable(pages.assetRoutes)
        for (name, response) in Samples().responses(pages, Samples.visit(pages)) {
            for match in response.text.matches(of: /(?:src|href)="([^"?]+)\?v=([^"]*)"/) {
                guard case .route(let route, let parameter) = table.match(.get, String(match.output.1)) else {
                    Issue.record("\(name): \(match.output.1)")
                    continue
                }
                let request = EndpointRequest(method: .get, query: "v=" + match.output.2)
                let asset = try await route.handler(request, parameter)
                #expect(asset.headers[.cacheControl] == "public, max-age=31536000, immutable", "\(name)")
            }
        }
    }
}
