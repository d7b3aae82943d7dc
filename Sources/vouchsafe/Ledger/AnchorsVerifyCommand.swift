import Anchoring
import ArgumentParser
import Foundation
import TransparencyLog
import WireFormats

/// `vouchsafe ledger anchors verify`: what an auditor does, with a node of their own choosing.
struct AnchorsVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Looks up the anchors of a server's ledger in their chain.",
        discussion: """
            The server says where its anchors are; the node at --rpc says what is there. Name the contract that you \
            know, or a server could show you another one. What the chain has is held against the log: against the root \
            that its tiles make, whose entries \u{60}vouchsafe ledger verify\u{60} goes through, or against roots \
            that you have computed yourself.
            """)

    @OptionGroup var server: LedgerServer

    @Option(help: "A node of the chain: https, or http to localhost.")
    var rpc: String

    @Option(help: "A file with name:password or a bearer token for the node.")
    var credentialsFile: String?

    @Option(help: "Look at anchors of this chain only: its number, or the hash of its first block.")
    var chainID: String?

    @Option(help: "Look at anchors in this contract only.")
    var contract: String?

    @Option(help: "How deep a block must be, itself counted.")
    var confirmations: UInt64 = 6

    @Option(
        help: ArgumentHelp(
            "A root of the log, in place of what its tiles make. May be repeated.", valueName: "size:hex"))
    var logRoot: [String] = []

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let anchors = try await published().filter { anchor in
            (chainID == nil || anchor.place.chainID == chainID)
                && (contract == nil || anchor.place.contract == contract.flatMap { EthereumAddress($0) })
        }
        let claimed = anchors.filter { [.included, .confirmed].contains($0.state) }
        guard let place = claimed.first?.place else {
            throw CommandFailure(printing: "The server tells of no anchor there.")
        }
        guard claimed.allSatisfy({ $0.place == place }) else {
            throw CommandFailure(
                printing: "The server has anchors in several places; choose with --chain-id and --contract.")
        }
        let roots = try logRoots()
        let tiles = try TiledRoots(fetch: server.address().get)
        let verifier = AnchorVerifier(
            chain: try reader(place), confirmations: confirmations,
            log: roots.isEmpty
                ? .compare { size in try await tiles.root(at: size)?.bytes } : .compare { size in roots[size] })
        let wanted = roots.isEmpty ? claimed : claimed.filter { roots[$0.commitment.size] != nil }
        guard !wanted.isEmpty else { throw CommandFailure(printing: "No anchor has the size of a --log-root.") }
        var results: [JSON] = []
        var isGood = true
        for anchor in wanted {
            let result = try await verify(anchor, verifier)
            if result["valid"] != true { isGood = false }
            results.append(result)
        }
        if json {
            printJSON(["anchors": .array(results)])
        } else {
            for result in results { print(Self.line(result)) }
        }
        guard isGood else { throw CommandFailure(printing: "Not every anchor is what the server says.") }
    }

    private func verify(_ anchor: PublishedAnchor, _ verifier: AnchorVerifier) async throws -> JSON {
        var result: JSONObject = [
            "size": .integer(Int64(anchor.commitment.size)),
            "root": .string(Hexadecimal.encode(anchor.commitment.root)),
            "transaction": .string(anchor.place.text(anchor.transaction.bytes)),
        ]
        do {
            let evidence = try await verifier.verify(anchor)
            result["valid"] = true
            result["block"] = .string(anchor.place.text(evidence.block.hash))
            result["block_number"] = .integer(Int64(clamping: evidence.block.number))
            result["confirmations"] = .integer(Int64(clamping: evidence.confirmations))
            result["log_compared"] = .bool(evidence.comparison == .same)
        } catch let refusal as AnchorRefusal {
            result["valid"] = false
            result["error"] = .string(refusal.description)
        } catch let failure as LedgerAuditFailure {
            result["valid"] = false
            result["error"] = .string(failure.description)
        } catch let failure as AnchorFailure {
            throw CommandFailure(printing: "The chain cannot be looked at: \(failure).")
        }
        return .object(result)
    }

    private static func line(_ result: JSON) -> String {
        let size = result["size"]?.integer ?? 0
        if let error = result["error"]?.string { return "size \(size): NOT ANCHORED: \(error)" }
        let compared = result["log_compared"] == true ? "as in the log" : "not compared with the log"
        return "size \(size): block \(result["block_number"]?.integer ?? 0), "
            + "\(result["confirmations"]?.integer ?? 0) confirmations, root \(compared)"
    }

    private func reader(_ place: AnchorPlace) throws -> any AnchorChainReader {
        let credentials = credentialsFile.map { RPCCredentials.file(URL(filePath: $0)) } ?? .none
        return place.reader(over: try HTTPJSONRPC(url: rpc, credentials: credentials))
    }

    private func published() async throws -> [PublishedAnchor] {
        let limits = JSONLimits(depth: 8, values: 100_000)
        guard let body = try await server.address().get("anchors?limit=1000"),
            let list = (try? JSON(parsing: body, limits: limits))?["anchors"]?.array
        else { throw CommandFailure(printing: "The server has no list of anchors.") }
        do throws(PublishedAnchorMalformation) {
            var anchors: [PublishedAnchor] = []
            for entry in list { anchors.append(try PublishedAnchor(entry)) }
            return anchors
        } catch {
            throw CommandFailure(printing: "The server's list of anchors is malformed: \(error.member).")
        }
    }

    private func logRoots() throws -> [UInt64: [UInt8]] {
        var roots: [UInt64: [UInt8]] = [:]
        for text in logRoot {
            let parts = text.split(separator: ":")
            guard parts.count == 2, let size = UInt64(parts[0]), let root = Hexadecimal.decode(parts[1]),
                root.count == AnchorCommitment.rootByteCount
            else { throw ValidationError("--log-root is a size, a colon, and 64 hexadecimal digits.") }
            roots[size] = root
        }
        return roots
    }
}
