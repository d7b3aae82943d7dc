import CredentialIssuer
import HTTPTypes
import Mustache
import OAuth

/// Makes whole pages: what all of them have around their content, and the headers they are sent with.
struct PageFrames: Sendable {
    let templates: MustacheLibrary
    let languages: PageLanguages
    let assets: LandingAssets
    let address: PublicAddress
    let display: [CredentialDisplay]

    /// What the template of every page sees.
    private struct Page<Content: Sendable> {
        /// Texts by key.
        let t: [String: String]
        let frame: Frame
        let content: Content
    }

    private struct Frame {
        let title: String
        let language: String
        let direction: String
        let base: String
        let query: String
        let issuer: Issuer
        let style: String
        let cardStyle: String
        let script: String
        let icon: String
        let languages: [LanguageLink]
        let identifier: String
        let metadata: String
    }

    private struct Issuer {
        let name: String
        let language: String?
        let logo: String?
    }

    private struct LanguageLink {
        let tag: String
        let name: String
        let address: String
        let isCurrent: Bool
    }

    /// Which page it is, beside its content.
    struct Heading {
        let template: String
        let title: String
        /// Below the issuer's path; where the page is found in another language, nil if it cannot be asked for again.
        let path: String?
    }

    func response(
        _ heading: Heading, for visit: Visit, status: HTTPResponse.Status = .ok, content: some Sendable
    ) -> EndpointResponse {
        let page = Page(t: visit.texts.texts, frame: frame(heading, for: visit), content: content)
        // A missing template is a fault in the resources; the tests render each of them.
        let html = templates.render(page, withTemplate: heading.template) ?? ""
        var headers = Self.headers
        headers[.contentLanguage] = visit.language
        return EndpointResponse(status: status, headers: headers, body: Array(html.utf8))
    }

    /// The issuer's entry in the visitor's language.
    func issuerDisplay(for visit: Visit) -> CredentialDisplay? { visit.best(of: display, locale: \.locale) }

    func issuerName(for visit: Visit) -> String { issuerDisplay(for: visit)?.name ?? address.identifier }

    private func frame(_ heading: Heading, for visit: Visit) -> Frame {
        let issuer = issuerDisplay(for: visit)
        return Frame(
            title: heading.title, language: visit.language, direction: visit.texts.direction, base: address.path,
            query: visit.query,
            issuer: Issuer(
                name: issuerName(for: visit), language: issuer?.locale,
                logo: issuer?.logoURI.flatMap { $0.hasPrefix("data:image/") ? $0 : nil }),
            style: address.path + assets.path(of: LandingAssets.style),
            cardStyle: address.path + assets.path(of: LandingAssets.cardStyle),
            script: address.path + assets.path(of: LandingAssets.script),
            icon: address.path + assets.path(of: LandingAssets.icon),
            languages: languages.all.map { texts in
                LanguageLink(
                    tag: texts.language, name: texts["language_name"],
                    address: address.path + (heading.path ?? "/") + "?lang=" + texts.language,
                    isCurrent: texts.language == visit.language)
            },
            identifier: address.identifier, metadata: address.metadata)
    }

    private static let headers: HTTPFields = [
        .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .vary: "Accept-Language",
        .xContentTypeOptions: "nosniff",
        // Not `no-referrer`: browsers would then send `Origin: null` with our own form (Fetch, "append a request
        // `Origin` header"), and it could not be told from a form on another site.
        .referrerPolicy: "same-origin",
        .contentSecurityPolicy: [
            "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:",
            "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; "),
    ]
}

extension HTTPField.Name {
    // Valid field names, so there is a value.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
