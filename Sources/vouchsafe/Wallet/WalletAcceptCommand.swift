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
        let offered = try await refusing { () throws(WalletRefusal) in try await issuance.open(link) }
        describe(offered)
        guard yes || WalletTerminal.confirms("Accept?") else { throw WalletFailure("Nothing was accepted or stored.") }
        let code = try code(for: offered)
        // Before the code is spent: a wallet that cannot store must not use up the offer.
        let store = try storeOptions.open()
        let outcome = try await refusing { () throws(WalletRefusal) in try await issuance.accept(offered, txCode: code) }
        var stored: [StoredCredential] = []
        do throws(WalletStoreRefusal) {
            for received in outcome.received { stored.append(try store.add(received, at: Date())) }
        } catch {
            throw WalletFailure(error.sentence)
        }
        report(stored, outcome.refused)
        guard outcome.refused.isEmpty else {
            let reasons = outcome.refused.map { "\($0.offered.name): \($0.refusal.sentence)" }
            throw WalletFailure("\(stored.count) stored, \(reasons.count) not. " + reasons.joined(separator: " "))
        }
    }

    private func refusing<T>(_ step: () async throws(WalletRefusal) -> T) async throws -> T {
        do throws(WalletRefusal) {
            return try await step()
        } catch {
            throw WalletFailure(error.sentence)
        }
    }

    private func describe(_ offered: OfferedCredentials) {
        let name = offered.issuerName.map { "\($0.printable(limit: 100)) (\(offered.issuer))" } ?? offered.issuer
        WalletTerminal.tell("Offer from \(name)")
        for credential in offered.credentials {
            WalletTerminal.tell("  \(credential.name.printable(limit: 100)), as \(credential.format)")
            let labels = credential.claims.map { $0.text.printable(limit: 60) }
            if !labels.isEmpty { WalletTerminal.tell("    with " + labels.joined(separator: ", ")) }
        }
    }

    private func code(for offered: OfferedCredentials) throws -> String? {
        guard let wanted = offered.txCode else { return nil }
        if let txCode { return txCode }
        guard !yes else { throw WalletFailure(WalletRefusal.txCodeMissing.sentence) }
        if let description = wanted.description { WalletTerminal.tell(description.printable()) }
        let kind = wanted.inputMode == .numeric ? "digits" : "characters"
        let length = wanted.length.map { " (\($0) \(kind))" } ?? ""
        guard let code = WalletTerminal.ask("Transaction code\(length):"), !code.isEmpty else {
            throw WalletFailure(WalletRefusal.txCodeMissing.sentence)
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
