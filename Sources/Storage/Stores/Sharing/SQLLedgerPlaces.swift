import Foundation
import SQLStatements
import SharingHub
import Synchronization
import TransparencyLog

/// The ledger's places over SQL.
package struct SQLLedgerPlaces: LedgerPlaces {
    let ledger: SQLLedger
    private let known = KnownIndices()

    package init(ledger: SQLLedger) { self.ledger = ledger }

    package var origin: String { ledger.origin }

    package func indices(of pendingIDs: [[UInt8]], within limit: Duration) async throws -> [UInt64?] {
        let deadline = ContinuousClock.now + limit
        var known = self.known[pendingIDs]
        guard known.count < pendingIDs.count else { return pendingIDs.map { known[$0] } }
        defer { self.known.insert(known) }
        // Waiting first spares a look that would find nothing yet.
        if limit > .zero, let last = pendingIDs.last { known[last] = try await index(of: last, until: deadline) }
        while true {
            for (id, index) in try await ledger.knownIndices(of: pendingIDs.filter { known[$0] == nil }) {
                known[id] = index
            }
            guard let missing = pendingIDs.first(where: { known[$0] == nil }), ContinuousClock.now < deadline,
                let index = try await index(of: missing, until: deadline)
            else { return pendingIDs.map { known[$0] } }
            known[missing] = index
        }
    }

    private func index(of id: [UInt8], until deadline: ContinuousClock.Instant) async throws -> UInt64? {
        guard let id = PendingLedgerEntry.ID(bytes: id) else { return nil }
        return try await withThrowingTaskGroup(of: UInt64?.self) { group in
            group.addTask { try await ledger.index(of: id) }
            group.addTask {
                try await Task.sleep(until: deadline)
                return nil
            }
            defer { group.cancelAll() }
            do {
                return try await group.next() ?? nil
            } catch LedgerFault.stopped {
                return nil
            } catch LedgerFault.unknownEntry {
                return nil
            }
        }
    }

    package func proofs(_ indices: [UInt64]) async throws -> [String?] {
        try await ledger.proofs(indices).map { $0.map { String(decoding: $0, as: UTF8.self) } }
    }
}

/// Where entries are that somebody has asked for: they never move.
private final class KnownIndices: Sendable {
    private static let capacity = 16_384
    private let indices = Mutex<[[UInt8]: UInt64]>([:])

    subscript(ids: [[UInt8]]) -> [[UInt8]: UInt64] {
        indices.withLock { indices in
            var known: [[UInt8]: UInt64] = [:]
            for id in ids { known[id] = indices[id] }
            return known
        }
    }

    func insert(_ new: [[UInt8]: UInt64]) {
        indices.withLock { indices in
            if indices.count + new.count > Self.capacity { indices.removeAll() }
            indices.merge(new) { $1 }
        }
    }
}

extension SQLLedger {
    /// The indices of those entries that are in the log already.
    nonisolated func knownIndices(of pendingIDs: [[UInt8]]) async throws -> [[UInt8]: UInt64] {
        var known: [[UInt8]: UInt64] = [:]
        for start in stride(from: 0, to: pendingIDs.count, by: Self.idsPerRead) {
            let part = pendingIDs[start..<min(pendingIDs.count, start + Self.idsPerRead)]
            let rows = try await rows.database.query(Self.selectIndices(Array(part)))
            for row in rows { known[row.bytes(0)] = UInt64(row.integer(1)) }
        }
        return known
    }

    private static var idsPerRead: Int { 50 }

    private static func selectIndices(_ ids: [[UInt8]]) -> SQLStatement {
        if ids.count == 1 {
            return SQLStatement(
                "SELECT pending_id, number FROM ledger_entries WHERE pending_id = $1", .bytes(ids[0]))
        }
        // Places that are left are filled with an identifier that no entry has.
        let empty = [SQLValue](repeating: .bytes([]), count: idsPerRead - ids.count)
        return SQLStatement(
            """
            SELECT pending_id, number FROM ledger_entries WHERE pending_id IN (
                $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42,
                $43, $44, $45, $46, $47, $48, $49, $50)
            """, parameters: ids.map(SQLValue.bytes) + empty)
    }

    /// As ``proof(_:)``, of several entries for one checkpoint: tiles that they share are read once.
    package nonisolated func proofs(_ indices: [UInt64]) async throws -> [[UInt8]?] {
        guard !indices.isEmpty, let published = try await published() else { return indices.map { _ in nil } }
        let plans = indices.map { ProofPlan.inclusion(of: $0, in: published.head.size) }
        let tiles = try await rows.tiles(Set(plans.flatMap { $0?.tiles ?? [] }).sorted())
        return try zip(indices, plans).map { index, plan in
            guard let plan else { return nil }
            let hashes = try plan.hashes(from: tiles)
            return TLogProof(
                proof: InclusionProof(index: index, hashes: hashes), checkpoint: published.note.bytes
            ).bytes
        }
    }
}
