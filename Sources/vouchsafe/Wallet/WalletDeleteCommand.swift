import ArgumentParser
import WalletClient

/// `vouchsafe wallet delete`.
struct WalletDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a credential and its key for good.")

    @Argument(help: "The credential's identifier, from `vouchsafe wallet list`.")
    var id: String

    @OptionGroup var storeOptions: WalletStoreOptions

    func run() async throws {
        try storeOptions.open().delete(id)
        print("Deleted \(id).")
    }
}
