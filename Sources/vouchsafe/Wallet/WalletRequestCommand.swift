import ArgumentParser
import Foundation
import OutgoingHTTP
import Verifier
import WalletClient

/// `vouchsafe wallet request`: asks an issuer for credentials without an offer, with a login.
struct WalletRequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Ask an issuer for credentials, with a login.",
        discussion: "Shows what the issuer has and asks; the login is in the browser, or --headless.")

    @Argument(help: "The issuer's identifier, such as https://issuer.example.org.")
    var issuer: String

    @Option(help: ArgumentHelp("The credential configuration; repeat it for more than one.", valueName: "id"))
    var credential: [String]

    @Flag(help: "Say what is wanted by authorization details, or by scopes where the credentials have them.")
    var style = Style.details

    @Flag(help: "Accept without asking.")
    var yes = false

    @OptionGroup var loginOptions: LoginOptions

    @OptionGroup var storeOptions: WalletStoreOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    enum Style: EnumerableFlag {
        case details
        case scope
    }

    func validate() throws {
        guard !credential.isEmpty, Set(credential).count == credential.count else {
            throw ValidationError("Name each credential once with --credential.")
        }
    }

    func run() async throws {
        let issuance = AuthorizationCodeIssuance(
            exchange: GuardedHTTPClient(destinations: .publicAndLoopback),
            languages: LanguagePreference(WalletTerminal.languages),
            identity: .public(clientID: loginOptions.clientID))
        let wanted = try await issuance.open(issuer: issuer, configurationIDs: credential)
        let dialogue = IssuanceDialogue(accepts: yes, json: json)
        try dialogue.confirm(
            wanted.described, title: "Request to",
            further: ["Takes a login at \(wanted.authorizationServer.printable())"])
        // Before anybody logs in: a wallet that cannot store needs no token.
        let store = try storeOptions.open()
        let authorized = try await WalletLogin(issuance: issuance, options: loginOptions)
            .authorize(wanted, by: style == .scope ? .scope : .authorizationDetails)
        try dialogue.store(try await issuance.fetchAll(authorized), in: store)
    }
}
