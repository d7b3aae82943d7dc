import WireFormats

/// Anchors in a chain of Bitcoin's family, as anybody can look them up who has a node.
package struct BitcoinReader: AnchorChainReader {
    package let genesis: [UInt8]
    let node: BitcoinNode

    package var place: AnchorPlace { .bitcoin(genesis: genesis) }

    package init(genesis: [UInt8], client: JSONRPCClient) {
        (self.genesis, node) = (genesis, BitcoinNode(client: client))
    }

    package func checkNode() async throws(AnchorFailure) {
        let found = try await node.genesis()
        guard found == genesis else {
            throw .wrongChain(expected: Hexadecimal.encode(genesis), found: Hexadecimal.encode(found))
        }
        guard try await !node.isSyncing() else { throw .nodeIsSyncing }
    }

    /// Without an index of transactions, a node finds one only if it is told in which block to look.
    package func find(
        _ transaction: AnchorTransactionID, hint: AnchorBlock?
    ) async throws(AnchorFailure) -> ChainRecord {
        let id = JSON.string(Hexadecimal.encode(transaction.bytes))
        if let hint {
            let block = JSON.string(Hexadecimal.encode(hint.hash))
            if let found = try await node.find("getrawtransaction", id, true, block) {
                return try await record(transaction, found, in: hint.hash)
            }
        }
        guard let found = try await node.find("getrawtransaction", id, true) else { return .unknown }
        guard let block = found["blockhash"] else { return .pending }
        return try await record(transaction, found, in: node.hash("getrawtransaction", block))
    }

    private func record(
        _ transaction: AnchorTransactionID, _ found: JSON, in block: [UInt8]
    ) async throws(AnchorFailure) -> ChainRecord {
        let blockID = JSON.string(Hexadecimal.encode(block))
        guard let told = try await node.find("getblockheader", blockID, true), let height = told["height"]?.integer,
            let number = UInt64(exactly: height), let confirmations = told["confirmations"]?.integer
        else { return .unknown }
        // -1: the block is in no branch that counts.
        guard confirmations > 0 else { return .pending }
        let raw = try await node.call("getblockheader", blockID, false)
        let header = raw.string.flatMap { Hexadecimal.decode($0) }.flatMap { BitcoinBlockHeader($0) }
        guard let header, header.hash == block else { throw .malformedAnswer(method: "getblockheader") }
        let listed = try await node.call("getblock", blockID, 1)["tx"]?.array ?? []
        let transactions = listed.compactMap { $0.string.flatMap { Hexadecimal.decode($0) } }
        guard header.covers(transactions), transactions.contains(transaction.bytes) else {
            throw .malformedAnswer(method: "getblock")
        }
        return .included(
            AnchorBlock(hash: block, number: number), commitment: Self.commitment(of: found),
            confirmations: UInt64(confirmations))
    }

    /// Nil for none, and for several: which of them counts would be anybody's choice.
    private static func commitment(of transaction: JSON) -> AnchorCommitment? {
        let commitments = (transaction["vout"]?.array ?? []).compactMap { output in
            output["scriptPubKey"]?["hex"]?.string.flatMap { Hexadecimal.decode($0) }
                .flatMap { OpReturnPayload.decode(script: $0) }
        }
        return commitments.count == 1 ? commitments[0] : nil
    }
}
