import WireFormats

/// Anchors in a chain of Bitcoin's family: the node's wallet pays and signs.
package struct BitcoinFamilyChain: AnchorChain {
    private let reader: BitcoinReader
    /// The most that one anchor may cost, in the smallest unit.
    private let maxFee: UInt64

    private var node: BitcoinNode { reader.node }
    package var place: AnchorPlace { reader.place }

    package init(genesis: [UInt8], client: JSONRPCClient, maxFee: UInt64) {
        reader = BitcoinReader(genesis: genesis, client: client)
        self.maxFee = maxFee
    }

    package func checkNode() async throws(AnchorFailure) { try await reader.checkNode() }

    /// The wallet knows its own transactions without an index.
    package func find(
        _ transaction: AnchorTransactionID, hint: AnchorBlock?
    ) async throws(AnchorFailure) -> ChainRecord {
        let id = JSON.string(Hexadecimal.encode(transaction.bytes))
        guard let own = try await node.find("gettransaction", id) else { return .unknown }
        guard let confirmations = own["confirmations"]?.integer else {
            throw .malformedAnswer(method: "gettransaction")
        }
        if confirmations < 0 { return .conflicted }
        if confirmations == 0 { return try await node.isInMempool(transaction) ? .pending : .unknown }
        let block = try node.hash("gettransaction", own["blockhash"])
        return try await reader.find(transaction, hint: AnchorBlock(hash: block, number: 0))
    }

    package func prepare(_ commitment: AnchorCommitment) async throws(AnchorFailure) -> PreparedAnchor {
        let data = JSON.string(Hexadecimal.encode(OpReturnPayload.encode(commitment)))
        let bare = try node.hex(
            "createrawtransaction", await node.call("createrawtransaction", [], [["data": data]]))
        let funded = try await node.call("fundrawtransaction", .string(bare), ["replaceable": true])
        try checkFee(funded["fee"], of: "fundrawtransaction")
        let unsigned = try node.hex("fundrawtransaction", funded["hex"])
        let signed = try await node.call("signrawtransactionwithwallet", .string(unsigned))
        guard signed["complete"]?.bool == true else { throw .signing("the wallet has not all the keys") }
        return try await prepared(commitment, node.hex("signrawtransactionwithwallet", signed["hex"]), slot: nil)
    }

    /// BIP 125. The wallet chooses by how much more; sending is left to ``broadcast(_:)``.
    package func replacement(for stuck: [PreparedAnchor]) async throws(AnchorFailure) -> PreparedAnchor? {
        guard let last = stuck.last else { return nil }
        let bumped: JSON
        do throws(AnchorFailure) {
            bumped = try await node.call("psbtbumpfee", .string(Hexadecimal.encode(last.transaction.bytes)))
            try checkFee(bumped["fee"], of: "psbtbumpfee")
        } catch {
            if case .feeTooHigh = error { return nil }
            throw error
        }
        guard let proposal = bumped["psbt"]?.string else { throw .malformedAnswer(method: "psbtbumpfee") }
        let processed = try await node.call("walletprocesspsbt", .string(proposal))
        guard processed["complete"]?.bool == true, let complete = processed["psbt"]?.string else {
            throw .signing("the wallet has not all the keys")
        }
        let raw = try await node.call("finalizepsbt", .string(complete))
        return try await prepared(last.commitment, node.hex("finalizepsbt", raw["hex"]), slot: last.slot)
    }

    package func broadcast(_ prepared: PreparedAnchor) async throws(AnchorFailure) -> Broadcast {
        do throws(AnchorFailure) {
            _ = try await node.call("sendrawtransaction", .string(Hexadecimal.encode(prepared.raw)))
            return .accepted
        } catch {
            switch error {
            case .node(.refused(_, BitcoinNode.alreadyInChain, _)): return .accepted
            case .node(.refused(_, BitcoinNode.missingInputs, _)): return .conflict
            default: throw error
            }
        }
    }

    private func prepared(
        _ commitment: AnchorCommitment, _ hex: String, slot: String?
    ) async throws(AnchorFailure) -> PreparedAnchor {
        let decoded = try await node.call("decoderawtransaction", .string(hex))
        let id = try node.hash("decoderawtransaction", decoded["txid"])
        guard let transaction = AnchorTransactionID(id), let raw = Hexadecimal.decode(hex) else {
            throw .malformedAnswer(method: "decoderawtransaction")
        }
        return PreparedAnchor(
            commitment: commitment, transaction: transaction, raw: raw, slot: slot ?? Hexadecimal.encode(id))
    }

    private func checkFee(_ fee: JSON?, of method: String) throws(AnchorFailure) {
        guard let amount = CoinAmount(fee) else { throw .malformedAnswer(method: method) }
        guard amount.satoshis <= maxFee else {
            throw .feeTooHigh(wanted: "\(amount.satoshis) satoshi", permitted: "\(maxFee) satoshi")
        }
    }
}
