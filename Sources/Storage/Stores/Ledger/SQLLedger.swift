package import Crypto
package import Foundation
import KeyStore
package import SQLStatements
package import TransparencyLog

/// The ledger over SQL: takes pending entries into the log, tells where they are, and proves it.
///
/// Any number of processes may do this to one database. Each batch is one script that expects the head of the log as it
/// was when the batch was made, so there is one sequence of heads and never two.
package actor SQLLedger {
    /// Which log this is; as it was when the log was made.
    package nonisolated let origin: String
    package nonisolated let logKey: NoteKey
    package nonisolated let witnesses: WitnessPolicy

    nonisolated let rows: LedgerRows
    nonisolated let signer: NoteSigner
    private let now: @Sendable () -> Date
    /// The end of the tree as this process last wrote it. Others may have gone on.
    private var edge: RightEdge?
    private var waiting = LedgerWaiters()
    /// Nobody takes entries in any more.
    private var isStopped = false
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation
    nonisolated let accepted = AcceptedCheckpoint()

    /// Entries that are read, and become leaves, together.
    package static let batchSize = 1024

    /// Opens the log, or makes it.
    ///
    /// - Parameter origin: of a new log. One that exists keeps the one it has, wherever its server has moved to: who
    ///   verifies knows it by that.
    /// - Throws: ``LedgerFault`` if the key is not the log's.
    package static func open(
        _ database: any SQLDatabase, key: Curve25519.Signing.PrivateKey, origin: String,
        witnesses: WitnessPolicy = .none, now: @escaping @Sendable () -> Date
    ) async throws -> SQLLedger {
        let rows = LedgerRows(database: database)
        if try await rows.head() == nil { try await create(origin, key, in: database, at: now()) }
        guard let head = try await rows.head(),
            let signer = NoteSigner(name: head.origin, type: .ed25519, privateKey: key)
        else { throw LedgerFault.noHead }
        guard signer.key.text == head.verifierKey else { throw LedgerFault.otherKey(head.verifierKey) }
        return SQLLedger(rows: rows, signer: signer, witnesses: witnesses, now: now)
    }

    private static func create(
        _ origin: String, _ key: Curve25519.Signing.PrivateKey, in database: any SQLDatabase, at instant: Date
    ) async throws {
        guard let signer = NoteSigner(name: origin, type: .ed25519, privateKey: key) else {
            throw LedgerFault.impossibleOrigin(origin)
        }
        let checkpoint = try Checkpoint(origin: origin, head: .empty).signed(by: signer)
        try await database.change(
            """
            INSERT INTO ledger_head (id, origin, verifier_key, size, root, checkpoint, updated_at)
            VALUES (1, $1, $2, 0, $3, $4, $5) ON CONFLICT (id) DO NOTHING
            """, .text(origin), .text(signer.key.text), .bytes(TreeHash.emptyRoot.bytes), .bytes(checkpoint.bytes),
            .integer(instant.microseconds))
    }

    private init(
        rows: LedgerRows, signer: NoteSigner, witnesses: WitnessPolicy, now: @escaping @Sendable () -> Date
    ) {
        (self.rows, self.signer, self.witnesses, self.now) = (rows, signer, witnesses, now)
        (origin, logKey) = (signer.key.name, signer.key)
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that there are pending entries. Whoever committed them calls it; without, they wait for the next look.
    package nonisolated func wake() { wakeUp.yield() }

    /// Takes in pending entries until the task is cancelled: a batch after the other while there are any, then when woken.
    /// One task of a process does this.
    ///
    /// - Parameter onFailure: is told what went wrong; a moment later it is tried again.
    package func run(
        tick: Duration = .seconds(1), onFailure: @Sendable (any Error) -> Void
    ) async {
        let wakeUp = wakeUp
        // Entries of other processes, and of one that ended before it took them in. It ends with this function.
        let ticking = Task { while (try? await Task.sleep(for: tick)) != nil { wakeUp.yield() } }
        defer { ticking.cancel() }
        wakeUp.yield()
        for await _ in wakeUps {
            if Task.isCancelled { break }
            do {
                while try await integrate() != .nothing, !Task.isCancelled {}
            } catch {
                if !Task.isCancelled { onFailure(error) }
            }
        }
        isStopped = true
        waiting.resumeAll(.stopped)
    }

    /// What became of one look at the pending entries.
    package enum Integration: Sendable, Equatable {
        case nothing
        case appended(Int)
        /// Another process was first.
        case overtaken
    }

    /// Takes in one batch of pending entries.
    package func integrate() async throws -> Integration {
        let asking = waiting.tickets
        guard
            case .done(let results) = try await rows.database.run(
                .reading(
                    SQLStatement(LedgerRows.selectHead),
                    SQLStatement(
                        "SELECT id, entry FROM ledger_pending ORDER BY at, id LIMIT $1",
                        .integer(Int64(Self.batchSize))))),
            let head = try results[0].rows.first.map(LedgerRows.head)
        else { throw LedgerFault.noHead }
        let pending = results[1].rows.map { (id: $0.bytes(0), entry: $0.bytes(1)) }
        // Whoever asked before this look for an entry that is not in it may find it among the entries by now.
        if pending.count < Self.batchSize { waiting.resume(asking, except: pending.map(\.id), .look) }
        guard !pending.isEmpty else { return .nothing }
        var edge = try await edge(of: head.tree)
        let tiles = edge.append(pending.map { .leaf($0.entry) })
        let checkpoint = try Checkpoint(origin: origin, head: edge.head).signed(by: signer)
        let batch = LedgerBatch(
            old: head.tree, entries: pending, tiles: tiles, new: edge.head, checkpoint: checkpoint.bytes,
            at: now().microseconds)
        guard try await write(batch) else {
            self.edge = nil
            return .overtaken
        }
        self.edge = edge
        for (offset, entry) in pending.enumerated() {
            waiting.resume(entry.id, .index(head.tree.size + UInt64(offset)))
        }
        return .appended(pending.count)
    }

    /// - Returns: false if another process was first.
    private func write(_ batch: LedgerBatch) async throws -> Bool {
        do throws(DatabaseFailure) {
            return try await rows.database.run(batch.script).isDone
        } catch {
            guard error.kind == .constraintViolation else { throw error }
            try await forgetIntegrated()
            return false
        }
    }

    /// Entries that were handed over again while they were taken in.
    private func forgetIntegrated() async throws {
        try await rows.database.change(
            """
            DELETE FROM ledger_pending WHERE id IN (
                SELECT ledger_pending.id FROM ledger_pending
                JOIN ledger_entries ON ledger_entries.pending_id = ledger_pending.id)
            """)
    }

    private func edge(of head: TreeHead) async throws -> RightEdge {
        if let edge, edge.head == head { return edge }
        let tiles = try await rows.tiles(RightEdge.tiles(of: head.size))
        let edge = try RightEdge(size: head.size, tiles: tiles)
        guard edge.head == head else { throw LedgerFault.damaged(size: head.size) }
        return edge
    }

    /// The index of an entry that was handed over, once it has one, whichever process took it in.
    ///
    /// - Throws: ``LedgerFault/unknownEntry`` if it was never handed over; `CancellationError`.
    package func index(of id: PendingLedgerEntry.ID) async throws -> UInt64 {
        while true {
            wake()
            switch await waiting(for: id) {
            case .index(let index): return index
            case .look:
                if let index = try await knownIndex(of: id) { return index }
                let isPending = try await rows.database.first(
                    "SELECT 1 FROM ledger_pending WHERE id = $1", .bytes(id.bytes)
                ) { _ in true }
                // It may have been taken in between the two questions.
                guard isPending == nil else { continue }
                guard let index = try await knownIndex(of: id) else { throw LedgerFault.unknownEntry }
                return index
            case .cancelled: throw CancellationError()
            case .stopped: throw LedgerFault.stopped
            }
        }
    }

    private func waiting(for id: PendingLedgerEntry.ID) async -> LedgerWaiters.Answer {
        let ticket = waiting.nextTicket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled || isStopped {
                    continuation.resume(returning: isStopped ? .stopped : .cancelled)
                } else {
                    waiting.add(ticket, id.bytes, continuation)
                }
            }
        } onCancel: {
            // What is called when a task is cancelled cannot wait for the actor.
            Task { await self.cancel(ticket) }
        }
    }

    private func cancel(_ ticket: UInt64) { waiting.resume([ticket], except: [], .cancelled) }

    /// The index of an entry that is in the log already.
    package nonisolated func knownIndex(of id: PendingLedgerEntry.ID) async throws -> UInt64? {
        try await rows.database.first(
            "SELECT number FROM ledger_entries WHERE pending_id = $1", .bytes(id.bytes)
        ) { UInt64($0.integer(0)) }
    }
}

/// Why the ledger cannot be opened or used.
package enum LedgerFault: Error, Equatable, CustomStringConvertible {
    case noHead
    case impossibleOrigin(String)
    case otherKey(String)
    /// The unfinished tiles do not make the root that was signed.
    case damaged(size: UInt64)
    /// The pending entry that is asked about was never handed over.
    case unknownEntry
    case stopped

    package var description: String {
        switch self {
        case .noHead: "the ledger has no head"
        case .impossibleOrigin(let origin): "\(origin) cannot be the origin of a ledger"
        case .otherKey(let key):
            "the ledger was made with another key than this installation has; its key is \(key). Restore the keys and "
                + "the ledger from the same backup."
        case .damaged(let size):
            "the tiles of the ledger do not make the root of its \(size) entries; nothing is added to it. Restore the "
                + "database, and run vouchsafe ledger verify."
        case .unknownEntry: "no such entry was handed over to the ledger"
        case .stopped: "the ledger is stopping"
        }
    }
}
