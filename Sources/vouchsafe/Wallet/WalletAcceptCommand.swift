import ArgumentParser
import Foundation
import OpenID4VCI
import OutgoingHTTP
import Verifier
import WalletClient

/// `vouchsafe wallet accept`: shows an offer, asks, logs in if that is needed, fetches, verifies, stores.
struct WalletAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Take the credentials of an offer.",
        discussion: """
            Shows what is offered and asks before anything is accepted. An offer without a pre-authorized code takes a \
            login in the browser, or --headless.
            """)

    @Argument(help: "The offer: openid-credential-offer://… or its https address.")
    var link: String

    @Option(help: ArgumentHelp("The transaction code, if the issuer gave one.", valueName: "code"))
    var txCode: String?

    @Flag(help: "Accept without asking.")
    var yes = false

    @OptionGroup var loginOptions: LoginOptions

    @OptionGroup var storeOptions: WalletStoreOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    private var dialogue: IssuanceDialogue { IssuanceDialogue(accepts: yes, json: json) }

    func run() async throws {
        let exchange = GuardedHTTPClient(destinations: .publicAndLoopback)
        let languages = LanguagePreference(WalletTerminal.languages)
        let offer = try await OfferReader(exchange: exchange, languages: languages).read(link)
        if offer.preAuthorizedCode != nil {
            try await redeem(offer, with: PreAuthorizedIssuance(exchange: exchange, languages: languages))
        } else {
            let issuance = AuthorizationCodeIssuance(
                exchange: exchange, languages: languages, identity: .public(clientID: loginOptions.clientID))
            try await logIn(offer, with: issuance)
        }
    }

    private func redeem(_ offer: CredentialOffer, with issuance: PreAuthorizedIssuance) async throws {
        let offered = try await issuance.open(offer)
        try dialogue.confirm(offered.described, title: "Offer from")
        let code = try code(for: offered)
        // Before the code is spent: a wallet that cannot store must not use up the offer.
        let store = try storeOptions.open()
        try dialogue.store(try await issuance.accept(offered, txCode: code), in: store)
    }

    private func logIn(_ offer: CredentialOffer, with issuance: AuthorizationCodeIssuance) async throws {
        let wanted = try await issuance.open(offer)
        try dialogue.confirm(
            wanted.described, title: "Offer from",
            further: ["Takes a login at \(wanted.authorizationServer.printable())"])
        let store = try storeOptions.open()
        let authorized = try await WalletLogin(issuance: issuance, options: loginOptions)
            .authorize(wanted, by: .authorizationDetails)
        try dialogue.store(try await issuance.fetchAll(authorized), in: store)
    }

    private func code(for offered: OfferedCredentials) throws -> String? {
        guard let wanted = offered.txCode else { return nil }
        if let txCode { return txCode }
        guard !yes else { throw WalletRefusal.txCodeMissing }
        if let description = wanted.description { dialogue.tell([description.printable()]) }
        let kind = wanted.inputMode == .numeric ? "digits" : "characters"
        let length = wanted.length.map { " (\($0) \(kind))" } ?? ""
        guard let code = WalletTerminal.ask("Transaction code\(length):"), !code.isEmpty else {
            throw WalletRefusal.txCodeMissing
        }
        return code
    }
}
