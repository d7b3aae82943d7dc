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
        let store = try storeOptions.open()
        do throws(WalletStoreRefusal) {
            try store.delete(id)
        } catch {
            throw WalletFailure(error.sentence)
        }
        print("Deleted \(id).")
    }
}
