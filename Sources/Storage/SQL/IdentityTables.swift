/// The tables of the identity registry beside its people: how they are found and how they log in.
///
/// Times are microseconds since 1970. What is called a MAC stands for personal data that the table does not have.
enum IdentityTables {
    static let steps: [String] = [
        """
        CREATE TABLE person_index (
            kind TEXT NOT NULL, mac BYTEA NOT NULL, person_id TEXT NOT NULL, PRIMARY KEY (kind, mac, person_id))
        """ + Migrations.clustered,
        "CREATE INDEX person_index_of_person ON person_index (person_id)",
        // What the whole index was made for, or a mark of it while it is being made.
        "CREATE TABLE person_index_state (fingerprint BYTEA NOT NULL PRIMARY KEY)",
        """
        CREATE TABLE person_secrets (
            person_id TEXT NOT NULL, kind TEXT NOT NULL, sealed_hash BYTEA NOT NULL, set_at BIGINT NOT NULL,
            PRIMARY KEY (person_id, kind))
        """ + Migrations.clustered,
        """
        CREATE TABLE one_time_codes (
            id BYTEA NOT NULL PRIMARY KEY, sealed_person BYTEA NOT NULL, code_mac BYTEA NOT NULL, method TEXT NOT NULL,
            counter BYTEA NOT NULL, own_device BIGINT NOT NULL, expires_at BIGINT NOT NULL, tries BIGINT NOT NULL,
            spent_at BIGINT)
        """,
        "CREATE INDEX one_time_codes_by_end ON one_time_codes (expires_at)",
        """
        CREATE TABLE login_attempts (
            key BYTEA NOT NULL PRIMARY KEY, window_start BIGINT NOT NULL, count BIGINT NOT NULL)
        """ + Migrations.clustered,
        "CREATE INDEX login_attempts_by_window ON login_attempts (window_start)",
        // The handle is what authenticators keep: random, so that it says nothing about the person.
        "CREATE TABLE passkey_users (person_id TEXT NOT NULL PRIMARY KEY, handle BYTEA NOT NULL UNIQUE)",
        """
        CREATE TABLE passkeys (
            credential_id BYTEA NOT NULL PRIMARY KEY, person_id TEXT NOT NULL, public_key BYTEA NOT NULL,
            sign_count BIGINT NOT NULL, backup_eligible BIGINT NOT NULL, transports TEXT NOT NULL,
            sealed_name BYTEA NOT NULL, added_at BIGINT NOT NULL, last_used_at BIGINT)
        """,
        "CREATE INDEX passkeys_of_person ON passkeys (person_id, added_at)",
    ]
}
