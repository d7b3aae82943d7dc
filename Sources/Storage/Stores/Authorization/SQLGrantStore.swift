package import AuthorizationServer
package import Foundation
package import KeyStore
package import OAuth
import SQLStatements
package import TransactionTimeline
import WireFormats

/// Grants and access tokens over SQL.
package struct SQLGrantStore: GrantStore {
    let database: SQLiteDatabase
    let sealer: DataSealer
    let recent: RecentRecords

    package init(database: SQLiteDatabase, sealer: DataSealer, recent: RecentRecords = RecentRecords()) {
        self.recent = recent
        self.database = database
        self.sealer = sealer
    }

    package func grant(ofCode id: TicketID) async throws -> Grant? {
        // What it says never changes; whether the code can still be used, ``issue(_:)`` asks.
        if let known = recent.grants[id] { return known }
        return try database.read { connection in
            try connection.first("SELECT sealed_detail FROM grants WHERE id = $1", .bytes(id.bytes)) { row in
                try Grant.unsealing(row.bytes(0), id: id, with: sealer)
            }
        }
    }

    package func grant(
        ofRefreshToken id: TicketID, at instant: Date
    ) async throws -> (grant: Grant, terms: RefreshTerms)? {
        try database.read { connection in
            try connection.first(
                """
                SELECT sealed_detail, refresh_expires_at, refresh_key FROM grants
                WHERE id = $1 AND refresh_expires_at > $2 AND revoked_at IS NULL AND code_spent_at IS NOT NULL
                """, .bytes(id.bytes), .integer(instant.microseconds)
            ) { row in
                (
                    try Grant.unsealing(row.bytes(0), id: id, with: sealer),
                    RefreshTerms(
                        until: Date(microseconds: row.integer(1)), keyThumbprint: row.optionalBytes(2))
                )
            }
        }
    }

    package func issue(_ issue: TokenIssue) async throws -> Result<Void, TokenIssueRefusal> {
        let result: Result<Void, TokenIssueRefusal> = try await database.write { connection in
            if let kind = try SingleUseTable.spend(issue.uses, on: connection) { return .failure(.replayed(kind)) }
            if let refusal = try spend(issue, on: connection) {
                // A code that was spent before takes its grant with it; the proofs stay spent, as they were shown.
                return .failure(refusal)
            }
            try insert(issue.token, grant: issue.grantID, on: connection)
            if let transaction = issue.transaction {
                try TimelineTable.append(TimelineEvent(at: issue.at, step: .token), to: transaction, on: connection)
            }
            return .success(())
        }
        if case .success = result {
            if let id = issue.grantID, let grant = recent.grants[id] {
                recent.tokens.insert(LiveToken(token: issue.token, grant: grant), issue.token.id)
            }
        } else {
            recent.forgetTokens()
        }
        return result
    }

    /// Why the source of a token gives none; nil once it is spent.
    private func spend(_ issue: TokenIssue, on connection: SQLiteConnection) throws -> TokenIssueRefusal? {
        let at = SQLValue.integer(issue.at.microseconds)
        switch issue.source {
        case .clientCredentials: return nil
        case .code(let id, let refresh):
            // The one statement that spends the code: whoever changes the row has it.
            let spent = try connection.first(
                """
                UPDATE grants SET code_spent_at = $1, refresh_expires_at = $2, refresh_key = $3
                WHERE id = $4 AND code_spent_at IS NULL AND code_expires_at > $5 AND revoked_at IS NULL
                RETURNING consent_id
                """, at, SQLValue(refresh?.until.microseconds), SQLValue(refresh?.keyThumbprint), .bytes(id.bytes), at
            ) { $0.bytes(0) }
            guard let consent = spent else { return try refusal(ofCode: id, at: issue.at, on: connection) }
            try connection.run("UPDATE consents SET last_used_at = $1 WHERE id = $2", at, .bytes(consent))
            return nil
        case .refresh(let id):
            let consent = try connection.first(
                """
                SELECT consent_id FROM grants
                WHERE id = $1 AND refresh_expires_at > $2 AND revoked_at IS NULL AND code_spent_at IS NOT NULL
                """, .bytes(id.bytes), at
            ) { $0.bytes(0) }
            guard let consent else { return .ended }
            try connection.run("UPDATE consents SET last_used_at = $1 WHERE id = $2", at, .bytes(consent))
            return nil
        }
    }

    /// RFC 6749 §4.1.2: a code that is used twice takes back what it gave.
    private func refusal(
        ofCode id: TicketID, at instant: Date, on connection: SQLiteConnection
    ) throws -> TokenIssueRefusal {
        let state = try connection.first(
            "SELECT code_spent_at, revoked_at FROM grants WHERE id = $1", .bytes(id.bytes)
        ) { row in (isSpent: !row.isNull(0), isRevoked: !row.isNull(1)) }
        guard let state else { return .ended }
        guard state.isSpent else { return state.isRevoked ? .ended : .codeExpired }
        try Self.revoke(grant: id, at: instant, on: connection)
        return .codeSpent
    }

    private func insert(_ token: AccessToken, grant: TicketID?, on connection: SQLiteConnection) throws {
        try connection.run(
            """
            INSERT INTO access_tokens (id, grant_id, client_id, detail, key_thumbprint, issued_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """, .bytes(token.id.bytes), SQLValue(grant?.bytes), .text(token.clientID),
            .text(token.detail.description), SQLValue(token.keyThumbprint), .integer(token.issuedAt.microseconds),
            .integer(token.expiresAt.microseconds))
    }

    package func token(_ id: TicketID, at instant: Date) async throws -> LiveToken? {
        try database.read { connection in
            try connection.first(
                """
                SELECT t.client_id, t.detail, t.key_thumbprint, t.issued_at, t.expires_at, g.id, g.sealed_detail
                FROM access_tokens t LEFT JOIN grants g ON g.id = t.grant_id
                WHERE t.id = $1 AND t.expires_at > $2 AND t.revoked_at IS NULL AND g.revoked_at IS NULL
                    AND (t.grant_id IS NULL OR g.id IS NOT NULL)
                """, .bytes(id.bytes), .integer(instant.microseconds)
            ) { row in
                let token = AccessToken(
                    id: id, clientID: row.text(0), detail: (try? JSON(parsing: Array(row.text(1).utf8))) ?? .null,
                    keyThumbprint: row.optionalBytes(2), issuedAt: Date(microseconds: row.integer(3)),
                    expiresAt: Date(microseconds: row.integer(4)))
                let grant = try row.optionalBytes(5).flatMap { TicketID(bytes: $0) }.map { id in
                    try Grant.unsealing(row.bytes(6), id: id, with: sealer)
                }
                return LiveToken(token: token, grant: grant)
            }
        }
    }

    package func recentToken(_ id: TicketID, at instant: Date) async throws -> LiveToken? {
        if let known = recent.tokens[id] { return known }
        return try await token(id, at: instant)
    }

    package func revoke(token id: TicketID, at instant: Date) async throws {
        defer { recent.forgetTokens() }
        _ = try await database.write { connection in
            try connection.run(
                "UPDATE access_tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL",
                .integer(instant.microseconds), .bytes(id.bytes))
        }
    }

    package func revoke(grant id: TicketID, at instant: Date) async throws {
        defer { recent.forgetTokens() }
        try await database.write { try Self.revoke(grant: id, at: instant, on: $0) }
    }

    static func revoke(grant id: TicketID, at instant: Date, on connection: SQLiteConnection) throws {
        try connection.run(
            "UPDATE grants SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", .integer(instant.microseconds),
            .bytes(id.bytes))
    }

    package func append(_ event: TimelineEvent, to transaction: TicketID) async throws {
        try await database.write { try TimelineTable.appendIfRoom(event, to: transaction, on: $0) }
    }
}

extension TokenIssue {
    fileprivate var grantID: TicketID? {
        switch source {
        case .code(let id, _), .refresh(let id): id
        case .clientCredentials: nil
        }
    }
}

extension Grant {
    static func context(of id: TicketID) -> String { "grant " + id.text }

    func sealed(with sealer: DataSealer) -> [UInt8] {
        sealer.seal(json.encoded(), context: Self.context(of: id))
    }

    static func unsealing(_ sealed: [UInt8], id: TicketID, with sealer: DataSealer) throws -> Grant {
        try Grant(id: id, json: JSON(parsing: sealer.open(sealed, context: context(of: id))))
    }
}
