import SQLStatements
import TransparencyLog

/// Reads and writes of the ledger's tables.
struct LedgerRows: Sendable {
    let database: any SQLDatabase

    struct Head: Sendable {
        let origin: String
        let verifierKey: String
        let tree: TreeHead
        /// A signed note.
        let checkpoint: [UInt8]
    }

    static let selectHead: SQL = "SELECT origin, verifier_key, size, root, checkpoint FROM ledger_head WHERE id = 1"

    static func head(_ row: SQLRow) throws -> Head {
        Head(
            origin: row.text(0), verifierKey: row.text(1), tree: try tree(size: row.integer(2), root: row.bytes(3)),
            checkpoint: row.bytes(4))
    }

    static func tree(size: Int64, root: [UInt8]) throws -> TreeHead {
        guard let size = UInt64(exactly: size), let root = TreeHash(root) else {
            throw DatabaseFailure(.other, message: "a tree of the ledger has a malformed size or root")
        }
        return TreeHead(size: size, root: root)
    }

    func head() async throws -> Head? { try await database.first(Self.selectHead, read: Self.head) }

    /// The tiles of those that are asked for which are there.
    func tiles(_ wanted: [TileCoordinate]) async throws -> [TileCoordinate: HashTile] {
        var found: [TileCoordinate: HashTile] = [:]
        for start in stride(from: 0, to: wanted.count, by: Self.tilesPerRead) {
            let part = wanted[start..<min(wanted.count, start + Self.tilesPerRead)]
            // Places that are left are filled with a level that no tile has.
            let empty = [SQLValue](repeating: .integer(-1), count: 2 * (Self.tilesPerRead - part.count))
            let rows = try await database.query(
                SQLStatement(
                    """
                    SELECT level, number, hashes FROM ledger_tiles
                    WHERE level = $1 AND number = $2 OR level = $3 AND number = $4 OR level = $5 AND number = $6
                        OR level = $7 AND number = $8 OR level = $9 AND number = $10 OR level = $11 AND number = $12
                        OR level = $13 AND number = $14 OR level = $15 AND number = $16
                    """,
                    parameters: part.flatMap { [.integer(Int64($0.level)), .integer(Int64($0.number))] } + empty))
            for row in rows {
                guard let tile = HashTile(bytes: row.bytes(2)) else {
                    throw DatabaseFailure(
                        .other, message: "tile \(row.integer(0))/\(row.integer(1)) of the ledger is malformed")
                }
                found[TileCoordinate(level: Int(row.integer(0)), number: UInt64(row.integer(1)))] = tile
            }
        }
        return found
    }

    private static let tilesPerRead = 8

    func entries(_ range: Range<UInt64>) async throws -> [[UInt8]] {
        try await database.all(
            "SELECT entry FROM ledger_entries WHERE number >= $1 AND number < $2 ORDER BY number",
            .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))
        ) { $0.bytes(0) }
    }
}
