/// The tables of people's vaults, as a step of ``Migrations``.
///
/// A person is a MAC, and what is called sealed is sealed. Times are microseconds since 1970.
enum VaultTables {
    static let statements: [String] = [
        """
        CREATE TABLE vaults (
            person BYTEA NOT NULL PRIMARY KEY, sealed BYTEA NOT NULL, version BIGINT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)
        """,
        """
        CREATE TABLE vault_uses (
            person BYTEA NOT NULL, way BYTEA NOT NULL, used_at BIGINT NOT NULL, PRIMARY KEY (person, way))
        """ + Migrations.clustered,
        // Each generation of a person's keys as it was logged.
        """
        CREATE TABLE vault_keys (
            person BYTEA NOT NULL, generation BIGINT NOT NULL, pending_id BYTEA NOT NULL, entry BYTEA NOT NULL,
            sealed_salt BYTEA NOT NULL, added_at BIGINT NOT NULL, PRIMARY KEY (person, generation))
        """ + Migrations.clustered,
    ]
}
