import Foundation
import Verifier
import WalletClient

/// What is said at the terminal about credentials that are asked for, and about what came of it.
struct IssuanceDialogue {
    let accepts: Bool
    let json: Bool

    /// Shows what is offered and asks, unless it was accepted in advance.
    ///
    /// - Throws: `CommandFailure` if the answer is no.
    func confirm(_ described: DescribedCredentials, title: String, further: [String] = []) throws {
        tell(lines(about: described, title: title) + further)
        guard accepts || WalletTerminal.confirms("Accept?") else {
            throw CommandFailure("Nothing was accepted or stored.")
        }
    }

    /// Writes what a person needs to decide; with `--json`, standard output is for the result alone.
    func tell(_ lines: [String]) {
        guard json else { return print(lines.joined(separator: "\n")) }
        guard !accepts else { return }
        FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    private func lines(about described: DescribedCredentials, title: String) -> [String] {
        let issuer = described.issuer.printable()
        let name = described.issuerName.map { "\($0.printable(limit: 100)) (\(issuer))" } ?? issuer
        var lines = ["\(title) \(name)"]
        for credential in described.credentials {
            lines.append("  \(credential.name.printable(limit: 100)), as \(credential.format.printable(limit: 60))")
            let labels = credential.claims.map { $0.text.printable(limit: 60) }
            if !labels.isEmpty { lines.append("    with " + labels.joined(separator: ", ")) }
        }
        return lines
    }

    /// Stores what was received, and says so.
    ///
    /// - Throws: `CommandFailure` if the issuer did not give everything.
    func store(_ outcome: IssuanceOutcome, in store: WalletStore) throws {
        let stored = try outcome.received.map { try store.add($0, at: Date()) }
        report(stored, outcome.refused, verb: "Stored")
        guard outcome.refused.isEmpty else {
            let reasons = outcome.refused.map { "\($0.offered.name): \($0.refusal.sentence)" }
            throw CommandFailure(
                printing: "\(stored.count) stored, \(reasons.count) not. " + reasons.joined(separator: " "))
        }
    }

    func report(_ stored: [StoredCredential], _ refused: [RefusedCredential], verb: String) {
        guard !json else { return print(WalletJSON.outcome(stored: stored, refused: refused)) }
        for credential in stored {
            print("\(verb) \(credential.id): \(credential.name.printable(limit: 100))")
            for line in ClaimLines.lines(of: credential.claims, labels: credential.labels) { print("  " + line) }
        }
    }
}
