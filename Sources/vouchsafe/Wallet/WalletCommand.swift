import ArgumentParser
import Foundation
import WalletClient

/// `vouchsafe wallet`: the holder's side at a terminal.
struct WalletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wallet", abstract: "Take, keep, renew and look at credentials.",
        subcommands: [
            WalletAcceptCommand.self, WalletRequestCommand.self, WalletRenewCommand.self, WalletListCommand.self,
            WalletShowCommand.self, WalletDeleteCommand.self,
        ])
}

/// Where the wallet is, and what opens it.
struct WalletStoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The wallet's folder (default: ~/.vouchsafe/wallet).", valueName: "dir"))
    var store: String?

    @Option(
        help: ArgumentHelp(
            "A file whose first line is the wallet's passphrase. Without one, a key file in the folder seals it.",
            valueName: "file"))
    var passphraseFile: String?

    func open() throws -> WalletStore {
        let path = store ?? (ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()) + "/.vouchsafe/wallet"
        return try WalletStore(at: path, protection: protection())
    }

    private func protection() throws(WalletStoreRefusal) -> WalletProtection {
        guard let passphraseFile else { return .keyFile }
        guard let data = FileManager.default.contents(atPath: passphraseFile) else { throw .file(passphraseFile) }
        let line = data.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return .passphrase(Array(line), scrypt: .standard)
    }
}
