package import KeyStore
package import SQLStatements

/// Sealed keys over SQL, shared by every process that opens the database.
package struct SQLKeyRecords: ResealableKeyRecords {
    let database: any SQLDatabase

    package init(database: any SQLDatabase) {
        self.database = database
    }

    package func all() async throws -> [SealedKeyRecord] {
        try await database.all(
            """
            SELECT purpose, generation, key_id, algorithm, sealed_private, certificate_chain, created_at,
                active_from, retired_at
            FROM keys ORDER BY purpose, generation
            """, read: record)
    }

    package func insertIfAbsent(_ record: SealedKeyRecord) async throws -> Bool {
        try await database.change(
            """
            INSERT INTO keys (purpose, generation, key_id, algorithm, sealed_private, certificate_chain,
                created_at, active_from, retired_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (purpose, generation) DO NOTHING
            """, .text(record.purpose.rawValue), .integer(Int64(record.generation)), .text(record.keyID),
            .text(record.algorithm), .bytes(record.sealedPrivate), .bytes(Self.join(record.certificateChain)),
            .integer(record.createdAt), .integer(record.activeFrom), SQLValue(record.retiredAt)) == 1
    }

    package func retire(purpose: KeyPurpose, generation: Int, at instant: Int64) async throws {
        try await database.change(
            "UPDATE keys SET retired_at = $1 WHERE purpose = $2 AND generation = $3 AND retired_at IS NULL",
            .integer(instant), .text(purpose.rawValue), .integer(Int64(generation)))
    }

    package func replaceAll(_ keys: [ResealedKey]) async throws -> Bool {
        let replacing = keys.map { key in
            SQLStatement(
                "UPDATE keys SET sealed_private = $1 WHERE purpose = $2 AND generation = $3 AND sealed_private = $4",
                .bytes(key.sealedPrivate), .text(key.record.purpose.rawValue),
                .integer(Int64(key.record.generation)), .bytes(key.record.sealedPrivate), expecting: .oneRow)
        }
        let counting = SQLStatement(
            "SELECT 1 WHERE (SELECT count(*) FROM keys) <> $1", .integer(Int64(keys.count)), expecting: .noRow)
        return try await database.run(SQLScript(replacing + [counting])).isDone
    }

    private func record(_ row: SQLRow) throws -> SealedKeyRecord {
        guard let purpose = KeyPurpose(rawValue: row.text(0)) else {
            throw DatabaseFailure(.other, message: "there is a key of a purpose that this version does not know")
        }
        return SealedKeyRecord(
            purpose: purpose, generation: Int(row.integer(1)), keyID: row.text(2), algorithm: row.text(3),
            sealedPrivate: row.bytes(4), certificateChain: try Self.split(row.bytes(5)), createdAt: row.integer(6),
            activeFrom: row.integer(7), retiredAt: row.optionalInteger(8))
    }

    /// Certificates one after the other: DER says by itself where each ends.
    private static func join(_ certificates: [[UInt8]]) -> [UInt8] { certificates.flatMap { $0 } }

    private static func split(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var certificates: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let head = Array(rest.prefix(4))
            guard head.count == 4, head[0] == 0x30, head[1] == 0x82 else { throw Self.damagedChain }
            let length = 4 + Int(head[2]) << 8 + Int(head[3])
            guard rest.count >= length else { throw Self.damagedChain }
            certificates.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return certificates
    }

    private static let damagedChain = DatabaseFailure(.other, message: "a certificate chain is damaged")
}
