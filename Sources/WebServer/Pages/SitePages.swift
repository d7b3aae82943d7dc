import AuthorizationServer
package import CredentialIssuer
import HTTPTypes
import OAuth

/// What the pages of one server are made of, read and put together once when it starts.
package struct SitePages: Sendable {
    let frames: PageFrames
    let shells: PageShells
    let cards: [CredentialCard]
    private let loginCache = FormPageCache<LoginPage>()
    private let consentCache = FormPageCache<ConsentPage>()

    /// - Parameters:
    ///   - publicURL: the address that browsers use.
    ///   - display: how the server's operator is called, by language, the default one first.
    ///   - configurations: whose credentials have cards here; empty where none are issued.
    /// - Throws: what is wrong with the resource files.
    package init(
        publicURL: String, display: [CredentialDisplay], configurations: [CredentialConfiguration],
        links: HeaderLinks = HeaderLinks()
    ) throws {
        let resources = try LandingResources.load()
        cards = configurations.enumerated().map { CredentialCard(configuration: $1, position: $0) }
        frames = PageFrames(
            templates: resources.templates, languages: resources.languages,
            assets: LandingAssets(files: resources.assets, cards: cards), address: PublicAddress(publicURL),
            display: display, links: links)
        shells = PageShells(frames: frames)
    }

    /// Tags of the languages that there are.
    package var languages: [String] { frames.languages.all.map(\.language) }

    /// A text of the locale files, in `language` if it is there.
    package func text(_ key: String, language: String?, _ values: [String: String]) -> String {
        let known = frames.languages.all.first { $0.language == language } ?? frames.languages.english
        return known.plain(key, values)
    }

    var login: LoginPages { LoginPages(shells: shells, cache: loginCache) }
    var consent: ConsentPages { ConsentPages(shells: shells, cache: consentCache) }
    var account: AccountPages { AccountPages(shells: shells) }
    var vault: VaultPages { VaultPages(shells: shells) }
    var problems: ProblemPages { ProblemPages(shells: shells) }
    var logout: LogoutPages { LogoutPages(shells: shells) }
    var formPost: FormPostPage { FormPostPage(shells: shells) }
    var portal: PortalPages { PortalPages(shells: shells) }

    /// The language of `lang` in the address, else the first of `uiLocales` that there is, else the browser's.
    func visit(_ request: EndpointRequest, uiLocales: [String] = []) -> Visit {
        frames.languages.visit(request, uiLocales: uiLocales)
    }

    /// Style sheets, scripts and the icon.
    package var assetRoutes: [Route] {
        let (base, assets) = (frames.address.path, frames.assets)
        return [
            Route(.get, .withParameter(prefix: base + "/assets/"), name: "asset") { request, name in
                try assets.respond(toRequestFor: name, request)
            },
            Route(.get, .exact(base + "/favicon.svg"), name: "asset") { request, _ in
                try assets.respond(toRequestFor: LandingAssets.icon, request)
            },
        ]
    }
}

/// What the header of public pages links to, beside the start.
package struct HeaderLinks: Sendable, Equatable {
    /// `/account`, as "Sign in".
    package let account: Bool
    /// `/portal`.
    package let portal: Bool

    package init(account: Bool = false, portal: Bool = false) {
        (self.account, self.portal) = (account, portal)
    }
}
