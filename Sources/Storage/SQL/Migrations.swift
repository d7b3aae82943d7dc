import Foundation
import SQLStatements

/// The schema, as numbered steps that are run once each and never changed after a release.
enum Migrations {
    static func run(on connection: SQLiteConnection, at instant: Date) throws(DatabaseFailure) {
        try connection.execute("BEGIN IMMEDIATE")
        do throws(DatabaseFailure) {
            try connection.execute(
                "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)")
            let applied = try connection.run("SELECT COALESCE(MAX(number), 0) FROM schema_migrations").rows[0]
                .integer(0)
            guard applied <= steps.count else { throw .newerSchema(applied, known: steps.count) }
            for (index, statements) in steps.enumerated() where index >= applied {
                for statement in statements { try connection.execute(statement) }
                try connection.run(
                    "INSERT INTO schema_migrations (number, applied_at) VALUES ($1, $2)",
                    [.integer(Int64(index + 1)), .integer(instant.microseconds)])
            }
            try connection.execute("COMMIT")
        } catch {
            _ = try? connection.execute("ROLLBACK")
            throw error
        }
    }

    static var count: Int { steps.count }

    /// The steps that were run; none where there is no schema yet.
    static func applied(on connection: SQLiteConnection) throws(DatabaseFailure) -> [AppliedStep] {
        let isMade = try connection.run("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'").rows
        guard !isMade.isEmpty else { return [] }
        return try connection.run("SELECT number, applied_at FROM schema_migrations ORDER BY number").rows.map {
            AppliedStep(number: Int($0.integer(0)), at: Date(microseconds: $0.integer(1)))
        }
    }

    /// The steps as PostgreSQL reads them: the one place that knows where the two engines' tables differ.
    ///
    /// Texts are compared by their bytes, as SQLite does, whatever the database's language: what stands in order does so
    /// on both, and an upgrade of the system's collations cannot damage an index.
    static var forPostgreSQL: [[String]] {
        steps.map { step in
            step.map { statement in
                guard statement.hasPrefix("CREATE TABLE") else { return statement }
                return statement.replacing(clustered, with: "").replacing(" TEXT", with: " TEXT COLLATE \"C\"")
            }
        }
    }

    /// Keeps small rows in the tree of their primary key. PostgreSQL has no word for it and leaves it out.
    static let clustered = " WITHOUT ROWID"

    /// Types are spelled as PostgreSQL has them; SQLite gives BIGINT integer affinity and keeps BYTEA as stored.
    /// Times are microseconds since 1970 unless the name says seconds.
    private static let steps: [[String]] = [
        [
            """
            CREATE TABLE keys (
                purpose TEXT NOT NULL, generation BIGINT NOT NULL, key_id TEXT NOT NULL, algorithm TEXT NOT NULL,
                sealed_private BYTEA NOT NULL, certificate_chain BYTEA NOT NULL, created_at BIGINT NOT NULL,
                active_from BIGINT NOT NULL, retired_at BIGINT, PRIMARY KEY (purpose, generation))
            """,
            """
            CREATE TABLE people (
                id TEXT PRIMARY KEY, sealed_record BYTEA NOT NULL, updated_at BIGINT NOT NULL)
            """,
            """
            CREATE TABLE offers (
                id BYTEA NOT NULL PRIMARY KEY, configuration_ids TEXT NOT NULL, subject_id TEXT, sealed_claims BYTEA,
                tx_code_mac BYTEA, failed_tries BIGINT NOT NULL, created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL, redeemed_at BIGINT, token_expires_at BIGINT, cancelled_at BIGINT)
            """,
            "CREATE TABLE spent_nonces (id BYTEA NOT NULL PRIMARY KEY)" + clustered,
            """
            CREATE TABLE timeline (
                offer_id BYTEA NOT NULL, at BIGINT NOT NULL, number BIGINT NOT NULL, step TEXT NOT NULL,
                refusal_code TEXT, refusal_reason TEXT, detail TEXT, PRIMARY KEY (offer_id, at, number))
            """ + clustered,
            // Finds the claims that wait for the end of their offer, and only those.
            "CREATE INDEX offers_with_claims ON offers (expires_at) WHERE sealed_claims IS NOT NULL",
        ],
        AuthorizationTables.statements,
        IdentityTables.steps,
        PortalTables.statements,
        RepeatedRequests.statements,
        LedgerTables.statements,
        AnchorTables.statements,
        SharingTables.statements,
        SharingGrantTables.statements,
        VaultTables.statements,
    ]
}
