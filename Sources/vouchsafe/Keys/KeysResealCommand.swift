import ArgumentParser
import Foundation
import KeyStore
import Storage

struct KeysResealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reseal",
        abstract: "Seals the keys in the database with another key-encryption key.",
        discussion: """
            The new key-encryption key is the one that VOUCHSAFE_KEY_ENCRYPTION_KEY or \
            VOUCHSAFE_KEY_ENCRYPTION_KEY_FILE names. Stop every process of the installation first, and start them \
            with the new one afterwards. All keys are sealed anew or none. Backups from before need the old one.
            """)

    @OptionGroup var place: DatabaseCommand.Place

    @Option(
        help: "The old key-encryption key: its file, or a pkcs11: URI. (default: key-encryption.key in DATA_DIR)",
        completion: .file())
    var from: String?

    func run() async throws {
        let settings = try Settings.fromEnvironment()
        let location = try place.location()
        if case .file(let path) = location, !FileManager.default.fileExists(atPath: path) {
            throw CommandFailure("\(path): there is no such file")
        }
        let old = try KeyEncryptionKey(named: from ?? settings.ownKeyFile.path, saidBy: "--from")
        guard let new = try settings.namedKeyEncryptionKey() else {
            throw CommandFailure("name the new key-encryption key: set \(Settings.keyName) or \(Settings.keyFileName)")
        }
        try await location.opened { database in
            let (total, resealed) = try await KeyResealing(records: SQLKeyRecords(database: database))
                .reseal(from: old, to: new)
            guard total > 0 else { throw CommandFailure("\(location.name) has no keys yet") }
            print(
                resealed > 0
                    ? "\(location.name): \(total) keys are sealed with the new key-encryption key now"
                    : "\(location.name): all \(total) keys were sealed with this key-encryption key already")
        }
    }
}
