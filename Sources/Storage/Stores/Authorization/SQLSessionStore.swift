package import AuthorizationServer
package import Foundation
package import KeyStore
package import OAuth
import SQLStatements
import WireFormats

/// Login sessions over SQL.
package struct SQLSessionStore: SessionStore {
    let database: SQLiteDatabase
    let sealer: DataSealer
    let recent: RecentRecords

    package init(database: SQLiteDatabase, sealer: DataSealer, recent: RecentRecords = RecentRecords()) {
        self.recent = recent
        self.database = database
        self.sealer = sealer
    }

    package func session(_ id: TicketID) async throws -> Session? {
        try read(id, "SELECT sealed_detail, expires_at, last_seen_at FROM sessions WHERE id = $1 AND ended_at IS NULL")
    }

    package func lastingOrEnded(_ id: TicketID) async throws -> Session? {
        try read(id, "SELECT sealed_detail, expires_at, last_seen_at FROM sessions WHERE id = $1")
    }

    private func read(_ id: TicketID, _ statement: SQL) throws -> Session? {
        try database.read { connection in
            try connection.first(statement, .bytes(id.bytes)) { row in
                try Session(
                    id: id, detail: try JSON(parsing: sealer.open(row.bytes(0), context: Self.context(id))),
                    expiresAt: Date(microseconds: row.integer(1)), lastSeenAt: Date(microseconds: row.integer(2)))
            }
        }
    }

    package func recentSession(_ id: TicketID) async throws -> Session? {
        if let known = recent.sessions[id] { return known }
        return try await session(id)
    }

    package func touch(_ id: TicketID, at instant: Date) async throws {
        _ = try await database.write { connection in
            try connection.run(
                "UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND ended_at IS NULL",
                .integer(instant.microseconds), .bytes(id.bytes))
        }
    }

    package func end(_ session: Session, at instant: Date) async throws -> [String] {
        defer {
            recent.sessions.remove(session.id)
            recent.forgetTokens()
        }
        return try await database.write { connection in
            let at = SQLValue.integer(instant.microseconds)
            try Self.end(session.id, at: instant, on: connection)
            let clients = try connection.all(
                "SELECT DISTINCT client_id FROM grants WHERE session_id = $1", .bytes(session.name.bytes)
            ) { $0.text(0) }
            // What the person allowed for while they are away stays: OpenID Connect Back-Channel Logout 1.0 §2.7.
            try connection.run(
                """
                UPDATE grants SET revoked_at = $1
                WHERE session_id = $2 AND revoked_at IS NULL AND refresh_expires_at IS NULL
                """, at, .bytes(session.name.bytes))
            return clients
        }
    }

    static func seal(_ session: Session, with sealer: DataSealer) -> [UInt8] {
        sealer.seal(session.detail.encoded(), context: context(session.id))
    }

    static func insert(
        _ session: Session, detail: [UInt8], person: [UInt8], on connection: SQLiteConnection
    ) throws {
        try connection.run(
            """
            INSERT INTO sessions (id, person, sealed_detail, expires_at, last_seen_at) VALUES ($1, $2, $3, $4, $5)
            """, .bytes(session.id.bytes), .bytes(person), .bytes(detail), .integer(session.expiresAt.microseconds),
            .integer(session.lastSeenAt.microseconds))
    }

    static func isLive(_ id: TicketID, on connection: SQLiteConnection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM sessions WHERE id = $1 AND ended_at IS NULL", .bytes(id.bytes)
        ) { _ in true } != nil
    }

    static func end(_ id: TicketID, at instant: Date, on connection: SQLiteConnection) throws {
        try connection.run(
            "UPDATE sessions SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL", .integer(instant.microseconds),
            .bytes(id.bytes))
    }

    private static func context(_ id: TicketID) -> String { "session " + id.text }
}
