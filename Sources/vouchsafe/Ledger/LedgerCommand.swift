import ArgumentParser
import Foundation
import HTTPTypes
import OutgoingHTTP
import TransparencyLog
import Verifier
import WalletClient
import WebServer
import WireFormats

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Audits a ledger from outside, fetches proofs, and anchors it.",
        subcommands: [LedgerVerifyCommand.self, LedgerProofCommand.self, AnchorCommand.self, AnchorsCommand.self])
}

struct AnchorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchor", abstract: "Puts the ledger's size and root into a chain.",
        subcommands: [AnchorKeyCommand.self, AnchorDeployCommand.self, AnchorNowCommand.self])
}

struct AnchorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchors", abstract: "Checks anchors from outside.",
        subcommands: [AnchorsVerifyCommand.self])
}

/// The server whose ledger is meant.
struct LedgerServer: ParsableArguments {
    @Option(help: "The server; http://localhost:$PORT (8080 if unset) without.")
    var server: String?

    func address() throws -> LedgerAddress {
        let text = try server ?? Settings.fromEnvironment().publicURL
        let base = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let host = try? WebAddress(base) else {
            throw CommandFailure("--server: an address is expected, as https://hub.example.org")
        }
        return LedgerAddress(base: base + LedgerSite.path, host: host)
    }
}

struct LedgerAddress: Sendable {
    let base: String
    let host: WebAddress

    /// What is there; nil for 404.
    func get(_ path: String) async throws -> [UInt8]? {
        let client = GuardedHTTPClient(
            // Whoever calls the command has named the server, so it may stand anywhere.
            destinations: AllowedDestinations(loopback: true) { [self] _, other in
                other.host == host.host && other.port == host.port
            })
        let response: ExchangeResponse
        do throws(FetchFailure) {
            response = try await client.send(
                ExchangeRequest(.get, "\(base)/\(path)"))
        } catch {
            throw CommandFailure("\(base)/\(path): \(error)")
        }
        switch response.status {
        case 200: return response.body
        case 404: return nil
        default: throw CommandFailure("\(base)/\(path): the server answers \(response.status)")
        }
    }
}

struct LedgerProofCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proof", abstract: "Prints the proof that an entry is in the ledger (C2SP tlog-proof).")

    @Argument(help: "The index of the entry, from 0.")
    var index: UInt64

    @OptionGroup var server: LedgerServer

    func run() async throws {
        let address = try server.address()
        guard let proof = try await address.get("proof/\(index)") else {
            throw CommandFailure("the published checkpoint of \(address.base) does not have entry \(index) yet")
        }
        print(String(decoding: proof, as: UTF8.self), terminator: "")
    }
}
