import ArgumentParser

@main
struct Vouchsafe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vouchsafe",
        abstract: "Issues verifiable credentials (OpenID4VCI), holds them and verifies them.",
        discussion: """
            Server and commands find each other by three environment variables: PORT (8080) for the public address \
            http://localhost:PORT, MANAGEMENT_PORT (8081) for the operator's address, and DATA_DIR (./data) for the \
            database and the keys.
            """,
        version: Version.text,
        subcommands: [
            InitCommand.self, ServeCommand.self, OfferCommand.self, TimelineCommand.self, RegistryCommand.self,
            KeysCommand.self, DatabaseCommand.self, ClientCommand.self, OrganizationCommand.self, ScopeCommand.self,
            WalletCommand.self, VerifyCommand.self, LedgerCommand.self, WitnessCommand.self, MarketCommand.self,
            ProviderCommand.self,
        ])
}

enum Version {
    static let text = "0.1.0"
}
