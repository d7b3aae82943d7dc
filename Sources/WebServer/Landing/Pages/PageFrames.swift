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
    var links = HeaderLinks()

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
        let styles: [String]
        let script: String?
        let icon: String
        let languages: Languages?
        let links: [Link]
        let home: Home?
        let identifier: String
        let metadata: String
    }

    private struct Languages {
        let current: String
        let others: [LanguageLink]
    }

    private struct Link {
        let address: String
        let text: String
    }

    /// Where the operator's name leads, and that there is a footer; nil where nothing may lead away.
    private struct Home {
        let address: String
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
        var styles = [LandingAssets.style, LandingAssets.cardStyle]
    }

    func response(
        _ heading: Heading, for visit: Visit, status: HTTPResponse.Status = .ok, content: some Sendable
    ) -> EndpointResponse {
        let html = render(heading, .site, for: visit, content: content)
        return EndpointResponse(
            status: status, headers: PagePolicy().headers(language: visit.language), body: Array(html.utf8))
    }

    /// A page with marks where its title, path and content belong.
    func shell(_ header: PageHeader, for visit: Visit) -> String {
        let heading = Heading(
            template: "shell", title: PageShell.Hole.title.mark, path: PageShell.Hole.path.mark,
            styles: [LandingAssets.style, LandingAssets.pageStyle])
        return render(heading, header, for: visit, content: PageShell.Hole.content.mark)
    }

    private func render(
        _ heading: Heading, _ header: PageHeader, for visit: Visit, content: some Sendable
    ) -> String {
        let page = Page(t: visit.texts.texts, frame: frame(heading, header, for: visit), content: content)
        // A missing template is a fault in the resources; the tests render each of them.
        return templates.render(page, withTemplate: heading.template) ?? ""
    }

    /// The issuer's entry in the visitor's language.
    func issuerDisplay(for visit: Visit) -> CredentialDisplay? { visit.best(of: display, locale: \.locale) }

    func issuerName(for visit: Visit) -> String { issuerDisplay(for: visit)?.name ?? address.identifier }

    private func frame(_ heading: Heading, _ header: PageHeader, for visit: Visit) -> Frame {
        let issuer = issuerDisplay(for: visit)
        let isStep = header == .step || header == .fixedStep
        return Frame(
            title: heading.title, language: visit.language, direction: visit.texts.direction, base: address.path,
            query: visit.query,
            issuer: Issuer(
                name: issuerName(for: visit), language: issuer?.locale,
                logo: issuer?.logoURI.flatMap { $0.hasPrefix("data:image/") ? $0 : nil }),
            styles: heading.styles.map { address.path + assets.path(of: $0) },
            script: isStep ? nil : address.path + assets.path(of: LandingAssets.script),
            icon: address.path + assets.path(of: LandingAssets.icon),
            languages: header == .fixedStep ? nil : languages(heading, for: visit),
            links: isStep ? [] : links(header, for: visit),
            home: isStep ? nil : Home(address: address.path + "/" + visit.query),
            identifier: address.identifier, metadata: address.metadata)
    }

    private func languages(_ heading: Heading, for visit: Visit) -> Languages {
        Languages(
            current: visit.texts["language_name"],
            others: languages.all.map { texts in
                LanguageLink(
                    tag: texts.language, name: texts["language_name"],
                    address: address.path + (heading.path ?? "/") + "?lang=" + texts.language,
                    isCurrent: texts.language == visit.language)
            })
    }

    private func links(_ header: PageHeader, for visit: Visit) -> [Link] {
        let portal = Link(address: address.path + "/portal" + visit.query, text: visit.texts["nav_portal"])
        let account = Link(
            address: address.path + "/account" + visit.query,
            text: visit.texts[header == .account ? "nav_account" : "nav_sign_in"])
        return (links.portal ? [portal] : []) + (links.account ? [account] : [])
    }
}
