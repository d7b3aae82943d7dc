import AuthorizationServer
import OAuth

/// One consent page in one language.
struct ConsentMarkup: Sendable {
    let page: ConsentPage
    let sharing: SharingMarkup?
    let visit: Visit
    let title: String
    let form: FormMarkup

    var markup: HTML {
        """
        <div class="wrap narrow wide">
        <div class="panel">
        <h1>\(title)</h1>
        \(PartyMarkup(party: page.party, visit: visit).markup)\(purpose)\(sharing?.markup)\(consentForm)</div>
        </div>

        """
    }

    private var purpose: HTML {
        guard let purpose = page.purpose else { return "" }
        return """
            <div class="purpose">
            <h2>\(visit.markup("consent_purpose"))</h2>
            <blockquote dir="auto" data-test="purpose">\(purpose)</blockquote>
            </div>

            """
    }

    private var consentForm: HTML {
        form.markup(
            " class=\"consent\" data-test=\"consent-form\"",
            """
            \(credentials)\(claims)\(durations)\(offline)<p class="hint">\(visit.markup("consent_withdraw_hint"))</p>
            <div class="answers">
            \(page.sharing == nil ? nil : Self.sharingField)\(Self.noDefault)\(answer("allow", "consent_allow", "m5.5 12.5 4.2 4.2 8.800-9.200"))\
            \(answer("deny", "consent_deny", "M6.500 6.500l11 11m0-11l-11 11"))</div>
            """)
    }

    /// The first button is what the enter key presses anywhere in the form (HTML §4.10.22.2): neither answer. Were it
    /// disabled, browsers would press the next.
    private static let noDefault: HTML =
        "<button type=\"submit\" name=\"action\" value=\"stay\" tabindex=\"-1\" hidden></button>\n"

    /// Filled by the script, which then lets the person allow.
    private static let sharingField: HTML = "<input type=\"hidden\" name=\"sharing\" value=\"\">\n"

    /// Either answer looks the same, so that the page does not choose for the person.
    private func answer(_ action: String, _ key: String, _ picture: HTML) -> HTML {
        let isWaiting = page.sharing != nil && action == "allow"
        return """
            <button class="button answer" type="submit" name="action" value="\(action)" data-test="\(action)"\
            \(isWaiting ? " disabled" : nil)>\
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d="\(picture)"/></svg> \(visit.markup(key))</button>

            """
    }

    private var credentials: HTML {
        guard !page.credentials.isEmpty else { return "" }
        return """
            <section aria-labelledby="credentials-title">
            <h2 id="credentials-title">\(visit.markup("consent_credentials"))</h2>
            <ul class="asked">
            \(page.credentials.map(credential))</ul>
            </section>

            """
    }

    private func credential(_ credential: RequestedCredential) -> HTML {
        let claims = credential.claims.map { claim -> HTML in "<li>\(visit.markup(claim))</li>\n" }
        let list: HTML = claims.isEmpty ? "" : "<ul class=\"claims\">\n\(claims)</ul>\n"
        return """
            <li class="asked-credential" data-test="credential-\(credential.configurationID)">
            <p><strong>\(visit.markup(credential.name))</strong> \
            <small>\(visit.markup("consent_issuer")) \(visit.markup(credential.issuer))</small></p>
            \(list)</li>

            """
    }

    private var claims: HTML {
        guard !page.claims.isEmpty else { return "" }
        let hint: HTML =
            page.claims.contains { !$0.isEssential }
            ? "<p class=\"hint\">\(visit.markup("consent_claims_hint"))</p>\n" : ""
        return """
            <section aria-labelledby="claims-title">
            <h2 id="claims-title">\(visit.markup("consent_claims"))</h2>
            \(hint)<ul class="asked">
            \(page.claims.map(claim))</ul>
            </section>

            """
    }

    private func claim(_ claim: RequestedClaim) -> HTML {
        let purpose: HTML? = claim.purpose.map { "<small dir=\"auto\">\($0)</small>" }
        if claim.isEssential {
            return """
                <li class="asked-claim" data-test="claim-\(claim.name)" data-essential>\
                <span>\(visit.markup(claim.label)) \(purpose)</span>\
                <span class="needed">\(visit.markup("consent_needed"))</span>\
                \(FormMarkup.hidden("share_" + claim.name, "yes"))</li>

                """
        }
        return """
            <li><label class="choice-box"><input type="checkbox" name="share_\(claim.name)" value="yes" \
            data-test="claim-\(claim.name)"\(checked(page.ticked.contains(claim.name)))><span>\(visit.markup(claim.label)) \(purpose)</span></label></li>

            """
    }

    private func checked(_ isChosen: Bool) -> HTML { isChosen ? " checked" : "" }

    /// The shortest is chosen: to hold longer, a consent has to be meant to.
    private var durations: HTML {
        let order = ConsentDuration.allCases.filter(page.durations.contains)
        guard let first = order.first else { return FormMarkup.hidden("remember", ConsentDuration.once.rawValue) }
        let chosen = page.duration.flatMap { order.contains($0) ? $0 : nil } ?? first
        let choices = order.map { duration -> HTML in
            """
            <label class="choice-box"><input type="radio" name="remember" value="\(duration.rawValue)"\
            \(checked(duration == chosen)) data-test="remember">\
            <span>\(visit.markup(duration.key))</span></label>

            """
        }
        return """
            <fieldset>
            <legend>\(visit.markup("consent_duration"))</legend>
            <div class="choices stacked">
            \(choices)</div>
            </fieldset>

            """
    }

    private var offline: HTML {
        guard page.asksOfflineAccess else { return "" }
        return "<p class=\"notice\" data-test=\"offline\">\(visit.markup("consent_offline"))</p>\n"
    }
}

extension ConsentDuration {
    fileprivate var key: String {
        switch self {
        case .once: "duration_once"
        case .month: "duration_month"
        case .year: "duration_year"
        }
    }
}
