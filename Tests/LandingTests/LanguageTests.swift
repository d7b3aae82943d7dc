import CredentialIssuer
import Foundation
import HTTPTypes
import OAuth
import Testing

@testable import WebServer

@Suite("Languages")
struct LanguageTests {
    @Test(
        "The address decides, then the browser, then English",
        arguments: [
            ("/", "", "en"), ("/", "ar", "ar"), ("/", "ar-EG,en;q=0.8", "ar"), ("/", "en,ar;q=0.9", "en"),
            ("/", "de", "en"), ("/", "de,ar;q=0.5", "ar"), ("/", "fr-CA", "fr"), ("/", "uk", "uk"),
            ("/?lang=ar", "en", "ar"), ("/?lang=en", "ar", "en"),
            ("/?lang=xx", "ar", "ar"), ("/?lang=en&lang=ar", "ar", "ar"), ("/?lang=%ff", "ar", "ar"),
        ])
    func choice(target: String, accepted: String, expected: String) async throws {
        let page = try await Landing().get(target, accepted.isEmpty ? [:] : [.acceptLanguage: accepted])
        let direction = expected == "ar" ? "rtl" : "ltr"
        #expect(page.text.contains("<html lang=\"\(expected)\" dir=\"\(direction)\">"))
        #expect(page.headers[.contentLanguage] == expected)
        #expect(page.headers[.vary] == "Accept-Language")
        #expect(page.text.contains(expected == "ar" ? "بطاقة الطالب" : "Student ID"))
    }

    @Test("A chosen language is kept by the form, its page, its links and its status")
    func isKept() async throws {
        let landing = try Landing()
        #expect(try await landing.get("/?lang=ar").text.contains(#"action="/try?lang=ar""#))
        let path = try #require(try await landing.post(to: "/try?lang=ar").headers[.location])
        #expect(path.hasSuffix("?lang=ar"))
        let page = try await landing.get(path)
        #expect(page.text.contains(#"<html lang="ar" dir="rtl">"#))
        #expect(page.text.contains(#"href="/?lang=ar#try""#))
        let id = try #require(landing.store.offers.first).id.text
        #expect(page.text.contains("data-status-address=\"/try-status/\(id)?lang=ar\""))
        #expect(try await landing.get("/try-status/\(id)?lang=ar").text.contains("في انتظار محفظة."))
    }

    @Test("A language that was not chosen stays out of the addresses")
    func isNotKept() async throws {
        let landing = try Landing()
        let page = try await landing.get("/", [.acceptLanguage: "ar"])
        #expect(page.text.contains(#"action="/try""#))
        #expect(try await landing.makeOffer().contains("?") == false)
    }

    @Test("Errors are told in the visitor's language")
    func problems() async throws {
        let page = try await Landing().get("/try/nonsense", [.acceptLanguage: "ar"])
        #expect(page.status == .notFound)
        #expect(page.text.contains("لا يوجد عرض بهذا العنوان"))
    }

    @Test(
        "Times are in the visitor's language",
        arguments: [
            ("ar", "15 يونيو 2025، الساعة 15:06 بالتوقيت العالمي"), ("en", "15 June 2025, 15:06 UTC"),
            ("fr", "15 juin 2025 à 15:06 UTC"), ("uk", "15 червня 2025 р., 15:06 UTC"),
        ])
    func dates(language: String, expected: String) throws {
        let texts = try #require(try LandingResources.load().languages.all.first { $0.language == language })
        let date = PageDate(Date(timeIntervalSince1970: 1_750_000_000), in: texts)
        #expect(date.text.filter { !"\u{2068}\u{2069}".contains($0) } == expected)
        #expect(date.machine == "2025-06-15T15:06Z")
    }

    @Test("What the client asks for comes before what the browser prefers, and after the person's own choice")
    func uiLocales() throws {
        let languages = try LandingResources.load().languages
        func language(_ query: Substring, _ uiLocales: [String], _ accepted: String) -> String {
            let request = EndpointRequest(method: .get, query: query, headers: [.acceptLanguage: accepted])
            return languages.visit(request, uiLocales: uiLocales).language
        }
        #expect(language("", ["fr-CA", "en"], "ar") == "fr")
        #expect(language("", ["de", "UK"], "ar") == "uk")
        #expect(language("", ["de"], "ar") == "ar")
        #expect(language("", [], "") == "en")
        #expect(language("lang=en", ["fr"], "ar") == "en")
    }
}
