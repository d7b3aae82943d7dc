/// The tables of the ledger's anchors, as a step of ``Migrations``.
enum AnchorTables {
    /// Everything in them is public once it was sent. Times are microseconds since 1970.
    static let statements: [String] = [
        """
        CREATE TABLE ledger_anchors (
            place TEXT NOT NULL, transaction_id BYTEA NOT NULL, tree_size BIGINT NOT NULL, root BYTEA NOT NULL,
            raw BYTEA NOT NULL, slot TEXT NOT NULL, state TEXT NOT NULL, block_hash BYTEA, block_number BIGINT,
            confirmations BIGINT NOT NULL, prepared_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,
            PRIMARY KEY (place, transaction_id))
        """,
        "CREATE INDEX ledger_anchors_by_time ON ledger_anchors (prepared_at)",
        "CREATE INDEX ledger_anchors_by_state ON ledger_anchors (place, state, prepared_at)",
        """
        CREATE TABLE ledger_anchor_leases (place TEXT PRIMARY KEY, holder BYTEA NOT NULL, ends_at BIGINT NOT NULL)
        """,
    ]
}
