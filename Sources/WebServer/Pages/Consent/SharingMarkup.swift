import AuthorizationServer
import OAuth

/// The part of a consent page about data that markets know or the person keeps: who would get what, from whom, and what
/// for, before any button. Choosing and signing is the script's; without it the page can be read, and denied.
struct SharingMarkup: Sendable {
    let view: SharingConsentView
    let party: RequestingParty
    let gate: VaultGate
    let visit: Visit
    let shells: PageShells

    var markup: HTML {
        """
        <section class="sharing" aria-labelledby="sharing-title" data-sharing data-test="sharing">
        <h2 id="sharing-title">\(visit.markup("sharing_title", ["party": visit.plain(party.name)]))</h2>
        \(problem)\(view.scopes.map(scope))</section>
        <section class="sharing-vault" aria-labelledby="sharing-vault-title" data-test="sharing-vault">
        <h2 id="sharing-vault-title">\(visit.markup("sharing_vault"))</h2>
        <p class="hint">\(visit.markup("sharing_vault_text"))</p>
        \(VaultGateMarkup(gate: gate, visit: visit, shells: shells).markup)\
        <p class="alert" role="alert" tabindex="-1" data-sharing-message data-test="sharing-message" hidden></p>
        </section>
        <script type="application/json" id="sharing-request">\(HTML(scriptData: view.requestJSON))</script>
        <script type="module" src="\(shells.asset(LandingAssets.sharingScript))"></script>

        """
    }

    private var problem: HTML? {
        switch view.problem {
        case nil: nil
        case .changed: AlertMarkup.problem(visit.texts["sharing_changed"])
        case .refused: AlertMarkup.problem(visit.texts["sharing_refused"])
        }
    }

    private func scope(_ scope: SharingConsentView.Scope) -> HTML {
        let values = ["party": visit.plain(party.name), "market": visit.plain(scope.market)]
        let from = scope.heldBy == .market ? "sharing_from_market" : "sharing_from_person"
        let description: HTML? = scope.description.map { "<p class=\"hint\">\(visit.markup($0))</p>\n" }
        let purpose: HTML? = scope.purpose.map { text in
            """
            <div class="purpose"><h4>\(visit.markup("sharing_purpose", values))</h4>
            <blockquote dir="auto" data-test="sharing-purpose">\(text)</blockquote></div>

            """
        }
        return """
            <div class="asked-scope" data-scope="\(scope.scope)" data-held-by="\(scope.heldBy.rawValue)" \
            data-test="scope-\(scope.scope)">
            <h3>\(visit.markup(scope.name))</h3>
            \(description)<p>\(visit.markup(from, values))</p>
            \(purpose)<p class="notice" data-scope-note hidden></p>
            <ul class="asked">
            \(scope.claims.map { claim($0, of: scope) })</ul>
            \(scope.lacksEssential ? lacking(values) : nil)</div>

            """
    }

    private func lacking(_ values: [String: String]) -> HTML {
        "<p class=\"alert\" data-lacking data-test=\"sharing-lacking\">\(visit.markup("sharing_lacking", values))</p>\n"
    }

    /// Nothing is ticked in advance; what the provider cannot do without has no box.
    private func claim(_ claim: SharingConsentView.Claim, of scope: SharingConsentView.Scope) -> HTML {
        let label: HTML = """
            <span>\(visit.markup(claim.label)) \(claim.description.map { "<small>\(visit.markup($0))</small>" as HTML })\
            <small class="there" data-there>\(visit.markup(standing(claim, scope)))</small>\
            <span class="value" data-value data-test="value-\(claim.name)"></span></span>
            """
        let needed: HTML = "<span class=\"needed\">\(visit.markup("consent_needed"))</span>"
        let attributes: HTML = """
            data-claim="\(claim.name)" data-test="shared-\(claim.name)"\(claim.isEssential ? " data-essential" : nil)\
            \(claim.isThere ? " data-have" : nil)
            """
        if claim.isEssential || !claim.isThere && scope.heldBy == .market {
            return """
                <li class="asked-claim" \(attributes)>\(label)\(claim.isEssential ? needed : nil)\
                <div class="typed" data-typed hidden></div></li>

                """
        }
        return """
            <li \(attributes)><label class="choice-box"><input type="checkbox" data-choose \
            data-test="choose-\(claim.name)">\(label)</label><div class="typed" data-typed hidden></div></li>

            """
    }

    private func standing(_ claim: SharingConsentView.Claim, _ scope: SharingConsentView.Scope) -> String {
        if claim.isThere { return scope.heldBy == .market ? "sharing_there_market" : "sharing_there_person" }
        // What a market has put there is passed on as its word or not at all; typed is what it left open, if that is needed.
        let isKept =
            scope.claims.contains(where: \.isThere) && !scope.claims.contains { $0.isEssential && !$0.isThere }
        return scope.heldBy == .market || isKept ? "sharing_missing_market" : "sharing_missing_person"
    }
}
