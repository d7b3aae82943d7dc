package import Foundation
package import Portal
package import SQLStatements

/// Visits of the portal over SQL.
package struct SQLPortalVisits: PortalVisitStore {
    let database: any SQLDatabase

    package init(database: any SQLDatabase) {
        self.database = database
    }

    package func insert(_ visit: SealedVisit) async throws {
        try await database.change(
            "INSERT INTO portal_visits (id, sealed, expires_at) VALUES ($1, $2, $3)", .bytes(visit.id),
            .bytes(visit.sealed), .integer(visit.expiresAt.microseconds))
    }

    package func visit(_ id: [UInt8], at instant: Date) async throws -> SealedVisit? {
        try await database.first(
            "SELECT sealed, expires_at FROM portal_visits WHERE id = $1 AND expires_at > $2", .bytes(id),
            .integer(instant.microseconds)
        ) { row in
            SealedVisit(id: id, sealed: row.bytes(0), expiresAt: Date(microseconds: row.integer(1)))
        }
    }

    package func replace(_ old: SealedVisit, with new: SealedVisit) async throws -> Bool {
        // No two seals are alike, so the old one tells whether anybody has been here since.
        try await database.change(
            "UPDATE portal_visits SET sealed = $1, expires_at = $2 WHERE id = $3 AND sealed = $4",
            .bytes(new.sealed), .integer(new.expiresAt.microseconds), .bytes(old.id), .bytes(old.sealed)) == 1
    }

    package func delete(_ id: [UInt8]) async throws {
        try await database.change("DELETE FROM portal_visits WHERE id = $1", .bytes(id))
    }

    /// Deletes visits whose time is over; gives how many.
    package func sweep(at instant: Date) async throws -> Int {
        // A visit that is replaced by a longer one meanwhile stays: that is asked of the row itself.
        try await database.changeInBatches(
            """
            DELETE FROM portal_visits WHERE expires_at <= $1 AND id IN (
                SELECT id FROM portal_visits WHERE expires_at <= $2 ORDER BY expires_at LIMIT $3)
            """, .integer(instant.microseconds), .integer(instant.microseconds))
    }
}
