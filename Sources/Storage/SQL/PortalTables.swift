/// The table of the portal, as a step of ``Migrations``.
enum PortalTables {
    /// Rows are sealed with keys that only browsers have, and named by what is derived from the same secrets. Times are
    /// microseconds since 1970.
    static let statements: [String] = [
        """
        CREATE TABLE portal_visits (
            id BYTEA NOT NULL PRIMARY KEY, sealed BYTEA NOT NULL, expires_at BIGINT NOT NULL)
        """,
        "CREATE INDEX portal_visits_by_end ON portal_visits (expires_at)",
    ]
}
