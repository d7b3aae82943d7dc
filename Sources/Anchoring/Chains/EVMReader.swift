/// Anchors in a chain of Ethereum's kind, as anybody can look them up.
package struct EVMReader: AnchorChainReader {
    package let chainID: UInt64
    package let contract: EthereumAddress
    let node: EVMNode

    package var place: AnchorPlace { .evm(chainID: chainID, contract: contract) }

    package init(chainID: UInt64, contract: EthereumAddress, client: JSONRPCClient) {
        (self.chainID, self.contract, node) = (chainID, contract, EVMNode(client: client))
    }

    package func checkNode() async throws(AnchorFailure) {
        try await node.check(chainID)
        // Another contract could let a size be anchored twice.
        guard AnchorContract.isCode(try await node.code(contract)) else {
            throw .notTheContract(address: contract.description)
        }
    }

    package func find(
        _ transaction: AnchorTransactionID, hint: AnchorBlock?
    ) async throws(AnchorFailure) -> ChainRecord {
        guard let receipt = try await node.receipt(transaction) else {
            return try await node.knows(transaction) ? .pending : .unknown
        }
        // The newest number first: were it read last, blocks that came in between would be counted too.
        let newest = try await node.newestBlock().number
        guard receipt.block.number <= newest, try await node.blockHash(receipt.block.number) == receipt.block.hash
        else { return .pending }
        let commitments = receipt.events.compactMap { event in
            event.contract == contract
                ? AnchorContract.commitment(topics: event.topics, data: event.data) : nil
        }
        return .included(
            receipt.block, commitment: receipt.succeeded && commitments.count == 1 ? commitments[0] : nil,
            confirmations: newest - receipt.block.number + 1)
    }
}

extension EVMNode {
    func check(_ chainID: UInt64) async throws(AnchorFailure) {
        let found = try await self.chainID()
        guard found == chainID else { throw .wrongChain(expected: String(chainID), found: String(found)) }
        guard try await !isSyncing() else { throw .nodeIsSyncing }
    }
}
