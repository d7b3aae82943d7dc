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
        try await signed(commitment, spending: [], options: ["replaceable": true], slot: nil)
    }

    /// BIP 125: what spends the same money and pays more is taken instead. The wallets of some nodes can do so by
    /// themselves, and the nodes of others crash when they are asked.
    package func replacement(for stuck: [PreparedAnchor]) async throws(AnchorFailure) -> PreparedAnchor? {
        guard let last = stuck.last else { return nil }
        let old = try await node.call("decoderawtransaction", .string(Hexadecimal.encode(last.raw)))
        let own = try await node.call("gettransaction", .string(Hexadecimal.encode(last.transaction.bytes)))
        // What was spent is told as a loss.
        guard let size = old["vsize"]?.integer, size > 0, let paid = CoinAmount(spent: own["fee"]),
            let rate = CoinAmount.rate(above: paid, for: UInt64(size))
        else { throw .malformedAnswer(method: "gettransaction") }
        var inputs: [JSON] = []
        for input in old["vin"]?.array ?? [] {
            guard let transaction = input["txid"], let number = input["vout"] else {
                throw .malformedAnswer(method: "decoderawtransaction")
            }
            inputs.append(["txid": transaction, "vout": number])
        }
        do throws(AnchorFailure) {
            return try await signed(
                last.commitment, spending: inputs, options: ["replaceable": true, "feeRate": rate.coins],
                slot: last.slot)
        } catch {
            if case .feeTooHigh = error { return nil }
            throw error
        }
    }

    /// - Parameter slot: nil for the transaction's own.
    private func signed(
        _ commitment: AnchorCommitment, spending inputs: [JSON], options: JSON, slot: String?
    ) async throws(AnchorFailure) -> PreparedAnchor {
        let data = JSON.string(Hexadecimal.encode(OpReturnPayload.encode(commitment)))
        let bare = try node.hex(
            "createrawtransaction", await node.call("createrawtransaction", .array(inputs), [["data": data]]))
        let funded = try await node.call("fundrawtransaction", .string(bare), options)
        try checkFee(funded["fee"], of: "fundrawtransaction")
        let unsigned = try node.hex("fundrawtransaction", funded["hex"])
        let signed = try await node.call("signrawtransactionwithwallet", .string(unsigned))
        guard signed["complete"]?.bool == true else { throw .signing("the wallet has not all the keys") }
        return try await prepared(
            commitment, node.hex("signrawtransactionwithwallet", signed["hex"]), slot: slot)
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
