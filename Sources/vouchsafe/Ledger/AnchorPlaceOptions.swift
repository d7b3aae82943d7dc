import ArgumentParser
import ConfigurationFile
import Logging
import SQLStatements
import WebServer

/// Which of the configured chains a command is about.
struct AnchorPlaceOptions: ParsableArguments {
    @Option(help: "The configuration file.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Option(help: "The chain_id of the chain, if the configuration has several.")
    var chainID: String?

    /// Opens what the server runs on, which may be running.
    func withInstallation(_ work: (Installation) async throws -> Void) async throws {
        let logger = Logger(label: "vouchsafe") { StructuredLogHandler(label: $0, level: .warning) }
        let installation = try await Installation.open(
            Settings.fromEnvironment(), source: .file(config), logger: logger)
        do {
            try await work(installation)
        } catch {
            await installation.database.close()
            throw error
        }
        await installation.database.close()
    }

    func settings(_ installation: Installation, where fits: (AnchorSettings) -> Bool = { _ in true }) throws
        -> AnchorSettings
    {
        let found = installation.configuration.anchors.filter { settings in
            fits(settings) && (chainID == nil || settings.chainIDText == chainID)
        }
        guard let first = found.first else {
            throw CommandFailure("\(config): sharing.ledger.anchors has no such chain")
        }
        guard found.count == 1 else {
            throw CommandFailure("\(config): sharing.ledger.anchors has several chains; choose one with --chain-id")
        }
        return first
    }
}

extension AnchorSettings {
    var chainIDText: String {
        switch chain {
        case .evm(let evm): String(evm.chainID)
        case .bitcoin(let bitcoin):
            bitcoin.genesis.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
    }

    var evm: EVM? { if case .evm(let evm) = chain { evm } else { nil } }
}
