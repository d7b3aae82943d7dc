package import DataSharing
package import Foundation
package import SQLStatements
package import SharingHub
import WireFormats

/// Scope definitions over SQL.
package struct SQLDefinitionStore: DefinitionStore {
    let database: any SQLDatabase
    /// Versions never change, so they are parsed once.
    private let parsed = ParsedDocuments<StoredDefinition>()

    package init(database: any SQLDatabase) { self.database = database }

    package func definition(_ scope: ScopeName, version: Int?) async throws -> StoredDefinition? {
        guard let version else {
            return try await database.first(
                """
                SELECT document, pending_id, entry, salt, registered_at FROM sharing_definitions
                WHERE scope = $1 ORDER BY version DESC LIMIT 1
                """, .text(scope.text), read: definition)
        }
        return try await database.first(
            """
            SELECT document, pending_id, entry, salt, registered_at FROM sharing_definitions
            WHERE scope = $1 AND version = $2
            """, .text(scope.text), .integer(Int64(version)), read: definition)
    }

    package func versions(of scope: ScopeName) async throws -> [StoredDefinition] {
        try await database.all(
            """
            SELECT document, pending_id, entry, salt, registered_at FROM sharing_definitions
            WHERE scope = $1 ORDER BY version DESC LIMIT 1000
            """, .text(scope.text), read: definition)
    }

    package func newest(of market: OrganizationID?) async throws -> [StoredDefinition] {
        guard let market else {
            return try await database.all(
                """
                SELECT document, pending_id, entry, salt, registered_at FROM sharing_definitions d
                WHERE version = (SELECT MAX(version) FROM sharing_definitions n WHERE n.scope = d.scope)
                ORDER BY scope LIMIT 10000
                """, read: definition)
        }
        return try await database.all(
            """
            SELECT document, pending_id, entry, salt, registered_at FROM sharing_definitions d
            WHERE market = $1 AND version = (SELECT MAX(version) FROM sharing_definitions n WHERE n.scope = d.scope)
            ORDER BY scope LIMIT 10000
            """, .text(market.text), read: definition)
    }

    package func insert(
        _ definition: ScopeDefinition, logging value: LoggedValue, at instant: Date
    ) async throws -> Bool {
        let (place, pending) = value.pending(at: instant)
        return try await database.run(
            .writing(
                SQLStatement(
                    """
                    INSERT INTO sharing_definitions (
                        scope, version, market, document, pending_id, entry, salt, registered_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (scope, version) DO NOTHING
                    """, .text(definition.scope.text), .integer(Int64(definition.version)),
                    .text(definition.scope.market.text), .bytes(definition.encoded), .bytes(place.pendingID),
                    .bytes(place.entry), .bytes(place.salt), .integer(instant.microseconds), expecting: .oneRow),
                pending)
        ).isDone
    }

    private func definition(_ row: SQLRow) throws -> StoredDefinition {
        // The pending identifier is of this version alone; a market that was removed and came back has others.
        let name = Base64URL.encode(row.bytes(1))
        if let known = parsed[name] { return known }
        let stored = StoredDefinition(
            definition: try ScopeDefinition(parsing: row.bytes(0)),
            place: LoggedPlace(pendingID: row.bytes(1), entry: row.bytes(2), salt: row.bytes(3)),
            registeredAt: Date(microseconds: row.integer(4)))
        parsed[name] = stored
        return stored
    }
}
