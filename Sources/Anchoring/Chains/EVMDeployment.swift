import WireFormats

/// Puts the contract into a chain.
package struct EVMDeployment: Sendable {
    private let chainID: UInt64
    private let node: EVMNode
    private let signer: any EthereumSigner
    private let fees: EVMFees

    package init(chainID: UInt64, client: JSONRPCClient, signer: any EthereumSigner, maxFee: UInt64) {
        (self.chainID, node, self.signer) = (chainID, EVMNode(client: client), signer)
        fees = EVMFees(node: node, maxFee: maxFee)
    }

    /// A deployment that was sent.
    package struct Sent: Sendable {
        package let transaction: AnchorTransactionID
        /// Where the contract will be: known before it is there.
        package let contract: EthereumAddress
        package let maximumCost: UInt128
    }

    package func send() async throws(AnchorFailure) -> Sent {
        try await node.check(chainID)
        let gas = try await node.estimateGas(from: signer.address, to: nil, data: AnchorContract.creationCode)
        let transaction = try await fees.priced(
            EIP1559Transaction(
                chainID: chainID, nonce: try await node.transactionCount(signer.address, at: "pending"),
                maxPriorityFee: 0, maxFee: 0, gasLimit: gas + gas / 5, to: nil, data: AnchorContract.creationCode),
            of: signer.address)
        let signed = try transaction.signed(by: signer)
        _ = try await node.call("eth_sendRawTransaction", .string(EthereumHex.data(signed.raw)))
        guard let hash = AnchorTransactionID(signed.hash) else { throw .signing("the hash has another length") }
        return Sent(
            transaction: hash, contract: EthereumAddress(ofContractBy: signer.address, nonce: transaction.nonce),
            maximumCost: UInt128(transaction.gasLimit) * UInt128(transaction.maxFee))
    }

    /// The gas it took, once it is in a block; nil until then.
    package func gas(of sent: Sent) async throws(AnchorFailure) -> UInt64? {
        guard let receipt = try await node.receipt(sent.transaction) else { return nil }
        guard receipt.succeeded, AnchorContract.isCode(try await node.code(sent.contract)) else {
            throw .notTheContract(address: sent.contract.description)
        }
        return receipt.gasUsed
    }
}
