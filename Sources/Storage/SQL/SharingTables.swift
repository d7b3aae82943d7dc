/// The tables of data sharing, as a step of ``Migrations``.
enum SharingTables {
    /// Persons stand as MACs of their registry ids; what says more about them is sealed. Times are microseconds since
    /// 1970. A `pending_id` finds an entry of the ledger.
    static let statements: [String] = [
        """
        CREATE TABLE sharing_organizations (
            id TEXT PRIMARY KEY, document TEXT NOT NULL, state TEXT NOT NULL, created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL)
        """,
        """
        CREATE TABLE sharing_organization_keys (
            organization TEXT NOT NULL, thumbprint BYTEA NOT NULL, pending_id BYTEA NOT NULL, entry BYTEA NOT NULL,
            salt BYTEA NOT NULL, logged_at BIGINT NOT NULL, PRIMARY KEY (organization, thumbprint))
        """,
        """
        CREATE TABLE sharing_definitions (
            scope TEXT NOT NULL, version BIGINT NOT NULL, market TEXT NOT NULL, document BYTEA NOT NULL,
            pending_id BYTEA NOT NULL, entry BYTEA NOT NULL, salt BYTEA NOT NULL, registered_at BIGINT NOT NULL,
            PRIMARY KEY (scope, version))
        """,
        "CREATE INDEX sharing_definitions_of_market ON sharing_definitions (market, scope)",
        """
        CREATE TABLE sharing_subjects (
            organization TEXT NOT NULL, subject TEXT NOT NULL, person BYTEA NOT NULL, sealed_person BYTEA NOT NULL,
            linked_at BIGINT NOT NULL, PRIMARY KEY (organization, subject))
        """ + Migrations.clustered,
        // One row for each person and scope: what is newer takes the place of what was there.
        """
        CREATE TABLE sharing_holdings (
            person BYTEA NOT NULL, scope TEXT NOT NULL, id BYTEA NOT NULL, organization TEXT NOT NULL,
            version BIGINT NOT NULL, held_by TEXT NOT NULL, hash BYTEA NOT NULL, sealed_detail BYTEA NOT NULL,
            pending_id BYTEA NOT NULL, entry BYTEA NOT NULL, received_at BIGINT NOT NULL, expires_at BIGINT,
            PRIMARY KEY (person, scope))
        """,
        "CREATE UNIQUE INDEX sharing_holdings_by_id ON sharing_holdings (id)",
        "CREATE INDEX sharing_holdings_of_organization ON sharing_holdings (organization)",
        """
        CREATE TABLE sharing_pushes (
            id BYTEA NOT NULL PRIMARY KEY, body_hash BYTEA NOT NULL, sealed_results BYTEA NOT NULL, at BIGINT NOT NULL)
        """,
        "CREATE INDEX sharing_pushes_by_time ON sharing_pushes (at)",
    ]
}
