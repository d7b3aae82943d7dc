package import Foundation

/// Anchors a log at one place, and follows what became of it. One process at a time does so.
///
/// A transaction is recorded before it is sent, and sent again as it is if that is in doubt: a crash at any moment
/// neither loses one nor pays for another.
package struct AnchorWorker: Sendable {
    package struct Policy: Sendable {
        /// The least time between anchors.
        package var interval: Duration
        /// How many blocks make an anchor final, its own counted.
        package var confirmations: UInt64
        /// How long a transaction may wait before another pays more.
        package var stuckAfter: Duration
        /// How long a process that ended without a word keeps others from taking over.
        package var lease: Duration

        package init(
            interval: Duration, confirmations: UInt64, stuckAfter: Duration = .seconds(900),
            lease: Duration = .seconds(30)
        ) {
            (self.interval, self.confirmations) = (interval, confirmations)
            (self.stuckAfter, self.lease) = (stuckAfter, lease)
        }
    }

    /// The newest checkpoint that was published.
    package typealias Checkpoint = @Sendable () async -> (size: UInt64, root: [UInt8])?

    /// Confirmed anchors that are looked at still: a chain may change more deeply than was thought possible.
    static let confirmedFollowed = 3

    let chain: any AnchorChain
    let store: any AnchorStore
    let policy: Policy
    /// Tells this process from others.
    let holder: [UInt8]
    let checkpoint: Checkpoint
    let now: @Sendable () -> Date
    let tell: @Sendable (AnchorEvent) -> Void

    package init(
        chain: any AnchorChain, store: any AnchorStore, policy: Policy, holder: [UInt8],
        checkpoint: @escaping Checkpoint, now: @escaping @Sendable () -> Date,
        tell: @escaping @Sendable (AnchorEvent) -> Void
    ) {
        (self.chain, self.store, self.policy, self.holder) = (chain, store, policy, holder)
        (self.checkpoint, self.now, self.tell) = (checkpoint, now, tell)
    }

    package enum Outcome: Sendable, Equatable {
        /// Another process does it.
        case notHeld
        case done
    }

    /// One look at everything: what was sent is followed, and the newest checkpoint anchored if it is time.
    @discardableResult
    package func pass() async throws(AnchorFailure) -> Outcome {
        guard try await hold() else { return .notHeld }
        try await chain.checkNode()
        let followed = try await stored { () in
            try await store.followed(at: chain.place, confirmed: Self.confirmedFollowed)
        }
        var isWaiting = false
        var failure: AnchorFailure?
        for slot in AnchorSlot.slots(of: followed) {
            guard try await hold() else { throw .leaseLost }
            do throws(AnchorFailure) {
                if try await follow(slot) { isWaiting = true }
            } catch {
                // Nothing new is begun while it is not known what became of the old, but the other slots are looked at.
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        if !isWaiting { try await anchorNewest() }
        return .done
    }

    /// Lets another process take over at once.
    package func release() async {
        // A lease that is not given back ends by itself.
        try? await store.releaseLease(at: chain.place, holder: holder)
    }

    private func hold() async throws(AnchorFailure) -> Bool {
        let instant = now()
        return try await stored { () in
            try await store.takeLease(
                at: chain.place, holder: holder, until: instant.addingTimeInterval(policy.lease.seconds), now: instant)
        }
    }

    private func anchorNewest() async throws(AnchorFailure) {
        guard let newest = await checkpoint(), let commitment = AnchorCommitment(size: newest.size, root: newest.root)
        else { return }
        if let largest = try await stored({ () in try await store.largest(at: chain.place) }) {
            guard commitment.size >= largest.size else {
                throw .logWentBack(anchored: largest.size, now: commitment.size)
            }
            guard commitment.size > largest.size else {
                if commitment != largest { throw .logForked(size: largest.size) }
                return
            }
        }
        let last = try await stored { () in try await store.lastPrepared(at: chain.place) }
        if let last, now() < last.addingTimeInterval(policy.interval.seconds) { return }
        let record = try await record(try await chain.prepare(commitment))
        if try await send(record) == .accepted { tell(.sent(record)) }
    }

    /// What was prepared, recorded if this process may still do so.
    func record(_ prepared: PreparedAnchor) async throws(AnchorFailure) -> AnchorRecord {
        let instant = now()
        let record = AnchorRecord(place: chain.place, prepared: prepared, preparedAt: instant, changedAt: instant)
        let isRecorded = try await stored { () in
            try await store.insert(record, holder: holder, now: instant)
        }
        guard isRecorded else { throw .leaseLost }
        return record
    }

    func send(_ record: AnchorRecord) async throws(AnchorFailure) -> Broadcast {
        let outcome = try await chain.broadcast(record.prepared)
        if outcome == .accepted, record.state != .sent { try await change(record, to: .sent) }
        return outcome
    }

    @discardableResult
    func change(
        _ record: AnchorRecord, to state: AnchorRecord.State, block: AnchorBlock? = nil, confirmations: UInt64 = 0
    ) async throws(AnchorFailure) -> AnchorRecord {
        var record = record
        (record.state, record.block, record.confirmations) = (state, block, confirmations)
        record.changedAt = now()
        let changed = record
        try await stored { () in try await store.update(changed) }
        return changed
    }

    func stored<Value: Sendable>(
        _ work: () async throws -> Value
    ) async throws(AnchorFailure) -> Value {
        do {
            return try await work()
        } catch {
            throw .store("\(error)")
        }
    }
}

extension Duration {
    var seconds: TimeInterval {
        TimeInterval(components.seconds) + TimeInterval(components.attoseconds) / 1e18
    }
}

/// The transactions of which a chain takes one, the oldest first.
struct AnchorSlot: Sendable {
    let records: [AnchorRecord]

    /// In the order of the oldest in each.
    static func slots(of records: [AnchorRecord]) -> [AnchorSlot] {
        var order: [String] = []
        var bySlot: [String: [AnchorRecord]] = [:]
        for record in records {
            if bySlot[record.prepared.slot] == nil { order.append(record.prepared.slot) }
            bySlot[record.prepared.slot, default: []].append(record)
        }
        return order.map { AnchorSlot(records: bySlot[$0] ?? []) }
    }
}
