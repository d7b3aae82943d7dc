/// What a transaction offers for its gas (EIP-1559), never more than the operator permits.
struct EVMFees: Sendable {
    let node: EVMNode
    /// In wei for each unit of gas.
    let maxFee: UInt64

    /// The transaction with fees that get it into one of the next blocks.
    func priced(
        _ transaction: EIP1559Transaction, of account: EthereumAddress
    ) async throws(AnchorFailure) -> EIP1559Transaction {
        let (maximum, priority) = try await market()
        var transaction = transaction
        (transaction.maxFee, transaction.maxPriorityFee) = (min(maximum, maxFee), priority)
        let need = UInt128(transaction.gasLimit) * UInt128(transaction.maxFee)
        let have = try await node.balance(account)
        guard have >= need else {
            throw .insufficientFunds(have: "\(have) wei", need: "\(need) wei, at \(account)")
        }
        return transaction
    }

    /// The transaction with fees that nodes take in its place; nil if that is more than is permitted.
    func raised(_ transaction: EIP1559Transaction) async throws(AnchorFailure) -> EIP1559Transaction? {
        let (maximum, priority) = try await market()
        var raised = transaction
        // Nodes want a tenth more of both; an eighth more is, whatever the rounding.
        raised.maxFee = min(max(maximum, transaction.maxFee.raised), maxFee)
        raised.maxPriorityFee = min(max(priority, transaction.maxPriorityFee.raised), raised.maxFee)
        let isEnough =
            raised.maxFee >= transaction.maxFee.raised && raised.maxPriorityFee >= transaction.maxPriorityFee.raised
        return isEnough ? raised : nil
    }

    /// Twice the base fee lasts for six full blocks, each an eighth dearer than the one before.
    private func market() async throws(AnchorFailure) -> (maxFee: UInt64, priorityFee: UInt64) {
        let base = try await node.newestBlock().baseFee
        let priority = min(try await node.priorityFee(), maxFee)
        let (needed, isHuge) = base.addingReportingOverflow(priority)
        guard !isHuge, needed <= maxFee else {
            throw .feeTooHigh(wanted: Self.gwei(isHuge ? .max : needed), permitted: Self.gwei(maxFee))
        }
        let (doubled, overflows) = base.multipliedReportingOverflow(by: 2)
        return (overflows ? maxFee : min(maxFee, doubled.addingReportingOverflow(priority).partialValue), priority)
    }

    private static func gwei(_ wei: UInt64) -> String {
        let fraction = String(wei % 1_000_000_000 + 1_000_000_000).dropFirst().prefix(3)
        return "\(wei / 1_000_000_000).\(fraction) gwei"
    }
}

extension UInt64 {
    fileprivate var raised: UInt64 {
        let (sum, overflows) = addingReportingOverflow(self / 8 + 1)
        return overflows ? .max : sum
    }
}
