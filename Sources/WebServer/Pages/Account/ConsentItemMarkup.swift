import AuthorizationServer
import Foundation
import OAuth

/// What has become of a consent.
enum ConsentStanding: String, Sendable, CaseIterable {
    case inForce = "in_force"
    /// It held for one time, and what came of that may still be going on.
    case once
    case expired
    case withdrawn

    var isOver: Bool { self == .expired || self == .withdrawn }
}

extension GivenConsent {
    func standing(at instant: Date) -> ConsentStanding {
        if withdrawnAt != nil { return .withdrawn }
        guard let expiresAt else { return .once }
        return expiresAt <= instant ? .expired : .inForce
    }
}

/// A consent on the account page.
struct ConsentItemMarkup: Sendable {
    let consent: GivenConsent
    let standing: ConsentStanding
    let visit: Visit
    /// The address of its receipt.
    let receipt: String
    let withdrawal: FormMarkup

    var markup: HTML {
        """
        <li class="panel item" data-test="consent-item" data-id="\(consent.id)" data-standing="\(standing.rawValue)">
        <div class="item-head">
        <h3>\(visit.markup(consent.party.name))</h3>
        <p class="tag \(standing.rawValue)">\(visit.markup("consent_state_" + standing.rawValue))</p>
        </div>
        \(host)\(purpose)<dl class="facts-list">
        \(texts(consent.credentials, "account_credentials"))\(texts(consent.claims, "account_claims"))\(consent.sharing.map(shared))\(dates)</dl>
        <div class="item-actions">
        <a class="button quiet" href="\(receipt)" download data-test="receipt">\(visit.markup("account_receipt"))</a>
        \(standing.isOver ? nil : withdraw)</div>
        </li>

        """
    }

    private var host: HTML? {
        consent.party.host.map { "<p class=\"party-host\"><bdi dir=\"ltr\">\($0)</bdi></p>\n" }
    }

    private var purpose: HTML? {
        consent.purpose.map { "<blockquote dir=\"auto\">\($0)</blockquote>\n" }
    }

    private func texts(_ texts: [LocalizedText], _ key: String) -> HTML {
        guard !texts.isEmpty else { return "" }
        let items = texts.map { text -> HTML in "<li>\(visit.markup(text))</li>" }
        return "<div><dt>\(visit.markup(key))</dt><dd><ul class=\"claims\">\(items)</ul></dd></div>\n"
    }

    /// What of which market, until when, and when it was last given.
    private func shared(_ scope: SharedScope) -> HTML {
        let claims = scope.claims.map { claim -> HTML in "<li>\(visit.markup(claim))</li>" }
        let used: HTML? = scope.lastUsedAt.map {
            " · \(visit.markup("consent_last_used")) \(visit.markup(PageDate($0, in: visit.texts)))"
        }
        let typed: HTML = " <small>\(visit.markup("account_sharing_typed"))</small>"
        return """
            <div data-test="shared-scope"><dt>\(visit.markup(scope.name)), \(visit.markup(scope.market))\
            \(scope.isSelfAsserted ? typed : nil)</dt><dd><ul class="claims">\(claims)</ul>
            <small>\(visit.markup("consent_until")) \(visit.markup(PageDate(scope.until, in: visit.texts)))\(used)</small>\
            </dd></div>

            """
    }

    private var dates: HTML {
        let dates: [(String, Date?)] = [
            ("consent_given", consent.givenAt), ("consent_last_used", consent.lastUsedAt),
            ("consent_until", consent.withdrawnAt == nil ? consent.expiresAt : nil),
            ("consent_withdrawn", consent.withdrawnAt),
        ]
        let items = dates.compactMap { key, date -> HTML? in
            date.map {
                "<div><dt>\(visit.markup(key))</dt><dd>\(visit.markup(PageDate($0, in: visit.texts)))</dd></div>\n"
            }
        }
        return "\(items)"
    }

    /// The second step, so that nothing is withdrawn by a slip.
    private var withdraw: HTML {
        """
        <details class="confirm">
        <summary class="button quiet" data-test="withdraw-open">\(visit.markup("account_withdraw"))</summary>
        \(withdrawal.markup(
            "",
            """
            \(FormMarkup.hidden("id", consent.id))
            <p>\(visit.markup("account_withdraw_text", ["party": visit.plain(consent.party.name)]))</p>
            <button class="button danger" type="submit" data-test="withdraw">\
            \(visit.markup("account_withdraw_confirm"))</button>
            """))</details>

        """
    }
}
