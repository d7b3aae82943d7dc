package import AuthorizationServer
package import Foundation
package import KeyStore
package import OAuth
package import SQLStatements
import WireFormats

/// Consents over SQL.
package struct SQLConsentStore: ConsentStore {
    let database: any SQLDatabase
    let sealer: DataSealer
    let mark: PersonMark
    let recent: RecentRecords

    package init(
        database: any SQLDatabase, sealer: DataSealer, mark: PersonMark, recent: RecentRecords = RecentRecords()
    ) {
        self.recent = recent
        self.database = database
        self.sealer = sealer
        self.mark = mark
    }

    package func standing(person: String, clientID: String, at instant: Date) async throws -> [Consent] {
        try await database.all(
            """
            SELECT id, client_id, sealed_detail, given_at, expires_at FROM consents
            WHERE person = $1 AND client_id = $2 AND withdrawn_at IS NULL AND expires_at > $3
            ORDER BY given_at DESC LIMIT 20
            """, .bytes(mark(person)), .text(clientID), .integer(instant.microseconds), read: consent)
    }

    package func consents(of person: String) async throws -> [RecordedConsent] {
        try await database.all(
            """
            SELECT id, client_id, sealed_detail, given_at, expires_at, last_used_at, withdrawn_at FROM consents
            WHERE person = $1 ORDER BY given_at DESC, id DESC LIMIT 200
            """, .bytes(mark(person))
        ) { row in
            RecordedConsent(
                consent: try consent(row), lastUsedAt: row.optionalInteger(5).map(Date.init(microseconds:)),
                withdrawnAt: row.optionalInteger(6).map(Date.init(microseconds:)))
        }
    }

    package func withdraw(
        _ id: TicketID, of person: String, with companion: (any GrantCompanion)? = nil, at instant: Date
    ) async throws -> Bool {
        let person = mark(person)
        defer { recent.forgetTokens() }
        let at = SQLValue.integer(instant.microseconds)
        // What is told of a withdrawal is told once.
        if let companion {
            let isFirst = try await database.run(
                SQLScript(
                    [
                        SQLStatement(
                            "UPDATE consents SET withdrawn_at = $1 WHERE id = $2 AND person = $3 AND withdrawn_at IS NULL",
                            at, .bytes(id.bytes), .bytes(person), expecting: .oneRow),
                        Self.revoking(id, at),
                    ] + companion.statements)
            ).isDone
            if isFirst { return true }
        }
        let statements = [
            SQLStatement(
                "UPDATE consents SET withdrawn_at = COALESCE(withdrawn_at, $1) WHERE id = $2 AND person = $3", at,
                .bytes(id.bytes), .bytes(person), expecting: .oneRow),
            Self.revoking(id, at),
        ]
        return try await database.run(SQLScript(statements)).isDone
    }

    private func consent(_ row: SQLRow) throws -> Consent {
        guard let id = TicketID(bytes: row.bytes(0)) else {
            throw DatabaseFailure(.other, message: "a consent has a malformed id")
        }
        return try Consent(
            id: id, clientID: row.text(1),
            detail: try JSON(parsing: sealer.open(row.bytes(2), context: Self.context(id))),
            givenAt: Date(microseconds: row.integer(3)),
            expiresAt: row.optionalInteger(4).map(Date.init(microseconds:)))
    }

    private static func revoking(_ id: TicketID, _ at: SQLValue) -> SQLStatement {
        SQLStatement(
            "UPDATE grants SET revoked_at = $1 WHERE consent_id = $2 AND revoked_at IS NULL", at, .bytes(id.bytes))
    }

    static func context(_ id: TicketID) -> String { "consent " + id.text }
}
