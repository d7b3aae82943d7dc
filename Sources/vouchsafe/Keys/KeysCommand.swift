import ArgumentParser
import WireFormats

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Lists and rotates the keys that credentials and tokens are signed with.",
        discussion: """
            All keys are in the database, sealed with the key-encryption key. That is a file in DATA_DIR, unless \
            VOUCHSAFE_KEY_ENCRYPTION_KEY or VOUCHSAFE_KEY_ENCRYPTION_KEY_FILE says otherwise. The former may be the URI \
            of a secret key in a hardware token:

              pkcs11:token=vouchsafe;object=key-encryption
                ?module-path=/usr/lib/….so&pin-source=file:/etc/vouchsafe/pin

            in one line. To make such a key:

              pkcs11-tool --module /usr/lib/….so --token-label vouchsafe --login
                --keygen --key-type GENERIC:32 --label key-encryption
                --usage-sign --sensitive
            """,
        subcommands: [KeysListCommand.self, KeysRotateCommand.self, KeysResealCommand.self])
}

struct KeysListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the published keys.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        printKeys(try await ManagementClient(Settings.fromEnvironment()).get("/keys"), asJSON: json)
    }
}

struct KeysRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Makes a new key: published at once, signing a few seconds later. Old ones stay published.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        printKeys(try await ManagementClient(Settings.fromEnvironment()).post("/keys/rotate", [:]), asJSON: json)
    }
}

private func printKeys(_ keys: JSON, asJSON: Bool) {
    if asJSON { return printJSON(keys) }
    for key in keys.array ?? [] {
        print(
            [
                key["id"]?.string ?? "", key["algorithm"]?.string ?? "",
                key["signing"] == true ? "signing" : "       ",
                "from \(key["active_from"]?.string ?? "")",
                key["certificate_expires"]?.string.map { "certificate until \($0)" } ?? "for tokens",
            ].joined(separator: "  "))
    }
}
