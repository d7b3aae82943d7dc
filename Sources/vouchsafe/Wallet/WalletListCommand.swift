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
        let (credentials, damaged) = try storeOptions.open().list()
        if json {
            print(JSON.array(credentials.map { .object(WalletJSON.summary($0)) }))
        } else if credentials.isEmpty {
            print("The wallet is empty.")
        } else {
            for stored in credentials { print(line(stored)) }
        }
        if let id = damaged.first {
            throw WalletStoreRefusal.damagedCredential(id: id)
        }
    }

    private func line(_ stored: StoredCredential) -> String {
        let issuer = (stored.issuerName ?? stored.issuer).printable(limit: 60)
        let end = stored.expiresAt.map { ", until \($0.formatted(.iso8601.year().month().day()))" } ?? ""
        return "\(stored.id)  \(stored.name.printable(limit: 60)), from \(issuer)\(end)"
    }
}
