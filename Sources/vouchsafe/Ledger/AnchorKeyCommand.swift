import Anchoring
import ArgumentParser
import EthereumKeys
import Foundation
import JOSE
import KeyStore

/// `vouchsafe ledger anchor key`: a new key for a chain of Ethereum's kind.
struct AnchorKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Makes the key that pays for anchors in a chain of Ethereum's kind.",
        discussion: """
            The file is sealed with the installation's data key: it opens in this installation only. The address is \
            printed; send it what anchors will cost. A file that exists stays, and its address is printed.
            """)

    @Option(help: "The configuration file.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Argument(help: "The file to make.")
    var file: String

    func run() async throws {
        let place = try AnchorPlaceOptions.parse(["--config", config])
        try await place.withInstallation { installation in
            let sealer = installation.keys.ring.dataSealer
            do throws(KeyEncryptionKeyFault) {
                try SealedFile.make(file, Self.newSecret(), by: sealer, context: AnchorKeys.context)
            } catch {
                throw CommandFailure("\(file): cannot be made")
            }
            print(try AnchorKeys.key(.file(file), sealer: sealer).address)
        }
    }

    /// Nearly every 32 bytes are a key.
    private static func newSecret() -> [UInt8] {
        while true {
            let secret = secureRandomBytes(EthereumKey.byteCount)
            if (try? EthereumKey(secret)) != nil { return secret }
        }
    }
}
