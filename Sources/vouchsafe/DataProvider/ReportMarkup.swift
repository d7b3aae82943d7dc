import DataSharing
import Foundation
import ServiceProvider
import WireFormats

/// What was received and what was verified, as a page.
enum ReportMarkup {
    static func body(of report: SharedDataReport) -> String {
        var parts = ["<h1>What came</h1>"]
        parts += report.scopes.map(section)
        for anchor in report.anchors { parts.append("<p class=\"note\">\(HTMLText.escape(anchor.sentence))</p>") }
        for entry in report.refused {
            parts.append(
                "<p class=\"bad\">\(HTMLText.escape("\(entry.scope): not believed: \(entry.refusal.sentence)"))</p>")
        }
        for entry in report.pending {
            parts.append(
                "<p class=\"note\">\(HTMLText.escape("\(entry.scope): not there yet: \(entry.reason.text)"))</p>"
                    + "<p><a href=\"/again\">Ask again</a></p>")
        }
        return parts.joined() + "<p><a href=\"/\">Back</a></p>"
    }

    private static func section(_ scope: SharedScopeReport) -> String {
        let name = scope.definition.display.text(for: ["en"])?.name ?? scope.scope
        let rows = scope.values.members.map { member in
            let label = scope.definition.claim(member.name)?.label(for: ["en"]) ?? member.name
            return "<tr><th scope=\"row\">\(HTMLText.escape(label))</th><td>\(value(member.value))</td></tr>"
        }
        let findings = findings(scope).map { "<li>\(HTMLText.escape($0))</li>" }
        return """
            <section><h2>\(HTMLText.escape(name)) <small>\(HTMLText.escape(scope.scope))</small></h2>\
            <table>\(rows.joined())</table>\
            <h3>Verified</h3><ul>\(findings.joined())</ul></section>
            """
    }

    /// An object as a table of its own.
    private static func value(_ json: JSON) -> String {
        guard let object = json.object else { return HTMLText.escape(json.string ?? json.description) }
        let rows = object.members.map { member in
            "<tr><th scope=\"row\">\(HTMLText.escape(member.name))</th><td>\(value(member.value))</td></tr>"
        }
        return "<table>\(rows.joined())</table>"
    }

    /// What was relied on, a sentence for each.
    private static func findings(_ scope: SharedScopeReport) -> [String] {
        let until = Date(timeIntervalSince1970: Double(scope.until)).formatted(.iso8601)
        var findings = [
            "Opened with our own key: it was encrypted to us alone.",
            "The person's approval \(scope.approvalID) is for us, for our very request, for these claims, until \(until).",
        ]
        switch scope.source {
        case .person: findings.append("Typed by the person: nobody else vouches for it.")
        case .market(let keyID, _, let hash, let ledger, let keyLedger):
            findings += [
                "Signed by \(scope.market) with its key \(keyID), which is entry \(keyLedger.index) of the ledger.",
                scope.definition.heldBy == .market
                    ? "Unchanged since it was pushed: the digest \(hash.text) is the one that the person agreed to."
                    : "Given by the person, who was sent it: their own signature is on it, and the market's inside.",
                logged(ledger),
            ]
        }
        return findings
    }

    private static func logged(_ ledger: LedgerLookups.Finding) -> String {
        guard let size = ledger.checkpointSize else {
            return "Entry \(ledger.index) of the ledger \(ledger.log), as the hub says: its key is not configured here."
        }
        let witnesses =
            ledger.witnesses.isEmpty ? "no witness is asked for" : "seen by " + ledger.witnesses.joined(separator: ", ")
        return
            "Entry \(ledger.index) of the ledger \(ledger.log), proved for a checkpoint of \(size) entries, \(witnesses)."
    }

    /// The pages' own style.
    static let style = """
        :root { color-scheme: light dark; }
        body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; }
        main { max-inline-size: 44rem; margin: 3rem auto; padding: 0 1.25rem; }
        section { border: 1px solid #8886; border-radius: .75rem; padding: .25rem 1.25rem 1rem; margin-block: 1.5rem; }
        h2 small { font-weight: normal; opacity: .7; font-size: .7em; }
        h3 { margin-block: 1.25rem .25rem; font-size: 1rem; }
        table { border-collapse: collapse; }
        th { text-align: start; padding: .15rem 1.5rem .15rem 0; font-weight: normal; opacity: .8; vertical-align: top; }
        td { font-weight: 600; overflow-wrap: anywhere; }
        td table th { padding-inline-end: 1rem; }
        ul { padding-inline-start: 1.4rem; margin-block: .25rem; list-style: "✓ "; overflow-wrap: anywhere; }
        button { font: inherit; padding: .6rem 1.2rem; border-radius: .5rem; border: 0; background: #0d6b70; color: #fff; }
        .bad { border-inline-start: .3rem solid #b3261e; padding-inline-start: 1rem; }
        .note { border-inline-start: .3rem solid #8888; padding-inline-start: 1rem; }
        """
}
