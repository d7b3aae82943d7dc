import Anchoring
import ArgumentParser
import Foundation
import ServiceProvider
import WireFormats

/// Nodes that a service provider asks about anchors, by its settings.
enum AnchorNodes {
    /// The setting `anchors`: a list of chains.
    static func read(_ configuration: OrganizationConfiguration) throws -> [AnchorNode] {
        guard let setting = configuration.object["anchors"] else { return [] }
        guard let list = setting.array else {
            throw CommandFailure("\(configuration.file.path): anchors: a list is expected")
        }
        return try list.enumerated().map { index, entry in
            func fault(_ member: String, _ text: String) -> CommandFailure {
                CommandFailure("\(configuration.file.path): anchors[\(index)].\(member): \(text)")
            }
            guard let rpc = entry["rpc"]?.string else { throw fault("rpc", "the address of a node is expected") }
            guard let kind = entry["chain"]?.string.flatMap({ AnchorPlace.Kind(rawValue: $0) }) else {
                throw fault("chain", "evm or bitcoin is expected")
            }
            guard
                let place = entry["chain_id"]?.string.flatMap({
                    AnchorPlace(kind, chainID: $0, contract: entry["contract"]?.string)
                })
            else {
                throw fault(
                    "chain_id", "the chain's number and a contract are expected, or the hash of the first block")
            }
            let confirmations = entry["confirmations"] ?? 6
            guard let depth = confirmations.integer.flatMap({ UInt64(exactly: $0) }), depth > 0 else {
                throw fault("confirmations", "a number from 1 is expected")
            }
            let credentials = entry["credentials_file"]?.string.map {
                URL(filePath: $0, relativeTo: configuration.file.deletingLastPathComponent())
            }
            let node = try HTTPJSONRPC(
                url: rpc, credentials: credentials.map { RPCCredentials.file($0) } ?? .none)
            return AnchorNode(
                kind: place.kind, chainID: place.chainID, contract: place.contract, confirmations: depth,
                reader: { $0.reader(over: node) })
        }
    }
}

/// A node that is named on the command line.
struct AnchorNodeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Look the anchors up at this node (https, or http to localhost), not at those of the settings.",
            valueName: "rpc"))
    var verifyAnchor: String?

    @Option(help: "A file with name:password or a bearer token for the node.")
    var credentialsFile: String?

    @Option(help: "The chain: its number, or the hash of its first block (default: as the hub says).")
    var chainID: String?

    @Option(help: "The contract that the anchors are in (default: as the hub says).")
    var contract: String?

    @Option(help: "How deep a block must be, itself counted.")
    var confirmations: UInt64 = 6

    func nodes() throws -> [AnchorNode]? {
        guard let verifyAnchor else { return nil }
        let address = contract.flatMap { EthereumAddress($0) }
        guard (contract == nil) == (address == nil) else { throw CommandFailure("--contract: no address") }
        let credentials = credentialsFile.map { RPCCredentials.file(URL(filePath: $0)) } ?? .none
        let node = try HTTPJSONRPC(url: verifyAnchor, credentials: credentials)
        return [
            AnchorNode(chainID: chainID, contract: address, confirmations: max(1, confirmations)) {
                $0.reader(over: node)
            }
        ]
    }
}

extension AnchorPlace {
    /// Looks there, through a node.
    func reader(over node: HTTPJSONRPC) -> any AnchorChainReader {
        let client = JSONRPCClient(node)
        switch self {
        case .evm(let chainID, let contract):
            return EVMReader(chainID: chainID, contract: contract, client: client)
        case .bitcoin(let genesis): return BitcoinReader(genesis: genesis, client: client)
        }
    }
}
