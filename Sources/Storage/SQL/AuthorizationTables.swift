/// The tables of the authorization server, as a step of ``Migrations``.
enum AuthorizationTables {
    /// Persons stand as MACs of their registry ids; what says more about them is sealed.
    static let statements = [
        """
        CREATE TABLE clients (
            id TEXT PRIMARY KEY, document TEXT NOT NULL, secret_hash BYTEA, registration_id BYTEA,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)
        """,
        """
        CREATE TABLE initial_access_tokens (
            id BYTEA NOT NULL PRIMARY KEY, uses_left BIGINT NOT NULL, expires_at BIGINT NOT NULL)
        """,
        """
        CREATE TABLE interactions (
            id BYTEA NOT NULL PRIMARY KEY, client_id TEXT NOT NULL, sealed_request BYTEA NOT NULL,
            sealed_progress BYTEA, version BIGINT NOT NULL, finished_at BIGINT)
        """,
        """
        CREATE TABLE sessions (
            id BYTEA NOT NULL PRIMARY KEY, person BYTEA NOT NULL, sealed_detail BYTEA NOT NULL,
            expires_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL, ended_at BIGINT)
        """,
        """
        CREATE TABLE consents (
            id BYTEA NOT NULL PRIMARY KEY, person BYTEA NOT NULL, client_id TEXT NOT NULL,
            sealed_detail BYTEA NOT NULL, given_at BIGINT NOT NULL, expires_at BIGINT, last_used_at BIGINT,
            withdrawn_at BIGINT)
        """,
        "CREATE INDEX consents_of_person ON consents (person, client_id)",
        """
        CREATE TABLE grants (
            id BYTEA NOT NULL PRIMARY KEY, client_id TEXT NOT NULL, consent_id BYTEA NOT NULL, session_id BYTEA,
            offer_id BYTEA,
            sealed_detail BYTEA NOT NULL, code_expires_at BIGINT NOT NULL, code_spent_at BIGINT,
            refresh_expires_at BIGINT, refresh_key BYTEA, revoked_at BIGINT)
        """,
        "CREATE INDEX grants_of_consent ON grants (consent_id)",
        "CREATE INDEX grants_of_offer ON grants (offer_id) WHERE offer_id IS NOT NULL",
        "CREATE INDEX grants_of_session ON grants (session_id) WHERE session_id IS NOT NULL",
        """
        CREATE TABLE access_tokens (
            id BYTEA NOT NULL PRIMARY KEY, grant_id BYTEA, client_id TEXT NOT NULL, detail TEXT NOT NULL,
            key_thumbprint BYTEA, issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, revoked_at BIGINT)
        """ + Migrations.clustered,
        "CREATE TABLE single_uses (id BYTEA NOT NULL PRIMARY KEY)" + Migrations.clustered,
        "ALTER TABLE offers ADD COLUMN token_key_thumbprint BYTEA",
        "ALTER TABLE offers ADD COLUMN grant_type TEXT",
    ]
}
