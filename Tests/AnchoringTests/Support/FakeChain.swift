import Anchoring
import Synchronization

/// A chain whose blocks are made, and dropped, by the test. A slot is a number that one transaction can use up.
final class FakeChain: AnchorChain {
    struct State {
        var blocks: [(hash: [UInt8], transactions: [PreparedAnchor])] = []
        var mempool: [PreparedAnchor] = []
        /// Everything that was ever taken, each once.
        var taken: [AnchorTransactionID] = []
        var usedSlots: Set<String> = []
        var reverts = false
        var made: UInt8 = 0
        var branch: UInt8 = 0
        var broadcast = BroadcastBehaviour.takes
        var nodeFailure: AnchorFailure?
        var mayBid = true
        var takesReplacements = true
        /// Called while a transaction is being prepared.
        var whilePreparing: (@Sendable () async -> Void)?
    }

    enum BroadcastBehaviour {
        case takes
        /// The request does not arrive.
        case fails
        /// It arrives, and the answer does not.
        case takesAndFails
    }

    static let away = AnchorFailure.node(.unreachable("nothing answers at that address"))
    let place = AnchorPlace.bitcoin(genesis: [UInt8](repeating: 1, count: 32))
    let state = Mutex(State())

    func change(_ work: (inout State) -> Void) { state.withLock { work(&$0) } }

    func checkNode() async throws(AnchorFailure) {
        if let failure = state.withLock(\.nodeFailure) { throw failure }
    }

    func prepare(_ commitment: AnchorCommitment) async throws(AnchorFailure) -> PreparedAnchor {
        await state.withLock(\.whilePreparing)?()
        return state.withLock { state in
            state.made += 1
            return Self.prepared(commitment, state.made, slot: "slot \(state.made)")
        }
    }

    func replacement(for stuck: [PreparedAnchor]) async throws(AnchorFailure) -> PreparedAnchor? {
        state.withLock { state in
            guard state.mayBid, let last = stuck.last else { return nil }
            state.made += 1
            return Self.prepared(last.commitment, state.made, slot: last.slot)
        }
    }

    func broadcast(_ prepared: PreparedAnchor) async throws(AnchorFailure) -> Broadcast {
        let isRefused = state.withLock { state in
            !state.takesReplacements
                && state.mempool.contains { $0.slot == prepared.slot && $0.transaction != prepared.transaction }
        }
        guard !isRefused else {
            throw .node(.refused(method: "sendrawtransaction", code: -26, message: "txn-mempool-conflict"))
        }
        let (result, fails) = state.withLock { state -> (Broadcast, Bool) in
            if state.broadcast == .fails { return (.accepted, true) }
            if state.usedSlots.contains(prepared.slot) { return (.conflict, false) }
            state.mempool.removeAll { $0.slot == prepared.slot }
            state.mempool.append(prepared)
            if !state.taken.contains(prepared.transaction) { state.taken.append(prepared.transaction) }
            return (.accepted, state.broadcast == .takesAndFails)
        }
        if fails { throw Self.away }
        return result
    }

    func find(_ transaction: AnchorTransactionID, hint: AnchorBlock?) async throws(AnchorFailure) -> ChainRecord {
        state.withLock { state in
            for (index, block) in state.blocks.enumerated() {
                guard let found = block.transactions.first(where: { $0.transaction == transaction }) else { continue }
                return .included(
                    AnchorBlock(hash: block.hash, number: UInt64(index)),
                    commitment: state.reverts ? nil : found.commitment,
                    confirmations: UInt64(state.blocks.count - index))
            }
            return state.mempool.contains { $0.transaction == transaction } ? .pending : .unknown
        }
    }

    /// A block with what waits, and empty ones behind it.
    func mine(_ count: Int = 1) {
        change { state in
            for _ in 0..<count {
                let hash = [state.branch, UInt8(state.blocks.count)] + [UInt8](repeating: 0, count: 30)
                state.blocks.append((hash, state.mempool))
                state.usedSlots.formUnion(state.mempool.map(\.slot))
                state.mempool = []
            }
        }
    }

    /// Drops the newest blocks, and forgets what was in them.
    func drop(_ count: Int) {
        change { state in
            for block in state.blocks.suffix(count) {
                state.usedSlots.subtract(block.transactions.map(\.slot))
            }
            state.blocks.removeLast(count)
            state.branch += 1
        }
    }

    var inBlocks: [AnchorCommitment] { state.withLock { $0.blocks.flatMap { $0.transactions.map(\.commitment) } } }
    var taken: [AnchorTransactionID] { state.withLock(\.taken) }

    private static func prepared(_ commitment: AnchorCommitment, _ number: UInt8, slot: String) -> PreparedAnchor {
        guard let id = AnchorTransactionID([number] + [UInt8](repeating: 9, count: 31)) else {
            fatalError("there are 32 bytes")
        }
        return PreparedAnchor(commitment: commitment, transaction: id, raw: [number], slot: slot)
    }
}
