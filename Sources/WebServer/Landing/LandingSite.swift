package import CredentialIssuer
package import Foundation
import HTTPTypes
import OAuth
package import OpenID4VCI

/// The pages for people: who issues here, what can be had, and trying it with a sample person.
package struct LandingSite: Sendable {
    let home: HomePage
    let tryOut: TryOut
    let problems: ProblemPage
    let assets: LandingAssets
    let languages: PageLanguages
    /// The path of the issuer's address: empty, or beginning with a slash.
    let base: String

    /// - Parameters:
    ///   - publicURL: the address that browsers use, which is the issuer identifier.
    ///   - display: the issuer's name by language, the default one first.
    ///   - offerByValue: the offer that a wallet would fetch, without the fetch being noted.
    ///   - tryOut: people of the registry in whose name anybody may take a credential; empty where records are real.
    /// - Throws: what is wrong with the resource files.
    package init(
        publicURL: String, display: [CredentialDisplay], configurations: [CredentialConfiguration], offers: Offers,
        offerByValue: @escaping @Sendable (StoredOffer) -> CredentialOffer, tryOut people: [TryOutPerson],
        now: @escaping @Sendable () -> Date
    ) throws {
        self.init(
            pages: try SitePages(publicURL: publicURL, display: display, configurations: configurations),
            offers: offers, offerByValue: offerByValue, tryOut: people, now: now)
    }

    /// - Parameter pages: what the pages of this server are made of.
    package init(
        pages: SitePages, offers: Offers, offerByValue: @escaping @Sendable (StoredOffer) -> CredentialOffer,
        tryOut people: [TryOutPerson], now: @escaping @Sendable () -> Date
    ) {
        let (frames, cards) = (pages.frames, pages.cards)
        let address = frames.address
        languages = frames.languages
        base = address.path
        assets = frames.assets
        problems = ProblemPage(frames: frames)
        home = HomePage(frames: frames, cards: cards, people: people)
        tryOut = TryOut(
            offers: offers, offerByValue: offerByValue, people: people, cards: cards, address: address,
            page: OfferPage(frames: frames), now: now)
    }

    package var routes: [Route] {
        let home = page { visit, request, _ in self.home.response(for: visit, query: request.query) }
        return [
            Route(.get, .exact(base + "/"), name: "landing", handler: home),
            Route(
                .post, .exact(base + "/try"), name: "try_out", bodyLimit: 4 << 10,
                handler: page { visit, request, _ in try await tryOut.create(from: request, for: visit) }),
            Route(
                .get, .withParameter(prefix: base + "/try/"), name: "try_out_offer",
                handler: page { visit, request, id in try await tryOut.show(id, to: visit, asking: request) }),
            Route(.get, .withParameter(prefix: base + "/try-status/"), name: "try_out_status") { request, id in
                try await tryOut.status(of: id, for: languages.visit(request))
            },
            Route(.get, .withParameter(prefix: base + "/assets/"), name: "asset") { request, name in
                try assets.respond(toRequestFor: name, request)
            },
            Route(.get, .exact(base + "/favicon.svg"), name: "asset") { request, _ in
                try assets.respond(toRequestFor: LandingAssets.icon, request)
            },
        ] + (base.isEmpty ? [] : [Route(.get, .exact(base), name: "landing", handler: home)])
    }

    /// A handler whose refusals are pages in the visitor's language.
    private func page(
        _ respond: @escaping @Sendable (Visit, EndpointRequest, Substring) async throws -> EndpointResponse
    ) -> Route.Handler {
        { request, parameter in
            let visit = languages.visit(request)
            do {
                return try await respond(visit, request, parameter)
            } catch let problem as PageProblem {
                return problems.response(to: problem, for: visit)
            }
        }
    }
}

/// A person of the registry that visitors may try the issuer with.
package struct TryOutPerson: Sendable, Equatable {
    /// The registry's identifier.
    package let id: String
    package let name: String

    package init(id: String, name: String) {
        (self.id, self.name) = (id, name)
    }
}
