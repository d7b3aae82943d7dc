import CredentialIssuer
package import Foundation
package import IdentityRegistry
package import KeyStore
package import RegistryRecords
package import SQLStatements

/// The identity registry's people over SQL, each record sealed.
package struct SQLPersonStore: PersonStore, PersonSource {
    let database: any SQLDatabase
    let sealer: DataSealer
    /// Finds people when they log in; nil where nobody does.
    package let index: PersonIndex?
    let now: @Sendable () -> Date

    package init(
        database: any SQLDatabase, sealer: DataSealer, index: PersonIndex? = nil, now: @escaping @Sendable () -> Date
    ) {
        self.database = database
        self.sealer = sealer
        self.index = index
        self.now = now
    }

    package func upsert(_ records: [PersonRecord]) async throws -> (added: Int, updated: Int) {
        let at = SQLValue.integer(now().microseconds)
        var statements: [SQLStatement] = []
        var insertions: [Int] = []
        for record in records.sorted(by: { $0.id < $1.id }) {
            // The first only tells who is new, so that records, which may have images, are sent once.
            insertions.append(statements.count)
            statements += [
                SQLStatement(
                    """
                    INSERT INTO people (id, sealed_record, updated_at) VALUES ($1, $2, $3)
                    ON CONFLICT (id) DO NOTHING
                    """, .text(record.id), .bytes([]), at),
                SQLStatement(
                    "UPDATE people SET sealed_record = $1, updated_at = $2 WHERE id = $3",
                    .bytes(sealer.seal(record.encodedForStorage(), context: Self.context(of: record.id))), at,
                    .text(record.id)),
            ]
            if let index { statements += PersonIndexTable.replacing(index.entries(for: record), of: record.id) }
        }
        statements.append(PersonIndexTable.invalidating(unlessMadeFor: index?.fingerprint))
        let results = try await database.write(statements)
        let added = insertions.count { results[$0].changed == 1 }
        return (added, records.count - added)
    }

    package func person(id: String) async throws -> PersonRecord? {
        // Anything else may come in other servers' tokens, and is nobody's.
        guard PersonIdentifier.check(id) else { return nil }
        return try await database.first(
            "SELECT id, sealed_record FROM people WHERE id = $1", .text(id), read: person)
    }

    package func list(after: String?, limit: Int) async throws -> [PersonRecord] {
        // No identifier has a NUL, which databases do not take: the same ones come after what stands before it.
        let after = String((after ?? "").unicodeScalars.prefix { $0 != "\0" })
        return try await database.all(
            "SELECT id, sealed_record FROM people WHERE id > $1 ORDER BY id LIMIT $2", .text(after),
            .integer(Int64(limit)), read: person)
    }

    package func count() async throws -> Int {
        try await database.first("SELECT COUNT(*) FROM people") { Int($0.integer(0)) } ?? 0
    }

    func person(_ row: SQLRow) throws -> PersonRecord {
        let id = row.text(0)
        return try PersonRecord(decodingFromStorage: sealer.open(row.bytes(1), context: Self.context(of: id)))
    }

    private static func context(of id: String) -> String { "person " + id }
}
