package import Anchoring
package import Foundation
package import SQLStatements

/// Anchors of the ledger over SQL.
package struct SQLAnchorStore: AnchorStore {
    let database: any SQLDatabase

    package init(database: any SQLDatabase) {
        self.database = database
    }

    package func takeLease(at place: AnchorPlace, holder: [UInt8], until: Date, now: Date) async throws -> Bool {
        try await database.change(
            """
            INSERT INTO ledger_anchor_leases (place, holder, ends_at) VALUES ($1, $2, $3)
            ON CONFLICT (place) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at
            WHERE ledger_anchor_leases.holder = excluded.holder OR ledger_anchor_leases.ends_at <= $4
            """, .text(place.key), .bytes(holder), .integer(until.microseconds), .integer(now.microseconds)) == 1
    }

    package func releaseLease(at place: AnchorPlace, holder: [UInt8]) async throws {
        try await database.change(
            "DELETE FROM ledger_anchor_leases WHERE place = $1 AND holder = $2", .text(place.key), .bytes(holder))
    }

    package func insert(_ record: AnchorRecord, holder: [UInt8], now: Date) async throws -> Bool {
        let place = SQLValue.text(record.place.key)
        // The lease is asked for in the same transaction, and stays as it is until that is over.
        let outcome = try await database.run(
            .writing(
                SQLStatement(
                    "SELECT ends_at FROM ledger_anchor_leases WHERE place = $1 AND holder = $2 AND ends_at > $3",
                    place, .bytes(holder), .integer(now.microseconds), expecting: .oneLockedRow),
                SQLStatement(
                    """
                    INSERT INTO ledger_anchors (place, transaction_id, tree_size, root, raw, slot, state, block_hash,
                        block_number, confirmations, prepared_at, changed_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                    """, place, .bytes(record.prepared.transaction.bytes),
                    .integer(Int64(record.prepared.commitment.size)), .bytes(record.prepared.commitment.root),
                    .bytes(record.prepared.raw), .text(record.prepared.slot), .text(record.state.rawValue),
                    SQLValue(record.block?.hash), SQLValue(record.block.map { Int64(clamping: $0.number) }),
                    .integer(Int64(clamping: record.confirmations)), .integer(record.preparedAt.microseconds),
                    .integer(record.changedAt.microseconds))))
        return outcome.isDone
    }

    package func update(_ record: AnchorRecord) async throws {
        try await database.change(
            """
            UPDATE ledger_anchors
            SET state = $1, block_hash = $2, block_number = $3, confirmations = $4, changed_at = $5
            WHERE place = $6 AND transaction_id = $7
            """, .text(record.state.rawValue), SQLValue(record.block?.hash),
            SQLValue(record.block.map { Int64(clamping: $0.number) }), .integer(Int64(clamping: record.confirmations)),
            .integer(record.changedAt.microseconds), .text(record.place.key),
            .bytes(record.prepared.transaction.bytes))
    }

    package func followed(at place: AnchorPlace, confirmed: Int) async throws -> [AnchorRecord] {
        let open = try await database.all(
            """
            SELECT place, transaction_id, tree_size, root, raw, slot, state, block_hash, block_number, confirmations,
                prepared_at, changed_at
            FROM ledger_anchors WHERE place = $1 AND state IN ('prepared', 'sent', 'included')
            """, .text(place.key), read: Self.record)
        let final = try await database.all(
            """
            SELECT place, transaction_id, tree_size, root, raw, slot, state, block_hash, block_number, confirmations,
                prepared_at, changed_at
            FROM ledger_anchors WHERE place = $1 AND state = 'confirmed' ORDER BY prepared_at DESC LIMIT $2
            """, .text(place.key), .integer(Int64(confirmed)), read: Self.record)
        return (open + final).sorted { $0.preparedAt < $1.preparedAt }
    }

    package func largest(at place: AnchorPlace) async throws -> AnchorCommitment? {
        try await database.first(
            """
            SELECT tree_size, root FROM ledger_anchors
            WHERE place = $1 AND state IN ('prepared', 'sent', 'included', 'confirmed')
            ORDER BY tree_size DESC LIMIT 1
            """, .text(place.key)
        ) { try Self.commitment($0, 0) }
    }

    package func lastPrepared(at place: AnchorPlace) async throws -> Date? {
        try await database.first(
            """
            SELECT prepared_at FROM ledger_anchors WHERE place = $1 AND state <> 'lost'
            ORDER BY prepared_at DESC LIMIT 1
            """, .text(place.key)
        ) { Date(microseconds: $0.integer(0)) }
    }

    package func newest(_ limit: Int) async throws -> [AnchorRecord] {
        try await database.all(
            """
            SELECT place, transaction_id, tree_size, root, raw, slot, state, block_hash, block_number, confirmations,
                prepared_at, changed_at
            FROM ledger_anchors ORDER BY prepared_at DESC LIMIT $1
            """, .integer(Int64(limit)), read: Self.record)
    }

    private static func record(_ row: SQLRow) throws -> AnchorRecord {
        guard let place = AnchorPlace(key: row.text(0)), let transaction = AnchorTransactionID(row.bytes(1)),
            let state = AnchorRecord.State(rawValue: row.text(6))
        else { throw DatabaseFailure(.other, message: "a row of ledger_anchors cannot be read") }
        let block = row.optionalBytes(7).map { AnchorBlock(hash: $0, number: UInt64(clamping: row.integer(8))) }
        return AnchorRecord(
            place: place,
            prepared: PreparedAnchor(
                commitment: try commitment(row, 2), transaction: transaction, raw: row.bytes(4), slot: row.text(5)),
            state: state, block: block, confirmations: UInt64(clamping: row.integer(9)),
            preparedAt: Date(microseconds: row.integer(10)), changedAt: Date(microseconds: row.integer(11)))
    }

    /// A size and a root in two columns.
    private static func commitment(_ row: SQLRow, _ column: Int) throws -> AnchorCommitment {
        let size = UInt64(clamping: row.integer(column))
        guard let commitment = AnchorCommitment(size: size, root: row.bytes(column + 1)) else {
            throw DatabaseFailure(.other, message: "a row of ledger_anchors cannot be read")
        }
        return commitment
    }
}
