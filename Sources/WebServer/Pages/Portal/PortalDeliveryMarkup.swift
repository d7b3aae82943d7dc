/// The page of a credential that was received, in one language.
struct PortalDeliveryMarkup: Sendable {
    let page: PortalDeliveryPage
    let visit: Visit
    let shells: PageShells

    var markup: HTML {
        """
        <div class="wrap portal" data-test="portal-received">
        <div class="portal-head">
        <h1>\(visit.markup("portal_ready_title"))</h1>
        <p class="lead">\(visit.markup("portal_ready_lead"))</p>
        </div>
        \(problem)<div class="received">
        <section class="panel" aria-labelledby="claims-title">
        \(PortalCardMarkup(credential: page.credential, visit: visit).markup)\
        <h2 id="claims-title">\(visit.markup("portal_claims"))</h2>
        \(PortalClaimsMarkup(claims: page.claims, visit: visit).markup)</section>
        <section class="panel" aria-labelledby="ways-title">
        <h2 id="ways-title">\(visit.markup("portal_ways"))</h2>
        <ul class="way-list">
        \(page.ways.map(way))</ul>
        <p class="hint">\(visit.markup("portal_kept_until")) \
        \(visit.markup(PageDate(page.keptUntil, in: visit.texts)))</p>
        \(PortalFinishMarkup(csrf: page.csrf, visit: visit, shells: shells).markup)</section>
        </div>
        </div>

        """
    }

    private var problem: HTML {
        guard let problem = page.problem else { return "" }
        return AlertMarkup.problem(visit.texts["portal_problem_" + problem.rawValue])
    }

    private func way(_ way: PortalWay) -> HTML {
        let form = FormMarkup(action: shells.address(of: "/portal/deliver", for: visit), csrf: page.csrf)
        return """
            <li class="way">
            <h3>\(visit.markup("way_" + way.name))</h3>
            <p class="hint">\(hint(for: way))</p>
            \(form.markup(
                "",
                """
                \(FormMarkup.hidden("way", way.name))
                \(addressField(for: way))<button class="button quiet" type="submit" \
                data-test="portal-deliver-\(way.name)">\(visit.markup("way_" + way.name + "_submit"))</button>
                """))</li>

            """
    }

    private func hint(for way: PortalWay) -> HTML {
        guard case .email(let recipient?) = way else { return visit.markup("way_" + way.name + "_text") }
        return visit.markup("way_email_to", ["address": recipient])
    }

    private func addressField(for way: PortalWay) -> HTML {
        guard case .email(nil) = way else { return "" }
        let isWrong = page.problem == .addressMalformed
        let state: HTML = isWrong ? " aria-invalid=\"true\" aria-describedby=\"\(AlertMarkup.id)\"" : ""
        return """
            <div class="field">
            <label for="email">\(visit.markup("way_email_field"))</label>
            <input id="email" type="email" name="email" autocomplete="email" dir="ltr" data-test="email"\(state) required>
            </div>

            """
    }
}
