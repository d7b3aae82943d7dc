import CredentialIssuer
import HTTPTypes
import OAuth
import Testing

@testable import WebServer

@Suite("The landing page")
struct HomePageTests {
    @Test("It says who issues what, with the claims, and has a form to try it")
    func content() async throws {
        let page = try await Landing().get("/")
        #expect(page.status == .ok)
        #expect(page.headers[.contentType] == "text/html; charset=utf-8")
        for text in ["Northmere", "Student ID", "Shows that you study.", "Given name", "Library card", "shelf"] {
            #expect(page.text.contains(text))
        }
        #expect(page.text.contains("Address\u{2069}: \u{2068}Street"))
        for hook in ["try-form", "try-submit", "person", "credential", "use-tx-code"] {
            #expect(page.text.contains("data-test=\"\(hook)\""))
        }
        #expect(page.text.contains(#"<form method="post" action="/try""#))
    }

    @Test("Without try-out people there is no form, and no offer to be had by sending it")
    func closed() async throws {
        let landing = try Landing(people: [])
        let page = try await landing.get("/")
        #expect(!page.text.contains("<form"))
        #expect(!page.text.contains("#try\">Try this"))
        #expect(page.part("command") == "vouchsafe offer create --credential student-id --subject ID")
        #expect(try await landing.post().status == .badRequest)
        #expect(landing.store.offers.isEmpty)
    }

    @Test("Nothing may be embedded, loaded from elsewhere, guessed or kept")
    func headers() async throws {
        let landing = try Landing()
        for path in ["/", try await landing.makeOffer(), "/try/nonsense"] {
            let headers = try await landing.get(path).headers
            let policy = try #require(headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none'; ") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(headers[.xContentTypeOptions] == "nosniff")
            #expect(headers[.referrerPolicy] == "same-origin")
            #expect(headers[.cacheControl] == "no-store")
        }
    }

    @Test("No page holds inline scripts, styles or addresses elsewhere")
    func nothingInline() async throws {
        let landing = try Landing()
        for path in ["/", try await landing.makeOffer()] {
            let html = try await landing.get(path).text
            #expect(!html.contains("<style") && !html.contains("style=\"") && !html.contains("onclick"))
            #expect(!html.contains("<script>"))
            #expect(!html.contains("src=\"http"))
        }
    }

    @Test("The credential named in the address is chosen in the form")
    func preselection() async throws {
        let page = try await Landing().get("/?credential=library-card")
        #expect(page.text.contains(#"value="library-card" required data-test="credential" checked"#))
        #expect(!page.text.contains(#"value="student-id" required data-test="credential" checked"#))
    }

    @Test("Below a path, every address of ours begins with it")
    func belowPath() async throws {
        let landing = try Landing(address: "https://northmere.example/issuer")
        for path in ["/issuer", "/issuer/"] {
            let page = try await landing.get(path)
            #expect(page.text.contains(#"action="/issuer/try""#))
            #expect(page.text.contains(#"href="/issuer/assets/landing.css?v="#))
            #expect(page.text.contains("https://northmere.example/.well-known/openid-credential-issuer/issuer"))
        }
        #expect(try await landing.post(to: "/issuer/try").headers[.location]?.hasPrefix("/issuer/try/") == true)
    }
}
