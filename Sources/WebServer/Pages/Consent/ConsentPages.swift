import AuthorizationServer
import OAuth

/// The consent page: who asks for what, for how long, and the two answers.
struct ConsentPages: Sendable {
    let shells: PageShells

    /// - Parameter redirectScheme: the scheme of the client's redirection address, which the form leads to.
    func response(for page: ConsentPage, visit: Visit, redirectScheme: String? = nil) -> EndpointResponse {
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
