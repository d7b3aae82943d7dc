import AuthorizationServer
import OAuth

/// What a person is asked before their session ends (OpenID Connect RP-Initiated Logout 1.0 §2).
struct LogoutPage: Sendable {
    let csrf: String
    /// Who sent the person here; nil if that is not known for sure.
    let party: RequestingParty?
    /// Parameters of the request, to be sent again with the answer.
    let parameters: [HiddenField]

    init(csrf: String, party: RequestingParty? = nil, parameters: [HiddenField] = []) {
        self.csrf = csrf
        self.party = party
        self.parameters = parameters
    }
}

/// The pages of `/auth/logout`.
struct LogoutPages: Sendable {
    let shells: PageShells

    /// Asks. The answer is posted to `/auth/logout` with `action` = `logout` or `stay`.
    ///
    /// - Parameter redirectScheme: the scheme of the client's address that the form may lead to.
    func response(for page: LogoutPage, visit: Visit, redirectScheme: String? = nil) -> EndpointResponse {
        let form = FormMarkup(action: shells.address(of: "/auth/logout", for: visit), csrf: page.csrf)
        let asking = page.party.map { party in
            visit.markup("logout_text_party", ["party": visit.plain(party.name)])
        }
        return shells.response(
            with: PageDocument(
                title: visit.texts["logout_title"], header: .fixedStep,
                policy: PagePolicy(formTargets: page.party == nil ? .own : .client(scheme: redirectScheme)),
                content: """
                    <div class="wrap narrow">
                    <div class="panel">
                    <h1>\(visit.markup("logout_title"))</h1>
                    <p class="lead">\(asking ?? visit.markup("logout_text"))</p>
                    \(form.markup(" class=\"answers\" data-test=\"logout-form\"", answers(page, visit)))</div>
                    </div>

                    """),
            for: visit)
    }

    private func answers(_ page: LogoutPage, _ visit: Visit) -> HTML {
        """
        \(page.parameters.map { FormMarkup.hidden($0.name, $0.value) })
        <button class="button" type="submit" name="action" value="logout" data-test="logout-confirm">\
        \(visit.markup("logout_confirm"))</button>
        <button class="button quiet" type="submit" name="action" value="stay" data-test="logout-stay">\
        \(visit.markup("logout_stay"))</button>
        """
    }

    /// Says that it is done.
    func done(visit: Visit) -> EndpointResponse {
        shells.response(
            with: PageDocument(
                title: visit.texts["logged_out_title"], header: .fixedStep,
                content: """
                    <div class="wrap narrow">
                    <div class="panel" data-test="logged-out">
                    <h1>\(visit.markup("logged_out_title"))</h1>
                    <p class="lead">\(visit.markup("logged_out_text"))</p>
                    <p><a class="button quiet" href="\(shells.address(of: "/", for: visit))">\
                    \(visit.markup("problem_back"))</a></p>
                    </div>
                    </div>

                    """),
            for: visit)
    }
}
