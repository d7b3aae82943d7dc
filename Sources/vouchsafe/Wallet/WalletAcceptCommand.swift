import ArgumentParser
import Foundation
import OpenID4VCI
import OutgoingHTTP
import Verifier
import WalletClient
import WireFormats

/// `vouchsafe wallet accept`: shows an offer, asks, fetches, verifies, stores.
struct WalletAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Take the credentials of an offer.",
        discussion: "Shows what is offered and asks before anything is accepted.")

    @Argument(help: "The offer: openid-credential-offer://… or its https address.")
    var link: String

    @Option(help: ArgumentHelp("The transaction code, if the issuer gave one.", valueName: "code"))
    var txCode: String?

    @Flag(help: "Accept without asking.")
    var yes = false

    @OptionGroup var storeOptions: WalletStoreOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let issuance = PreAuthorizedIssuance(
            exchange: GuardedHTTPClient(destinations: .publicAndLoopback),
            languages: LanguagePreference(WalletTerminal.languages))
        let offered = try await issuance.open(link)
        tell(lines(about: offered))
        guard yes || WalletTerminal.confirms("Accept?") else {
            throw CommandFailure("Nothing was accepted or stored.")
        }
        let code = try code(for: offered)
        // Before the code is spent: a wallet that cannot store must not use up the offer.
        let store = try storeOptions.open()
        let outcome = try await issuance.accept(offered, txCode: code)
        let stored = try outcome.received.map { try store.add($0, at: Date()) }
        report(stored, outcome.refused)
        guard outcome.refused.isEmpty else {
            let reasons = outcome.refused.map { "\($0.offered.name): \($0.refusal.sentence)" }
            throw CommandFailure(
                printing: "\(stored.count) stored, \(reasons.count) not. " + reasons.joined(separator: " "))
        }
    }

    /// Writes what a person needs to decide; with `--json`, standard output is for the result alone.
    private func tell(_ lines: [String]) {
        guard json else { return print(lines.joined(separator: "\n")) }
        guard !yes else { return }
        FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    private func lines(about offered: OfferedCredentials) -> [String] {
        let issuer = offered.issuer.printable()
        var lines = ["Offer from " + (offered.issuerName.map { "\($0.printable(limit: 100)) (\(issuer))" } ?? issuer)]
        for credential in offered.credentials {
            lines.append("  \(credential.name.printable(limit: 100)), as \(credential.format.printable(limit: 60))")
            let labels = credential.claims.map { $0.text.printable(limit: 60) }
            if !labels.isEmpty { lines.append("    with " + labels.joined(separator: ", ")) }
        }
        return lines
    }

    private func code(for offered: OfferedCredentials) throws -> String? {
        guard let wanted = offered.txCode else { return nil }
        if let txCode { return txCode }
        guard !yes else { throw WalletRefusal.txCodeMissing }
        if let description = wanted.description { tell([description.printable()]) }
        let kind = wanted.inputMode == .numeric ? "digits" : "characters"
        let length = wanted.length.map { " (\($0) \(kind))" } ?? ""
        guard let code = WalletTerminal.ask("Transaction code\(length):"), !code.isEmpty else {
            throw WalletRefusal.txCodeMissing
        }
        return code
    }

    private func report(_ stored: [StoredCredential], _ refused: [RefusedCredential]) {
        guard !json else { return print(WalletJSON.outcome(stored: stored, refused: refused)) }
        for credential in stored {
            print("Stored \(credential.id): \(credential.name.printable(limit: 100))")
            for line in ClaimLines.lines(of: credential.claims, labels: credential.labels) { print("  " + line) }
        }
    }
}
