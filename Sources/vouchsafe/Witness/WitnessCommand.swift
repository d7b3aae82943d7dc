import ArgumentParser
import Foundation
import KeyStore
import Logging
import NIOCore
import ServiceLifecycle
import Storage
import TransparencyLog
import UnixSignals
import WebServer

/// `vouchsafe witness`: cosigns the checkpoints of logs, each only if it goes on from the one before.
struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness", abstract: "Watches over ledgers, and cosigns what only grows.",
        discussion: """
            Prints the verifier key of the witness, which belongs in the configuration of the ledger's server and in \
            the hands of those who verify. Speaks C2SP tlog-witness; put a web server with TLS before it.
            """)

    @Option(help: "The address to listen on.")
    var listen = "127.0.0.1:8090"

    @Option(help: "The folder of its key and of what it has cosigned.")
    var data: String

    @Option(help: "The verifier key of a log. May be repeated.")
    var log: [String]

    @Option(help: "The name that a new witness signs with, as witness.example.org/1. Without, the address.")
    var name: String?

    @Flag(help: "Print the verifier key, and do not serve.")
    var key = false

    func run() async throws {
        let (host, port) = try address()
        let folder = URL(filePath: data, directoryHint: .isDirectory)
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure("\(folder.path): cannot be made")
        }
        let signer = try signer(folder)
        print(signer.key.text)
        // Whoever started it may wait for the line.
        fflush(nil)
        if key { return }
        let logs = try log.map(logKey)
        let logger = Logger(label: "vouchsafe") { StructuredLogHandler(label: $0, level: .info) }
        let location = DatabaseLocation.file(path: folder.appending(path: "witness.db").path)
        try await location.opened { database in
            let witness = Witness(
                signer: signer, logs: logs, store: SQLWitnessStore(database: database), now: { Date() })
            let site = Site(routes: WitnessSite(witness: witness).routes, metrics: Metrics())
            let server = SiteServer.service(
                site, at: SiteServer.Address(host: host, port: port), logger: logger
            ) { logger.notice("ready", metadata: ["witness": "\(signer.key.name)", "address": "\(listen)"]) }
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            do {
                try await group.run()
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                throw CommandFailure("\(listen) is in use")
            }
        }
    }

    private func signer(_ folder: URL) throws -> NoteSigner {
        let file: WitnessKeyFile
        do {
            file = try WitnessKeyFile(path: folder.appending(path: "witness.key").path, name: name ?? listen)
        } catch {
            throw CommandFailure("\(error)")
        }
        if let name, name != file.name {
            throw CommandFailure("\(folder.path) is of the witness \(file.name); leave --name out")
        }
        guard let signer = NoteSigner(name: file.name, type: .cosignature, privateKey: file.privateKey) else {
            throw CommandFailure("--name: \(file.name) cannot be a name: it has a space or a plus")
        }
        return signer
    }

    private func logKey(_ text: String) throws -> NoteKey {
        let key: NoteKey
        do throws(NoteKeyMalformation) { key = try NoteKey(parsing: text) } catch {
            throw CommandFailure("--log: \(error.description)")
        }
        guard key.type == .ed25519 else { throw CommandFailure("--log: \(key.name) is a witness's key, not a log's") }
        return key
    }

    private func address() throws -> (host: String, port: Int) {
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
            (1...65535).contains(port), colon > listen.startIndex
        else { throw CommandFailure("--listen: an address and a port are expected, as 127.0.0.1:8090") }
        return (listen[..<colon].trimmingCharacters(in: ["[", "]"]), port)
    }
}
