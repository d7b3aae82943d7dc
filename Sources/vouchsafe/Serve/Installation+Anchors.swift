import Anchoring
import ConfigurationFile
import EthereumKeys
import Foundation
import JOSE
import KeyStore
import Logging
import ServiceLifecycle
import Storage
import WebServer

extension Installation {
    /// What everybody may know of the ledger's anchors; nil if it has none.
    var anchorsSite: AnchorsSite? {
        guard !configuration.anchors.isEmpty else { return nil }
        let store = SQLAnchorStore(database: database)
        return AnchorsSite(identifier: configuration.publicURL) { try await store.newest($0) }
    }

    /// What anchors the ledger, at each place that is configured.
    ///
    /// - Parameter checkpoint: the newest that the ledger has published.
    func anchorServices(checkpoint: @escaping AnchorWorker.Checkpoint) throws -> [any Service] {
        try configuration.anchors.map { settings in
            let logger = logger
            let chain = try anchorChain(settings)
            let worker = AnchorWorker(
                chain: chain, store: SQLAnchorStore(database: database), policy: AnchorWorker.Policy(settings),
                holder: secureRandomBytes(16), checkpoint: checkpoint, now: now
            ) { event in
                logger.log(
                    level: event.isTrouble ? .warning : .info, "\(event.sentence)", metadata: event.record.logged)
            }
            return AnchorService(
                worker: worker, place: chain.place.key, pace: AnchorPace(interval: settings.interval), logger: logger)
        }
    }

    /// - Throws: `CommandFailure` if the contract is not deployed yet, or there is no key.
    func anchorChain(_ settings: AnchorSettings) throws -> any AnchorChain {
        let client = try rpcClient(settings)
        switch settings.chain {
        case .bitcoin(let bitcoin):
            return BitcoinFamilyChain(genesis: bitcoin.genesis, client: client, maxFee: bitcoin.maxFee)
        case .evm(let evm):
            guard let contract = evm.contract else {
                throw CommandFailure(
                    "sharing.ledger.anchors: chain \(evm.chainID) has no contract; "
                        + "vouchsafe ledger anchor deploy makes one")
            }
            return EVMChain(
                chainID: evm.chainID, contract: contract, client: client, signer: try anchorKey(evm),
                maxFee: evm.maxFee)
        }
    }

    func rpcClient(_ settings: AnchorSettings) throws -> JSONRPCClient {
        var url = settings.rpc
        if case .bitcoin(let bitcoin) = settings.chain, let wallet = bitcoin.wallet {
            url += (url.hasSuffix("/") ? "" : "/") + "wallet/" + wallet
        }
        let credentials = settings.credentialsFile.map { RPCCredentials.file(file($0)) } ?? .none
        return JSONRPCClient(try HTTPJSONRPC(url: url, credentials: credentials))
    }

    func anchorKey(_ settings: AnchorSettings.EVM) throws -> EthereumKey {
        let place: KeyPlace
        if let name = settings.keyFile {
            place = .file(file(name).path)
        } else if let text = self.settings.anchorKey {
            place = .environment(text)
        } else {
            throw CommandFailure(
                "sharing.ledger.anchors: chain \(settings.chainID) has no key; set key_file, or "
                    + "\(Settings.anchorKeyName) in the environment")
        }
        return try AnchorKeys.key(place, sealer: keys.ring.dataSealer)
    }
}

extension AnchorWorker.Policy {
    init(_ settings: AnchorSettings) {
        self.init(
            interval: settings.interval, confirmations: UInt64(settings.confirmations),
            stuckAfter: settings.stuckAfter)
    }
}

extension AnchorRecord {
    /// Nothing in it is secret: it is in the chain, or will be.
    var logged: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "chain": "\(place.key)", "size": "\(prepared.commitment.size)",
            "transaction": "\(place.text(prepared.transaction.bytes))",
        ]
        if let block { metadata["block"] = "\(block.number)" }
        return metadata
    }
}
