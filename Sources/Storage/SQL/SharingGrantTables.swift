/// What is shared under grants, as a step of ``Migrations``.
enum SharingGrantTables {
    /// Times are microseconds since 1970. What is sealed is about people.
    static let statements: [String] = [
        // The row of a grant lives as long as something may be asked for under it.
        """
        CREATE TABLE sharing_grants (
            grant_id BYTEA NOT NULL PRIMARY KEY, sealed_detail BYTEA NOT NULL, ends_at BIGINT NOT NULL)
        """,
        "CREATE INDEX sharing_grants_by_end ON sharing_grants (ends_at)",
        """
        CREATE TABLE sharing_releases (
            grant_id BYTEA NOT NULL, scope TEXT NOT NULL, sealed_release BYTEA NOT NULL, expires_at BIGINT NOT NULL,
            PRIMARY KEY (grant_id, scope)) WITHOUT ROWID
        """,
        "CREATE INDEX sharing_releases_by_end ON sharing_releases (expires_at)",
        """
        CREATE TABLE sharing_notices (
            id BYTEA NOT NULL PRIMARY KEY, organization TEXT NOT NULL, sealed_event BYTEA NOT NULL,
            attempts BIGINT NOT NULL, due_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)
        """,
        "CREATE INDEX sharing_notices_by_due ON sharing_notices (due_at)",
    ]
}
