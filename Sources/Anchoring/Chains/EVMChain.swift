import WireFormats

/// Anchors in a chain of Ethereum's kind, by calls to the contract signed here.
package struct EVMChain: AnchorChain {
    private let reader: EVMReader
    private let signer: any EthereumSigner
    private let fees: EVMFees

    private var node: EVMNode { reader.node }
    package var place: AnchorPlace { reader.place }

    package init(
        chainID: UInt64, contract: EthereumAddress, client: JSONRPCClient, signer: any EthereumSigner,
        maxFee: UInt64
    ) {
        reader = EVMReader(chainID: chainID, contract: contract, client: client)
        self.signer = signer
        fees = EVMFees(node: reader.node, maxFee: maxFee)
    }

    package func checkNode() async throws(AnchorFailure) {
        try await reader.checkNode()
    }

    package func find(
        _ transaction: AnchorTransactionID, hint: AnchorBlock?
    ) async throws(AnchorFailure) -> ChainRecord {
        try await reader.find(transaction, hint: hint)
    }

    package func prepare(_ commitment: AnchorCommitment) async throws(AnchorFailure) -> PreparedAnchor {
        try await checkContract(commitment)
        let data = AnchorContract.call(commitment)
        let gas = try await node.estimateGas(from: signer.address, to: reader.contract, data: data)
        let transaction = EIP1559Transaction(
            chainID: reader.chainID, nonce: try await node.transactionCount(signer.address, at: "pending"),
            maxPriorityFee: 0, maxFee: 0, gasLimit: gas + gas / 5, to: reader.contract, data: data)
        return try prepared(try await fees.priced(transaction, of: signer.address), commitment)
    }

    /// What would be refused after its fee was paid is refused before.
    private func checkContract(_ commitment: AnchorCommitment) async throws(AnchorFailure) {
        let owner = try await node.read(reader.contract, AnchorContract.ownerCall)
        guard Array(owner.suffix(20)) == signer.address.bytes else {
            let address = EthereumAddress(Array(owner.suffix(20)))?.description ?? "nobody"
            throw .notTheOwner(owner: address, own: signer.address.description)
        }
        let size = AnchorContract.number(try await node.read(reader.contract, AnchorContract.sizeCall))
        guard let size else { throw .malformedAnswer(method: "eth_call") }
        guard commitment.size > size else { throw .contractIsAhead(size: size, own: commitment.size) }
    }

    package func replacement(for stuck: [PreparedAnchor]) async throws(AnchorFailure) -> PreparedAnchor? {
        let known = stuck.compactMap { SignedEIP1559Transaction(decoding: $0.raw)?.transaction }
        guard let highest = known.max(by: { $0.maxFee < $1.maxFee }), let commitment = stuck.first?.commitment,
            let raised = try await fees.raised(highest)
        else { return nil }
        return try prepared(raised, commitment)
    }

    package func broadcast(_ prepared: PreparedAnchor) async throws(AnchorFailure) -> Broadcast {
        do throws(AnchorFailure) {
            _ = try await node.call("eth_sendRawTransaction", .string(EthereumHex.data(prepared.raw)))
            return .accepted
        } catch {
            switch error {
            case .node(.refused), .insufficientFunds: break
            default: throw error
            }
            if try await node.knows(prepared.transaction) { return .accepted }
            guard let nonce = SignedEIP1559Transaction(decoding: prepared.raw)?.transaction.nonce else { throw error }
            // Nodes' words differ; whether the number is used up does not.
            if try await node.transactionCount(signer.address, at: "latest") > nonce { return .conflict }
            throw error
        }
    }

    private func prepared(
        _ transaction: EIP1559Transaction, _ commitment: AnchorCommitment
    ) throws(AnchorFailure) -> PreparedAnchor {
        let signed = try transaction.signed(by: signer)
        guard let hash = AnchorTransactionID(signed.hash) else { throw .signing("the hash has another length") }
        return PreparedAnchor(
            commitment: commitment, transaction: hash, raw: signed.raw, slot: "nonce \(transaction.nonce)")
    }
}

extension EIP1559Transaction {
    func signed(by signer: any EthereumSigner) throws(AnchorFailure) -> SignedEIP1559Transaction {
        do {
            return signed(with: try signer.sign(hash: signingHash))
        } catch {
            throw .signing("\(error)")
        }
    }
}
