import CredentialIssuer
package import Foundation
package import IdentityRegistry
package import KeyStore
package import RegistryRecords
import SQLStatements

/// The identity registry's people over SQL, each record sealed.
package struct SQLPersonStore: PersonStore, PersonSource {
    let database: SQLiteDatabase
    let sealer: DataSealer
    /// Finds people when they log in; nil where nobody does.
    package let index: PersonIndex?
    let now: @Sendable () -> Date

    package init(
        database: SQLiteDatabase, sealer: DataSealer, index: PersonIndex? = nil, now: @escaping @Sendable () -> Date
    ) {
        self.database = database
        self.sealer = sealer
        self.index = index
        self.now = now
    }

    package func upsert(_ records: [PersonRecord]) async throws -> (added: Int, updated: Int) {
        let at = SQLValue.integer(now().microseconds)
        let sealed = records.map { record in
            let bytes = sealer.seal(record.encodedForStorage(), context: Self.context(of: record.id))
            return (record.id, bytes, index?.entries(for: record))
        }
        let fingerprint = index?.fingerprint
        return try await database.write { connection in
            try PersonIndexTable.invalidate(unlessMadeFor: fingerprint, on: connection)
            var added = 0
            for (id, record, entries) in sealed {
                added += try connection.run(
                    """
                    INSERT INTO people (id, sealed_record, updated_at) VALUES ($1, $2, $3)
                    ON CONFLICT (id) DO NOTHING
                    """, .text(id), .bytes(record), at)
                try connection.run(
                    "UPDATE people SET sealed_record = $1, updated_at = $2 WHERE id = $3", .bytes(record), at,
                    .text(id))
                if let entries { try PersonIndexTable.write(entries, of: id, on: connection) }
            }
            return (added, sealed.count - added)
        }
    }

    package func person(id: String) async throws -> PersonRecord? {
        try database.read { connection in
            try connection.first("SELECT id, sealed_record FROM people WHERE id = $1", .text(id), read: person)
        }
    }

    package func list(after: String?, limit: Int) async throws -> [PersonRecord] {
        try database.read { connection in
            try connection.all(
                "SELECT id, sealed_record FROM people WHERE id > $1 ORDER BY id LIMIT $2", .text(after ?? ""),
                .integer(Int64(limit)), read: person)
        }
    }

    package func count() async throws -> Int {
        try database.read { connection in
            try connection.first("SELECT COUNT(*) FROM people") { Int($0.integer(0)) } ?? 0
        }
    }

    func person(_ row: SQLiteRow) throws -> PersonRecord {
        let id = row.text(0)
        return try PersonRecord(decodingFromStorage: sealer.open(row.bytes(1), context: Self.context(of: id)))
    }

    private static func context(of id: String) -> String { "person " + id }
}
