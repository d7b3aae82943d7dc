/// The choice of credentials in one language.
struct PortalChoiceMarkup: Sendable {
    let page: PortalChoicePage
    let visit: Visit
    let shells: PageShells

    var markup: HTML {
        """
        <div class="wrap portal">
        <div class="portal-head">
        <h1>\(visit.markup("portal_title"))</h1>
        <p class="lead">\(visit.markup(page.credentials.isEmpty ? "portal_none" : "portal_lead"))</p>
        </div>
        \(page.credentials.isEmpty ? nil : cards)</div>

        """
    }

    private var cards: HTML { "<ul class=\"cards\">\n\(page.credentials.map(card))</ul>\n" }

    private func card(_ credential: PortalCredential) -> HTML {
        let description = credential.description.map { text -> HTML in "<p>\(visit.markup(text))</p>\n" }
        return """
            <li class="card">
            \(PortalCardMarkup(credential: credential, visit: visit).markup)<div class="card-text">
            \(description)\(claims(of: credential))\(start(credential))</div>
            </li>

            """
    }

    private func claims(of credential: PortalCredential) -> HTML {
        guard !credential.claims.isEmpty else { return "" }
        let items = credential.claims.map { claim -> HTML in "<li>\(visit.markup(claim))</li>\n" }
        return """
            <h2 class="minor">\(visit.markup("card_claims"))</h2>
            <ul class="claims">
            \(items)</ul>

            """
    }

    private func start(_ credential: PortalCredential) -> HTML {
        FormMarkup(action: shells.address(of: "/portal/start", for: visit), csrf: page.csrf).markup(
            " class=\"card-action\"",
            """
            \(FormMarkup.hidden("credential", credential.id))
            <button class="button" type="submit" data-test="portal-credential-\(credential.id)">\
            \(visit.markup("portal_choose"))<span class="unseen">: \(visit.markup(credential.name))</span></button>
            """)
    }
}
