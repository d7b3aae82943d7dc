import AuthorizationServer
import OAuth

/// The consent page: who asks for what, for how long, and the two answers.
struct ConsentPages: Sendable {
    let shells: PageShells
    let cache: FormPageCache<ConsentPage>

    /// - Parameters:
    ///   - redirectScheme: the scheme of the client's redirection address, which the form leads to.
    ///   - gate: opens the person's vault, where data is asked for.
    func response(
        for page: ConsentPage, visit: Visit, redirectScheme: String? = nil, gate: VaultGate? = nil
    ) -> EndpointResponse {
        // What a client says of its purpose may be said once only, and what was ticked is this person's.
        guard page.purpose == nil, page.claims.allSatisfy({ $0.purpose == nil }), page.ticked.isEmpty,
            page.duration == nil, page.sharing == nil
        else {
            return rendered(page, visit, redirectScheme, gate)
        }
        return cache.response(for: page, visit: visit, redirectScheme: redirectScheme) {
            rendered($0, visit, redirectScheme, nil)
        }
    }

    private func rendered(
        _ page: ConsentPage, _ visit: Visit, _ redirectScheme: String?, _ gate: VaultGate?
    ) -> EndpointResponse {
        let path = "/auth/interaction/" + page.form.ticket
        let title = visit.texts.text("consent_title", ["party": visit.plain(page.party.name)])
        let sharing = page.sharing.flatMap { view in
            gate.map { SharingMarkup(view: view, party: page.party, gate: $0, visit: visit, shells: shells) }
        }
        let markup = ConsentMarkup(
            page: page, sharing: sharing, visit: visit, title: title,
            form: FormMarkup(action: shells.address(of: path, for: visit), csrf: page.form.csrf))
        return shells.response(
            with: PageDocument(
                title: title, header: .step, path: path,
                policy: PagePolicy(formTargets: .client(scheme: redirectScheme)), content: markup.markup),
            for: visit)
    }
}
