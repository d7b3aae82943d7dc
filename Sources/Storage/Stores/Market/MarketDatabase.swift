package import SQLStatements

/// The database of a market's own program: what it has said, whose keys it has seen, what was agreed to and used.
package enum MarketDatabase {
    /// Opens the file, and makes it if it is not there.
    package static func open(path: String) throws(DatabaseFailure) -> SQLiteDatabase {
        try SQLiteDatabase(path: path, tables: tables)
    }

    /// Times are microseconds since 1970 unless the name says seconds.
    private static let tables = [
        """
        CREATE TABLE IF NOT EXISTS pinned_keys (
            subject TEXT PRIMARY KEY, key_id TEXT NOT NULL, seen_at BIGINT NOT NULL) WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS digests (
            subject TEXT NOT NULL, scope TEXT NOT NULL, version BIGINT NOT NULL, issuer_signed TEXT NOT NULL,
            disclosures TEXT NOT NULL, expires_at_seconds BIGINT, PRIMARY KEY (subject, scope)) WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS batches (
            number INTEGER PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, path TEXT NOT NULL, body BLOB NOT NULL,
            digests TEXT NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS approvals (
            identifier TEXT PRIMARY KEY, hash BLOB NOT NULL, subject TEXT NOT NULL, until_seconds BIGINT NOT NULL,
            accepted_at BIGINT NOT NULL) WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS withdrawals (
            identifier TEXT PRIMARY KEY, hash BLOB NOT NULL, subject TEXT NOT NULL, withdrawn_at BIGINT NOT NULL)
            WITHOUT ROWID
        """,
        "CREATE TABLE IF NOT EXISTS single_uses (id BLOB PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS mark_keys (number INTEGER PRIMARY KEY, secret BLOB NOT NULL)",
        """
        CREATE TABLE IF NOT EXISTS prepared_marks (
            idempotency_key TEXT NOT NULL, row_mark BLOB NOT NULL, content_mark BLOB NOT NULL,
            expires_at_seconds BIGINT, PRIMARY KEY (idempotency_key, row_mark)) WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS marks (
            row_mark BLOB PRIMARY KEY, content_mark BLOB NOT NULL, expires_at_seconds BIGINT) WITHOUT ROWID
        """,
    ]
}
