package import AuthorizationServer
package import Foundation
package import KeyStore
package import OAuth
package import SQLStatements
import WireFormats

/// Login sessions over SQL.
package struct SQLSessionStore: SessionStore {
    let database: any SQLDatabase
    let sealer: DataSealer
    let recent: RecentRecords

    package init(database: any SQLDatabase, sealer: DataSealer, recent: RecentRecords = RecentRecords()) {
        self.recent = recent
        self.database = database
        self.sealer = sealer
    }

    package func session(_ id: TicketID) async throws -> Session? {
        try await read(
            id, "SELECT sealed_detail, expires_at, last_seen_at FROM sessions WHERE id = $1 AND ended_at IS NULL")
    }

    package func lastingOrEnded(_ id: TicketID) async throws -> Session? {
        try await read(id, "SELECT sealed_detail, expires_at, last_seen_at FROM sessions WHERE id = $1")
    }

    private func read(_ id: TicketID, _ statement: SQL) async throws -> Session? {
        try await database.first(statement, .bytes(id.bytes)) { row in
            try Session(
                id: id, detail: try JSON(parsing: sealer.open(row.bytes(0), context: Self.context(id))),
                expiresAt: Date(microseconds: row.integer(1)), lastSeenAt: Date(microseconds: row.integer(2)))
        }
    }

    package func recentSession(_ id: TicketID) async throws -> Session? {
        if let known = recent.sessions[id] { return known }
        return try await session(id)
    }

    package func touch(_ id: TicketID, at instant: Date) async throws {
        try await database.change(
            "UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND ended_at IS NULL",
            .integer(instant.microseconds), .bytes(id.bytes))
    }

    package func end(_ session: Session, at instant: Date) async throws -> [String] {
        defer {
            recent.sessions.remove(session.id)
            recent.forgetTokens()
        }
        let results = try await database.write(
            Self.ending(session.id, at: instant),
            SQLStatement("SELECT DISTINCT client_id FROM grants WHERE session_id = $1", .bytes(session.name.bytes)),
            // What the person allowed for while they are away stays: OpenID Connect Back-Channel Logout 1.0 §2.7.
            SQLStatement(
                """
                UPDATE grants SET revoked_at = $1
                WHERE session_id = $2 AND revoked_at IS NULL AND refresh_expires_at IS NULL
                """, .integer(instant.microseconds), .bytes(session.name.bytes)))
        return results[1].rows.map { $0.text(0) }
    }

    static func seal(_ session: Session, with sealer: DataSealer) -> [UInt8] {
        sealer.seal(session.detail.encoded(), context: context(session.id))
    }

    static func inserting(_ session: Session, detail: [UInt8], person: [UInt8]) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO sessions (id, person, sealed_detail, expires_at, last_seen_at) VALUES ($1, $2, $3, $4, $5)
            """, .bytes(session.id.bytes), .bytes(person), .bytes(detail), .integer(session.expiresAt.microseconds),
            .integer(session.lastSeenAt.microseconds))
    }

    /// Refuses the script that it stands in once the session has ended, and keeps it from ending until the script is
    /// done: whoever ends it then finds what the script gave.
    static func requiringLive(_ id: TicketID) -> SQLStatement {
        SQLStatement(
            "SELECT 1 AS live FROM sessions WHERE id = $1 AND ended_at IS NULL", .bytes(id.bytes),
            expecting: .oneLockedRow)
    }

    static func ending(_ id: TicketID, at instant: Date) -> SQLStatement {
        SQLStatement(
            "UPDATE sessions SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL", .integer(instant.microseconds),
            .bytes(id.bytes))
    }

    private static func context(_ id: TicketID) -> String { "session " + id.text }
}
