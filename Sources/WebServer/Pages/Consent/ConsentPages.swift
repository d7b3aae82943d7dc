import AuthorizationServer
import OAuth

/// The consent page: who asks for what, for how long, and the two answers.
struct ConsentPages: Sendable {
    let shells: PageShells
    let cache: FormPageCache<ConsentPage>

    /// - Parameter redirectScheme: the scheme of the client's redirection address, which the form leads to.
    func response(for page: ConsentPage, visit: Visit, redirectScheme: String? = nil) -> EndpointResponse {
        // What a client says of its purpose may be said once only, and what was ticked is this person's.
        guard page.purpose == nil, page.claims.allSatisfy({ $0.purpose == nil }), page.ticked.isEmpty,
            page.duration == nil
        else {
            return rendered(page, visit, redirectScheme)
        }
        return cache.response(for: page, visit: visit, redirectScheme: redirectScheme) {
            rendered($0, visit, redirectScheme)
        }
    }

    private func rendered(_ page: ConsentPage, _ visit: Visit, _ redirectScheme: String?) -> EndpointResponse {
        let path = "/auth/interaction/" + page.form.ticket
        let title = visit.texts.text("consent_title", ["party": visit.plain(page.party.name)])
        let markup = ConsentMarkup(
            page: page, visit: visit, title: title,
            form: FormMarkup(action: shells.address(of: path, for: visit), csrf: page.form.csrf))
        return shells.response(
            with: PageDocument(
                title: title, header: .step, path: path,
                policy: PagePolicy(formTargets: .client(scheme: redirectScheme)), content: markup.markup),
            for: visit)
    }
}
