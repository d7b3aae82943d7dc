import ArgumentParser
import WireFormats

struct RegistryRemoveVaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-vault",
        abstract: "Removes the vault of a person who has lost every way into it.",
        discussion: """
            What was sealed to them cannot be read any more; they make a new vault with new keys. Each market that knew
            the old ones forgets them with vouchsafe market forget-key, once it is sure who asks.
            """)

    @Argument(help: "The person's id in the registry.")
    var id: String

    func run() async throws {
        try await ManagementClient(Settings.fromEnvironment()).delete("/vaults/" + FormParameters.percentEncode(id))
    }
}
