package import DataMarket
package import DataSharing
package import Foundation
package import OAuth
package import SQLStatements
import WireFormats

/// What a market's program keeps, over SQL.
package struct SQLMarketStore: Sendable {
    let database: any SQLDatabase

    /// - Parameter database: of ``MarketDatabase``.
    package init(database: any SQLDatabase) { self.database = database }
}

extension SQLMarketStore: PinnedKeyStore {
    package func pinnedKey(of subject: String) async throws -> String? {
        try await database.first("SELECT key_id FROM pinned_keys WHERE subject = $1", .text(subject)) { $0.text(0) }
    }

    /// Forgets the key of a person who has a new vault: the next one that is seen is then theirs. False if none was known.
    package func forgetKey(of subject: String) async throws -> Bool {
        try await database.change("DELETE FROM pinned_keys WHERE subject = $1", .text(subject)) == 1
    }

    package func pin(
        _ keyID: String, of subject: String, replacing previous: String?, at instant: Date
    ) async throws -> Bool {
        guard let previous else {
            return try await database.change(
                """
                INSERT INTO pinned_keys (subject, key_id, seen_at) VALUES ($1, $2, $3) ON CONFLICT (subject) DO NOTHING
                """, .text(subject), .text(keyID), .integer(instant.microseconds)) == 1
        }
        return try await database.change(
            "UPDATE pinned_keys SET key_id = $1, seen_at = $2 WHERE subject = $3 AND key_id = $4", .text(keyID),
            .integer(instant.microseconds), .text(subject), .text(previous)) == 1
    }
}

extension SQLMarketStore: DigestStore {
    package func newestDigest(of subject: String, scope: String) async throws -> KeptDigest? {
        try await database.first(
            """
            SELECT version, issuer_signed, disclosures, expires_at_seconds FROM digests
            WHERE subject = $1 AND scope = $2
            """, .text(subject), .text(scope)
        ) { row in
            KeptDigest(
                subject: subject, scope: scope, version: row.integer(0),
                values: IssuedScopeValues(
                    issuerSigned: row.text(1), disclosures: try KeptDisclosures.parse(row.text(2))),
                expiresAt: row.optionalInteger(3))
        }
    }

    /// Forgets what is held of a person in a scope: nothing of it can be released any more.
    package func erase(_ subject: String, scope: String) async throws -> Bool {
        try await database.change(
            "DELETE FROM digests WHERE subject = $1 AND scope = $2", .text(subject), .text(scope)) == 1
    }
}

extension SQLMarketStore: ApprovalStore {
    package func acceptance(of identifier: String) async throws -> ApprovalAcceptance {
        let rows = try await database.all(
            """
            SELECT 1, NULL FROM withdrawals WHERE identifier = $1
            UNION ALL SELECT 0, hash FROM approvals WHERE identifier = $2
            """, .text(identifier), .text(identifier)
        ) { ($0.integer(0) == 1, $0.optionalBytes(1)) }
        if rows.contains(where: \.0) { return .withdrawn }
        return rows.first?.1.flatMap { MessageHash(bytes: $0) }.map(ApprovalAcceptance.accepted) ?? .new
    }

    package func accept(
        _ approval: VerifiedApproval, spending uses: [SingleUse], at instant: Date
    ) async throws -> ApprovalOutcome {
        let said = approval.approval
        let id = SQLValue.text(said.identifier)
        var statements = [
            SQLStatement("SELECT 1 FROM withdrawals WHERE identifier = $1", id, expecting: .noRow),
            SQLStatement(
                """
                INSERT INTO approvals (identifier, hash, subject, until_seconds, accepted_at)
                VALUES ($1, $2, $3, $4, $5) ON CONFLICT (identifier) DO NOTHING
                """, id, .bytes(approval.hash.bytes), .text(said.subject), .integer(said.until),
                .integer(instant.microseconds)),
            SQLStatement(
                "SELECT 1 FROM approvals WHERE identifier = $1 AND hash = $2", id, .bytes(approval.hash.bytes),
                expecting: .oneRow),
        ]
        statements += uses.map { use in
            SQLStatement(
                "INSERT INTO single_uses (id) VALUES ($1) ON CONFLICT (id) DO NOTHING", .bytes(use.bytes),
                expecting: .oneRow)
        }
        switch try await database.run(SQLScript(statements)).refusedIndex {
        case nil: return .accepted
        case 0: return .withdrawn
        case 2: return .otherApproval
        default: return .replayed
        }
    }

    package func withdraw(
        identifier: String, hash: MessageHash, subject: String, at instant: Date
    ) async throws -> Bool {
        try await database.change(
            """
            INSERT INTO withdrawals (identifier, hash, subject, withdrawn_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (identifier) DO NOTHING
            """, .text(identifier), .bytes(hash.bytes), .text(subject), .integer(instant.microseconds)) == 1
    }

    /// Deletes identifiers that could not be used again anyhow, and approvals that are over.
    package func sweep(at instant: Date) async throws {
        try await database.write(
            SQLStatement("DELETE FROM single_uses WHERE id < $1", .bytes(SingleUse.first(endingAt: instant))),
            SQLStatement(
                "DELETE FROM approvals WHERE until_seconds < $1", .integer(Int64(instant.timeIntervalSince1970) - 3600))
        )
    }
}

/// Disclosures as they are stored: pairs of name and encoding.
enum KeptDisclosures {
    struct Malformed: Error {}

    static func json(_ disclosures: [IssuedScopeValues.Disclosure]) -> JSON {
        .array(disclosures.map { [.string($0.name), .string($0.encoded)] })
    }

    static func parse(_ text: String) throws -> [IssuedScopeValues.Disclosure] {
        try read(try JSON(parsing: Array(text.utf8)))
    }

    static func read(_ json: JSON) throws -> [IssuedScopeValues.Disclosure] {
        try (json.array ?? []).map { pair in
            guard let parts = pair.array?.map(\.string), parts.count == 2, let name = parts[0], let encoded = parts[1]
            else { throw Malformed() }
            return .init(name: name, encoded: encoded)
        }
    }
}
