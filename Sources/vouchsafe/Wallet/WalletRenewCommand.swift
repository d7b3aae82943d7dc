import ArgumentParser
import Foundation
import OutgoingHTTP
import WalletClient

/// `vouchsafe wallet renew`: gets a stored credential anew, without a login, and puts it in the place of the old one.
struct WalletRenewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew", abstract: "Get a credential anew, without a login.",
        discussion: "For credentials that came with a login, if the issuer allows it. The identifier stays.")

    @Argument(help: "The credential's identifier, from `vouchsafe wallet list`.")
    var id: String

    @Flag(help: "For the key of the old credential instead of a new one.")
    var sameKey = false

    @OptionGroup var storeOptions: WalletStoreOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let store = try storeOptions.open()
        let stored = try store.credential(id)
        guard let renewal = stored.renewal else { throw WalletRefusal.notRenewable }
        let issuance = AuthorizationCodeIssuance(
            exchange: GuardedHTTPClient(destinations: .publicAndLoopback),
            languages: LanguagePreference(WalletTerminal.languages), identity: .public(clientID: renewal.clientID))
        let outcome = try await issuance.renew(stored, for: sameKey ? .same : .new)
        try store.keep(outcome.renewal, insteadOf: renewal)
        let renewed = try store.replace(id, with: try outcome.result.get(), at: Date())
        IssuanceDialogue(accepts: true, json: json).report([renewed], [], verb: "Renewed")
    }
}
