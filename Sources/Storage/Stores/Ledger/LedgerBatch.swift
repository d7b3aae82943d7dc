import SQLStatements
import TransparencyLog

/// Entries that become leaves together, and everything that is written for them: one script.
struct LedgerBatch: Sendable {
    let old: TreeHead
    let entries: [(id: [UInt8], entry: [UInt8])]
    let tiles: [TileCoordinate: HashTile]
    let new: TreeHead
    /// Signed.
    let checkpoint: [UInt8]
    let at: Int64

    /// The whole of it happens if the head is still the old one, and else nothing.
    var script: SQLScript {
        SQLScript([replacingHead] + inserting + tilesWritten + deleting)
    }

    private var replacingHead: SQLStatement {
        SQLStatement(
            """
            UPDATE ledger_head SET size = $1, root = $2, checkpoint = $3, updated_at = $4
            WHERE id = 1 AND size = $5 AND root = $6
            """, .integer(Int64(new.size)), .bytes(new.root.bytes), .bytes(checkpoint), .integer(at),
            .integer(Int64(old.size)), .bytes(old.root.bytes), expecting: .oneRow)
    }

    private var inserting: [SQLStatement] {
        let rows = entries.enumerated().map { offset, entry -> [SQLValue] in
            [.integer(Int64(old.size) + Int64(offset)), .bytes(entry.id), .bytes(entry.entry)]
        }
        let whole = rows.count / Self.rowsPerInsert * Self.rowsPerInsert
        let many = stride(from: 0, to: whole, by: Self.rowsPerInsert).map { start in
            SQLStatement(
                """
                INSERT INTO ledger_entries (number, pending_id, entry)
                VALUES ($1, $2, $3), ($4, $5, $6), ($7, $8, $9), ($10, $11, $12), ($13, $14, $15), ($16, $17, $18),
                    ($19, $20, $21), ($22, $23, $24), ($25, $26, $27), ($28, $29, $30), ($31, $32, $33),
                    ($34, $35, $36), ($37, $38, $39), ($40, $41, $42), ($43, $44, $45), ($46, $47, $48)
                """, parameters: rows[start..<start + Self.rowsPerInsert].flatMap { $0 })
        }
        let single = rows[whole...].map { row in
            SQLStatement(
                "INSERT INTO ledger_entries (number, pending_id, entry) VALUES ($1, $2, $3)", parameters: row)
        }
        return many + single
    }

    private static let rowsPerInsert = 16

    private var tilesWritten: [SQLStatement] {
        tiles.sorted { $0.key < $1.key }.map { coordinate, tile in
            SQLStatement(
                """
                INSERT INTO ledger_tiles (level, number, hashes) VALUES ($1, $2, $3)
                ON CONFLICT (level, number) DO UPDATE SET hashes = EXCLUDED.hashes
                """, .integer(Int64(coordinate.level)), .integer(Int64(coordinate.number)), .bytes(tile.bytes))
        }
    }

    private var deleting: [SQLStatement] {
        stride(from: 0, to: entries.count, by: Self.rowsPerDelete).map { start in
            var ids = entries[start..<min(entries.count, start + Self.rowsPerDelete)].map { SQLValue.bytes($0.id) }
            // The last one again in places that are left.
            while ids.count < Self.rowsPerDelete { ids.append(ids[ids.count - 1]) }
            return SQLStatement(
                """
                DELETE FROM ledger_pending WHERE id IN (
                    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                    $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)
                """, parameters: ids)
        }
    }

    private static let rowsPerDelete = 32
}
