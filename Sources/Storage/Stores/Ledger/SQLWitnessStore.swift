import Crypto
package import SQLStatements
package import TransparencyLog

/// What a witness has cosigned, over SQL.
package struct SQLWitnessStore: WitnessStore {
    let database: any SQLDatabase

    package init(database: any SQLDatabase) { self.database = database }

    package func head(of origin: String) async throws -> TreeHead? {
        try await database.first("SELECT size, root FROM witnessed_logs WHERE origin = $1", .text(origin)) {
            try LedgerRows.tree(size: $0.integer(0), root: $0.bytes(1))
        }
    }

    package func advance(_ origin: String, from old: TreeHead?, to head: TreeHead, note: [UInt8]) async throws -> Bool {
        let statement =
            if let old {
                SQLStatement(
                    """
                    UPDATE witnessed_logs SET size = $1, root = $2, checkpoint = $3
                    WHERE origin = $4 AND size = $5 AND root = $6
                    """, .integer(Int64(head.size)), .bytes(head.root.bytes), .bytes(note), .text(origin),
                    .integer(Int64(old.size)), .bytes(old.root.bytes), expecting: .oneRow)
            } else {
                SQLStatement(
                    """
                    INSERT INTO witnessed_logs (origin, origin_hash, size, root, checkpoint)
                    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
                    """, .text(origin), .bytes(Array(SHA256.hash(data: Array(origin.utf8)))),
                    .integer(Int64(head.size)), .bytes(head.root.bytes), .bytes(note), expecting: .oneRow)
            }
        return try await database.run(.writing(statement)).isDone
    }

    package func checkpoint(originHash: [UInt8]) async throws -> [UInt8]? {
        try await database.first("SELECT checkpoint FROM witnessed_logs WHERE origin_hash = $1", .bytes(originHash)) {
            $0.bytes(0)
        }
    }
}
