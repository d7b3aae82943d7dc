/// The tables of the ledger and of a witness, as a step of ``Migrations``.
enum LedgerTables {
    /// Sizes and numbers count from zero; times are microseconds since 1970.
    static let statements: [String] = [
        // One row: the log as it is. Whoever changes the log expects it as they read it.
        """
        CREATE TABLE ledger_head (
            id BIGINT PRIMARY KEY, origin TEXT NOT NULL, verifier_key TEXT NOT NULL, size BIGINT NOT NULL,
            root BYTEA NOT NULL, checkpoint BYTEA NOT NULL, updated_at BIGINT NOT NULL)
        """,
        """
        CREATE TABLE ledger_pending (
            id BYTEA NOT NULL PRIMARY KEY, at BIGINT NOT NULL, entry BYTEA NOT NULL)
        """,
        "CREATE INDEX ledger_pending_by_time ON ledger_pending (at, id)",
        """
        CREATE TABLE ledger_entries (
            number BIGINT PRIMARY KEY, pending_id BYTEA NOT NULL UNIQUE, entry BYTEA NOT NULL)
        """,
        """
        CREATE TABLE ledger_tiles (
            level BIGINT NOT NULL, number BIGINT NOT NULL, hashes BYTEA NOT NULL, PRIMARY KEY (level, number))
        """,
        // The checkpoint that witnesses are asked about, and the newest that enough of them have cosigned.
        """
        CREATE TABLE ledger_checkpoints (
            kind TEXT PRIMARY KEY, size BIGINT NOT NULL, root BYTEA NOT NULL, checkpoint BYTEA NOT NULL)
        """,
        // The newest of each witness.
        """
        CREATE TABLE ledger_cosignatures (
            witness TEXT PRIMARY KEY, size BIGINT NOT NULL, root BYTEA NOT NULL, line BYTEA NOT NULL)
        """,
        // What the server's own entries are commitments to.
        """
        CREATE TABLE ledger_notes (
            subject TEXT PRIMARY KEY, document BYTEA NOT NULL, salt BYTEA NOT NULL, pending_id BYTEA NOT NULL)
        """,
        // Of a witness: the newest head of each log.
        """
        CREATE TABLE witnessed_logs (
            origin TEXT PRIMARY KEY, origin_hash BYTEA NOT NULL UNIQUE, size BIGINT NOT NULL, root BYTEA NOT NULL,
            checkpoint BYTEA NOT NULL)
        """,
    ]
}
