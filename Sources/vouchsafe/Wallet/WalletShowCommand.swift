import ArgumentParser
import Foundation
import Verifier
import WalletClient
import WireFormats

/// `vouchsafe wallet show`.
struct WalletShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a credential and its claims.")

    @Argument(help: "The credential's identifier, from `vouchsafe wallet list`.")
    var id: String

    @OptionGroup var storeOptions: WalletStoreOptions

    @Flag(help: "Print a JSON object with the credential as it was issued, which `vouchsafe verify` takes too.")
    var json = false

    func run() async throws {
        let stored = try storeOptions.open().credential(id)
        guard !json else { return print(JSON.object(WalletJSON.whole(stored))) }
        print("\(stored.name.printable(limit: 100)), as \(stored.format)")
        print("From    \((stored.issuerName.map { "\($0) (\(stored.issuer))" } ?? stored.issuer).printable())")
        print("Type    \(stored.types.joined(separator: ", ").printable())")
        if let issued = stored.issuedAt { print("Issued  \(issued.formatted(.iso8601))") }
        if let expires = stored.expiresAt { print("Until   \(expires.formatted(.iso8601))") }
        print("Stored  \(stored.storedAt.formatted(.iso8601)), verified then")
        if stored.renewal != nil { print("Renewal without a login: `vouchsafe wallet renew \(stored.id)`") }
        print("Claims")
        for line in ClaimLines.lines(of: stored.claims, labels: stored.labels) { print("  " + line) }
    }
}
