/// Checks from outside that a log's size and root are in a chain, by a node of whoever checks.
package struct AnchorVerifier: Sendable {
    private let chain: any AnchorChainReader
    private let confirmations: UInt64
    private let log: LogRoots

    /// - Parameter confirmations: how deep the block must be, itself counted.
    package init(chain: any AnchorChainReader, confirmations: UInt64, log: LogRoots) {
        (self.chain, self.confirmations, self.log) = (chain, confirmations, log)
    }

    /// - Throws: an ``AnchorRefusal``.
    package func verify(_ anchor: PublishedAnchor) async throws -> AnchorEvidence {
        guard anchor.place == chain.place else { throw AnchorRefusal.anotherPlace }
        try await chain.checkNode()
        guard
            case .included(let block, let commitment, let depth) = try await chain.find(
                anchor.transaction, hint: anchor.block)
        else { throw AnchorRefusal.notInTheChain }
        guard let commitment else { throw AnchorRefusal.saysNothing }
        guard commitment == anchor.commitment else { throw AnchorRefusal.saysAnother(commitment) }
        guard depth >= confirmations else { throw AnchorRefusal.notDeepEnough(depth, wanted: confirmations) }
        let comparison = try await compare(commitment)
        return AnchorEvidence(
            anchor: anchor, block: block, confirmations: depth, comparison: comparison)
    }

    private func compare(_ commitment: AnchorCommitment) async throws -> AnchorEvidence.Comparison {
        switch log {
        case .skip(let reason): return .skipped(reason)
        case .compare(let rootAt):
            guard let root = try await rootAt(commitment.size) else {
                throw AnchorRefusal.logIsShorter(than: commitment.size)
            }
            guard root == commitment.root else { throw AnchorRefusal.logHasAnotherRoot(size: commitment.size) }
            return .same
        }
    }
}

/// Where the log's own roots come from.
package enum LogRoots: Sendable {
    /// The root that the log's entries have at a size, computed by whoever checks; nil if the log is shorter.
    case compare(_ rootAt: @Sendable (_ size: UInt64) async throws -> [UInt8]?)
    /// The chain is looked at, the log is not.
    case skip(reason: String)
}

/// What was found in the chain. Only ``AnchorVerifier`` makes it.
package struct AnchorEvidence: Sendable {
    package enum Comparison: Sendable, Equatable {
        /// The log has the anchored root at the anchored size.
        case same
        case skipped(String)
    }

    package let anchor: PublishedAnchor
    /// Where it is now, whatever was said before.
    package let block: AnchorBlock
    package let confirmations: UInt64
    package let comparison: Comparison

    fileprivate init(anchor: PublishedAnchor, block: AnchorBlock, confirmations: UInt64, comparison: Comparison) {
        (self.anchor, self.block, self.confirmations, self.comparison) = (anchor, block, confirmations, comparison)
    }
}

/// Why an anchor proves nothing.
package enum AnchorRefusal: Error, Sendable, Equatable {
    /// Another chain or contract than the auditor looks at.
    case anotherPlace
    case notInTheChain
    /// The transaction has no commitment, or several, or the contract refused it.
    case saysNothing
    case saysAnother(AnchorCommitment)
    case notDeepEnough(UInt64, wanted: UInt64)
    case logIsShorter(than: UInt64)
    case logHasAnotherRoot(size: UInt64)
}

extension AnchorRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .anotherPlace: "it is said to be in another chain or contract"
        case .notInTheChain: "the transaction is in no block of the chain"
        case .saysNothing: "the transaction anchors nothing"
        case .saysAnother(let commitment): "the chain has something else: \(commitment)"
        case .notDeepEnough(let depth, let wanted): "\(depth) of \(wanted) confirmations"
        case .logIsShorter(let size): "the log has fewer than \(size) entries"
        case .logHasAnotherRoot(let size): "the log has another root at size \(size) than the chain"
        }
    }
}
