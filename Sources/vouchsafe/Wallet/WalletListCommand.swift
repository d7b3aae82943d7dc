import ArgumentParser
import Foundation
import Verifier
import WalletClient
import WireFormats

/// `vouchsafe wallet list`.
struct WalletListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the wallet's credentials.")

    @OptionGroup var storeOptions: WalletStoreOptions

    @Flag(help: "Print an array of JSON objects.")
    var json = false

    func run() async throws {
        let store = try storeOptions.open()
        let (credentials, damaged): ([StoredCredential], [String])
        do throws(WalletStoreRefusal) {
            (credentials, damaged) = try store.list()
        } catch {
            throw WalletFailure(error.sentence)
        }
        if json {
            print(JSON.array(credentials.map { .object(WalletJSON.summary($0)) }))
        } else if credentials.isEmpty {
            print("The wallet is empty.")
        } else {
            for stored in credentials { print(line(stored)) }
        }
        if let id = damaged.first { throw WalletFailure(WalletStoreRefusal.damagedCredential(id: id).sentence) }
    }

    private func line(_ stored: StoredCredential) -> String {
        let issuer = (stored.issuerName ?? stored.issuer).printable(limit: 60)
        let end = stored.expiresAt.map { ", until \($0.formatted(.iso8601.year().month().day()))" } ?? ""
        return "\(stored.id)  \(stored.name.printable(limit: 60)), from \(issuer)\(end)"
    }
}
