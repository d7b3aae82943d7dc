import OAuth

/// An authorization response that the browser posts to the client (OAuth 2.0 Form Post Response Mode 1.0 §2).
struct FormPostAnswer: Sendable {
    /// The client's redirection address.
    let address: String
    let parameters: [HiddenField]
}

/// The page that carries such a response: a script sends it on, a button does without.
struct FormPostPage: Sendable {
    let shells: PageShells

    func response(for answer: FormPostAnswer, visit: Visit) -> EndpointResponse {
        shells.response(
            with: PageDocument(
                title: visit.texts["form_post_title"], header: .fixedStep,
                policy: PagePolicy(formTargets: .client(scheme: nil)),
                content: """
                    <div class="wrap narrow">
                    <div class="panel">
                    <h1>\(visit.markup("form_post_title"))</h1>
                    <p class="lead">\(visit.markup("form_post_text"))</p>
                    <form method="post" action="\(answer.address)" data-sent-on data-test="form-post">
                    \(answer.parameters.map { FormMarkup.hidden($0.name, $0.value) })
                    <button class="button" type="submit">\(visit.markup("form_post_submit"))</button>
                    </form>
                    <script src="\(shells.asset(LandingAssets.formPostScript))" defer></script>
                    </div>
                    </div>

                    """),
            for: visit)
    }
}
