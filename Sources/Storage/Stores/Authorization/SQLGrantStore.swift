package import AuthorizationServer
package import Foundation
package import KeyStore
package import OAuth
package import SQLStatements
package import TransactionTimeline
import WireFormats

/// Grants and access tokens over SQL.
package struct SQLGrantStore: GrantStore {
    let database: any SQLDatabase
    let sealer: DataSealer
    let recent: RecentRecords

    package init(database: any SQLDatabase, sealer: DataSealer, recent: RecentRecords = RecentRecords()) {
        self.recent = recent
        self.database = database
        self.sealer = sealer
    }

    package func grant(ofCode id: TicketID) async throws -> Grant? {
        // What it says never changes; whether the code can still be used, ``issue(_:)`` asks.
        if let known = recent.grants[id] { return known }
        return try await database.first("SELECT sealed_detail FROM grants WHERE id = $1", .bytes(id.bytes)) { row in
            try Grant.unsealing(row.bytes(0), id: id, with: sealer)
        }
    }

    package func grant(
        ofRefreshToken id: TicketID, at instant: Date
    ) async throws -> (grant: Grant, terms: RefreshTerms)? {
        try await database.first(
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

    package func issue(_ issue: TokenIssue) async throws -> Result<AccessToken, TokenIssueRefusal> {
        let uses = SingleUseTable.spending(issue.uses)
        var statements = uses + Self.spending(issue) + [Self.inserting(issue.token, grant: issue.grantID)]
        if let transaction = issue.transaction {
            statements.append(TimelineTable.appending(TimelineEvent(at: issue.at, step: .token), to: transaction))
        }
        guard let refused = try await database.run(SQLScript(statements)).refusedIndex else {
            if let id = issue.grantID, let grant = recent.grants[id] {
                recent.tokens.insert(LiveToken(token: issue.token, grant: grant), issue.token.id)
            }
            return .success(issue.token)
        }
        if refused < uses.count {
            recent.forgetTokens()
            return .failure(.replayed(issue.uses[refused].kind))
        }
        guard case .code(let id, _) = issue.source else { return try await refuse(issue, .ended) }
        return try await answerAgain(issue, code: id)
    }

    /// What spends the source of a token, or refuses the script.
    private static func spending(_ issue: TokenIssue) -> [SQLStatement] {
        let at = SQLValue.integer(issue.at.microseconds)
        switch issue.source {
        case .clientCredentials: return []
        case .code(let id, let refresh):
            return [
                // The one statement that spends the code: whoever changes the row has it.
                SQLStatement(
                    """
                    UPDATE grants SET code_spent_at = $1, refresh_expires_at = $2, refresh_key = $3, code_token_id = $4
                    WHERE id = $5 AND code_spent_at IS NULL AND code_expires_at > $6 AND revoked_at IS NULL
                    """, at, SQLValue(refresh?.until.microseconds), SQLValue(refresh?.keyThumbprint),
                    .bytes(issue.token.id.bytes), .bytes(id.bytes), at, expecting: .oneRow), usingConsent(of: id, at),
            ]
        case .refresh(let id):
            return [
                SQLStatement(
                    """
                    SELECT 1 AS live FROM grants
                    WHERE id = $1 AND refresh_expires_at > $2 AND revoked_at IS NULL AND code_spent_at IS NOT NULL
                    """, .bytes(id.bytes), at, expecting: .oneRow), usingConsent(of: id, at),
            ]
        }
    }

    private static func usingConsent(of grant: TicketID, _ at: SQLValue) -> SQLStatement {
        SQLStatement(
            "UPDATE consents SET last_used_at = $1 WHERE id = (SELECT consent_id FROM grants WHERE id = $2)", at,
            .bytes(grant.bytes))
    }

    private static func inserting(_ token: AccessToken, grant: TicketID?) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO access_tokens (id, grant_id, client_id, detail, key_thumbprint, issued_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """, .bytes(token.id.bytes), SQLValue(grant?.bytes), .text(token.clientID),
            .text(token.detail.description), SQLValue(token.keyThumbprint), .integer(token.issuedAt.microseconds),
            .integer(token.expiresAt.microseconds))
    }

    /// A code that gave a token already: the same request again, whose answer was lost, is answered as before. RFC 6749
    /// §4.1.2: a code that is used twice takes back what it gave.
    private func answerAgain(
        _ issue: TokenIssue, code id: TicketID
    ) async throws -> Result<AccessToken, TokenIssueRefusal> {
        let known = try await database.first(
            """
            SELECT g.code_spent_at, g.revoked_at, t.id, t.detail, t.key_thumbprint, t.issued_at, t.expires_at,
                t.used_at, t.revoked_at, (SELECT COUNT(*) FROM timeline
                    WHERE offer_id = $1 AND at >= t.issued_at AND step = 'credential' AND refusal_code IS NULL)
            FROM grants g LEFT JOIN access_tokens t ON t.id = g.code_token_id WHERE g.id = $2
            """, .bytes((issue.transaction ?? id).bytes), .bytes(id.bytes)
        ) { row in
            let token = row.optionalBytes(2).flatMap { TicketID(bytes: $0) }.map { token in
                AccessToken(
                    id: token, clientID: issue.token.clientID,
                    detail: (try? JSON(parsing: Array(row.text(3).utf8))) ?? .null,
                    keyThumbprint: row.optionalBytes(4), issuedAt: Date(microseconds: row.integer(5)),
                    expiresAt: Date(microseconds: row.integer(6)))
            }
            return (
                spentAt: row.optionalInteger(0).map(Date.init(microseconds:)), isRevoked: !row.isNull(1),
                token: row.isNull(8) ? token : nil, isUsed: !row.isNull(7) || row.integer(9) > 0
            )
        }
        guard let known, !(known.isRevoked && known.spentAt == nil) else { return try await refuse(issue, .ended) }
        guard let spentAt = known.spentAt else { return try await refuse(issue, .codeExpired) }
        if let token = known.token, !known.isRevoked, !known.isUsed, issue.repeats(token, givenAt: spentAt) {
            // The proofs of this request were not spent before: they are now.
            let event = TimelineEvent(at: issue.at, step: .token, detail: ["repeated": true])
            let uses = SingleUseTable.spending(issue.uses)
            let note = TimelineTable.appendingIfRoom(event, to: issue.transaction ?? id)
            if let refused = try await database.run(SQLScript(uses + [note])).refusedIndex {
                return .failure(.replayed(issue.uses[refused].kind))
            }
            return .success(token)
        }
        return try await refuse(issue, .codeSpent, with: [Self.revoking(id, at: issue.at)])
    }

    /// The proofs of a refused request stay spent, as they were shown.
    private func refuse(
        _ issue: TokenIssue, _ refusal: TokenIssueRefusal, with statements: [SQLStatement] = []
    ) async throws -> Result<AccessToken, TokenIssueRefusal> {
        recent.forgetTokens()
        try await database.write(SingleUseTable.noting(issue.uses) + statements)
        return .failure(refusal)
    }

    package func token(_ id: TicketID, at instant: Date) async throws -> LiveToken? {
        try await database.first(
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

    package func recentToken(_ id: TicketID, at instant: Date) async throws -> LiveToken? {
        if let known = recent.tokens[id] { return known }
        return try await token(id, at: instant)
    }

    package func revoke(token id: TicketID, at instant: Date) async throws {
        defer { recent.forgetTokens() }
        try await database.change(
            "UPDATE access_tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL",
            .integer(instant.microseconds), .bytes(id.bytes))
    }

    package func revoke(grant id: TicketID, at instant: Date) async throws {
        defer { recent.forgetTokens() }
        try await database.write(Self.revoking(id, at: instant))
    }

    private static func revoking(_ id: TicketID, at instant: Date) -> SQLStatement {
        SQLStatement(
            "UPDATE grants SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", .integer(instant.microseconds),
            .bytes(id.bytes))
    }

    package func append(_ event: TimelineEvent, to transaction: TicketID) async throws {
        try await database.write(TimelineTable.appendingIfRoom(event, to: transaction))
    }
}

extension TokenIssue {
    /// Whether this asks again for a token that was given a moment ago.
    fileprivate func repeats(_ token: AccessToken, givenAt instant: Date) -> Bool {
        self.token.detail == token.detail
            && RepeatedTokenRequests.isFromHolder(
                of: token.keyThumbprint, showing: self.token.keyThumbprint, at: at, givenAt: instant)
    }

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
