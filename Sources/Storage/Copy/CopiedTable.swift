import SQLStatements

/// A table as it is copied from one database to another.
struct CopiedTable: Sendable {
    let name: String
    /// Which columns make the primary key.
    let key: [Int]
    /// Comes before every key.
    let first: [SQLValue]
    /// The rows after a key, in the order of keys; at most so many.
    let select: SQL
    let insert: SQL

    /// Every table but the one of the schema's steps.
    static let all: [CopiedTable] = [
        CopiedTable(
            name: "keys", key: [0, 1], first: [.text(""), .integer(.min)],
            select: """
                SELECT purpose, generation, key_id, algorithm, sealed_private, certificate_chain, created_at,
                    active_from, retired_at
                FROM keys WHERE (purpose, generation) > ($1, $2) ORDER BY purpose, generation LIMIT $3
                """,
            insert: """
                INSERT INTO keys (purpose, generation, key_id, algorithm, sealed_private, certificate_chain,
                    created_at, active_from, retired_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "people", key: [0], first: [.text("")],
            select: """
                SELECT id, sealed_record, updated_at
                FROM people WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO people (id, sealed_record, updated_at)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "person_index", key: [0, 1, 2], first: [.text(""), .bytes([]), .text("")],
            select: """
                SELECT kind, mac, person_id
                FROM person_index WHERE (kind, mac, person_id) > ($1, $2, $3) ORDER BY kind, mac, person_id LIMIT $4
                """,
            insert: """
                INSERT INTO person_index (kind, mac, person_id)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "person_index_state", key: [0], first: [.bytes([])],
            select: """
                SELECT fingerprint
                FROM person_index_state WHERE fingerprint > $1 ORDER BY fingerprint LIMIT $2
                """,
            insert: """
                INSERT INTO person_index_state (fingerprint)
                VALUES ($1) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "person_secrets", key: [0, 1], first: [.text(""), .text("")],
            select: """
                SELECT person_id, kind, sealed_hash, set_at
                FROM person_secrets WHERE (person_id, kind) > ($1, $2) ORDER BY person_id, kind LIMIT $3
                """,
            insert: """
                INSERT INTO person_secrets (person_id, kind, sealed_hash, set_at)
                VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "passkey_users", key: [0], first: [.text("")],
            select: """
                SELECT person_id, handle
                FROM passkey_users WHERE person_id > $1 ORDER BY person_id LIMIT $2
                """,
            insert: """
                INSERT INTO passkey_users (person_id, handle)
                VALUES ($1, $2) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "passkeys", key: [0], first: [.bytes([])],
            select: """
                SELECT credential_id, person_id, public_key, sign_count, backup_eligible, transports, sealed_name,
                    added_at, last_used_at
                FROM passkeys WHERE credential_id > $1 ORDER BY credential_id LIMIT $2
                """,
            insert: """
                INSERT INTO passkeys (credential_id, person_id, public_key, sign_count, backup_eligible, transports,
                    sealed_name, added_at, last_used_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "one_time_codes", key: [0], first: [.bytes([])],
            select: """
                SELECT id, sealed_person, code_mac, method, counter, own_device, expires_at, tries, spent_at
                FROM one_time_codes WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO one_time_codes (id, sealed_person, code_mac, method, counter, own_device, expires_at,
                    tries, spent_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "login_attempts", key: [0], first: [.bytes([])],
            select: """
                SELECT key, window_start, count
                FROM login_attempts WHERE key > $1 ORDER BY key LIMIT $2
                """,
            insert: """
                INSERT INTO login_attempts (key, window_start, count)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "clients", key: [0], first: [.text("")],
            select: """
                SELECT id, document, secret_hash, registration_id, created_at, updated_at
                FROM clients WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO clients (id, document, secret_hash, registration_id, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "initial_access_tokens", key: [0], first: [.bytes([])],
            select: """
                SELECT id, uses_left, expires_at
                FROM initial_access_tokens WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO initial_access_tokens (id, uses_left, expires_at)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "offers", key: [0], first: [.bytes([])],
            select: """
                SELECT id, configuration_ids, subject_id, sealed_claims, tx_code_mac, failed_tries, created_at,
                    expires_at, redeemed_at, token_expires_at, cancelled_at, token_key_thumbprint, grant_type
                FROM offers WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO offers (id, configuration_ids, subject_id, sealed_claims, tx_code_mac, failed_tries,
                    created_at, expires_at, redeemed_at, token_expires_at, cancelled_at, token_key_thumbprint,
                    grant_type)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "spent_nonces", key: [0], first: [.bytes([])],
            select: """
                SELECT id
                FROM spent_nonces WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO spent_nonces (id)
                VALUES ($1) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "interactions", key: [0], first: [.bytes([])],
            select: """
                SELECT id, client_id, sealed_request, sealed_progress, version, finished_at
                FROM interactions WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO interactions (id, client_id, sealed_request, sealed_progress, version, finished_at)
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "sessions", key: [0], first: [.bytes([])],
            select: """
                SELECT id, person, sealed_detail, expires_at, last_seen_at, ended_at
                FROM sessions WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO sessions (id, person, sealed_detail, expires_at, last_seen_at, ended_at)
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "consents", key: [0], first: [.bytes([])],
            select: """
                SELECT id, person, client_id, sealed_detail, given_at, expires_at, last_used_at, withdrawn_at
                FROM consents WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO consents (id, person, client_id, sealed_detail, given_at, expires_at, last_used_at,
                    withdrawn_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "grants", key: [0], first: [.bytes([])],
            select: """
                SELECT id, client_id, consent_id, session_id, offer_id, sealed_detail, code_expires_at, code_spent_at,
                    refresh_expires_at, refresh_key, revoked_at, code_token_id
                FROM grants WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO grants (id, client_id, consent_id, session_id, offer_id, sealed_detail, code_expires_at,
                    code_spent_at, refresh_expires_at, refresh_key, revoked_at, code_token_id)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "access_tokens", key: [0], first: [.bytes([])],
            select: """
                SELECT id, grant_id, client_id, detail, key_thumbprint, issued_at, expires_at, revoked_at, used_at
                FROM access_tokens WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO access_tokens (id, grant_id, client_id, detail, key_thumbprint, issued_at, expires_at,
                    revoked_at, used_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "single_uses", key: [0], first: [.bytes([])],
            select: """
                SELECT id
                FROM single_uses WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO single_uses (id)
                VALUES ($1) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "timeline", key: [0, 1, 2], first: [.bytes([]), .integer(.min), .integer(.min)],
            select: """
                SELECT offer_id, at, number, step, refusal_code, refusal_reason, detail
                FROM timeline WHERE (offer_id, at, number) > ($1, $2, $3) ORDER BY offer_id, at, number LIMIT $4
                """,
            insert: """
                INSERT INTO timeline (offer_id, at, number, step, refusal_code, refusal_reason, detail)
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "portal_visits", key: [0], first: [.bytes([])],
            select: """
                SELECT id, sealed, expires_at
                FROM portal_visits WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO portal_visits (id, sealed, expires_at)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "ledger_anchors", key: [0, 1], first: [.text(""), .bytes([])],
            select: """
                SELECT place, transaction_id, tree_size, root, raw, slot, state, block_hash, block_number,
                    confirmations, prepared_at, changed_at
                FROM ledger_anchors WHERE (place, transaction_id) > ($1, $2) ORDER BY place, transaction_id LIMIT $3
                """,
            insert: """
                INSERT INTO ledger_anchors (place, transaction_id, tree_size, root, raw, slot, state, block_hash,
                    block_number, confirmations, prepared_at, changed_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "ledger_anchor_leases", key: [0], first: [.text("")],
            select: """
                SELECT place, holder, ends_at
                FROM ledger_anchor_leases WHERE place > $1 ORDER BY place LIMIT $2
                """,
            insert: """
                INSERT INTO ledger_anchor_leases (place, holder, ends_at)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "ledger_head", key: [0], first: [.integer(.min)],
            select: """
                SELECT id, origin, verifier_key, size, root, checkpoint, updated_at
                FROM ledger_head WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO ledger_head (id, origin, verifier_key, size, root, checkpoint, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "ledger_pending", key: [0], first: [.bytes([])],
            select: """
                SELECT id, at, entry
                FROM ledger_pending WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO ledger_pending (id, at, entry)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "ledger_entries", key: [0], first: [.integer(.min)],
            select: """
                SELECT number, pending_id, entry
                FROM ledger_entries WHERE number > $1 ORDER BY number LIMIT $2
                """,
            insert: """
                INSERT INTO ledger_entries (number, pending_id, entry)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "ledger_tiles", key: [0, 1], first: [.integer(.min), .integer(.min)],
            select: """
                SELECT level, number, hashes
                FROM ledger_tiles WHERE (level, number) > ($1, $2) ORDER BY level, number LIMIT $3
                """,
            insert: """
                INSERT INTO ledger_tiles (level, number, hashes)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "ledger_checkpoints", key: [0], first: [.text("")],
            select: """
                SELECT kind, size, root, checkpoint
                FROM ledger_checkpoints WHERE kind > $1 ORDER BY kind LIMIT $2
                """,
            insert: """
                INSERT INTO ledger_checkpoints (kind, size, root, checkpoint)
                VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "ledger_cosignatures", key: [0], first: [.text("")],
            select: """
                SELECT witness, size, root, line
                FROM ledger_cosignatures WHERE witness > $1 ORDER BY witness LIMIT $2
                """,
            insert: """
                INSERT INTO ledger_cosignatures (witness, size, root, line)
                VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "ledger_notes", key: [0], first: [.text("")],
            select: """
                SELECT subject, document, salt, pending_id
                FROM ledger_notes WHERE subject > $1 ORDER BY subject LIMIT $2
                """,
            insert: """
                INSERT INTO ledger_notes (subject, document, salt, pending_id)
                VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "witnessed_logs", key: [0], first: [.text("")],
            select: """
                SELECT origin, origin_hash, size, root, checkpoint
                FROM witnessed_logs WHERE origin > $1 ORDER BY origin LIMIT $2
                """,
            insert: """
                INSERT INTO witnessed_logs (origin, origin_hash, size, root, checkpoint)
                VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "sharing_grants", key: [0], first: [.bytes([])],
            select: """
                SELECT grant_id, sealed_detail, ends_at
                FROM sharing_grants WHERE grant_id > $1 ORDER BY grant_id LIMIT $2
                """,
            insert: """
                INSERT INTO sharing_grants (grant_id, sealed_detail, ends_at)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "sharing_releases", key: [0, 1], first: [.bytes([]), .text("")],
            select: """
                SELECT grant_id, scope, sealed_release, expires_at
                FROM sharing_releases WHERE (grant_id, scope) > ($1, $2) ORDER BY grant_id, scope LIMIT $3
                """,
            insert: """
                INSERT INTO sharing_releases (grant_id, scope, sealed_release, expires_at)
                VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "sharing_notices", key: [0], first: [.bytes([])],
            select: """
                SELECT id, organization, sealed_event, attempts, due_at, expires_at
                FROM sharing_notices WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO sharing_notices (id, organization, sealed_event, attempts, due_at, expires_at)
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "sharing_organizations", key: [0], first: [.text("")],
            select: """
                SELECT id, document, state, created_at, updated_at
                FROM sharing_organizations WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO sharing_organizations (id, document, state, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "sharing_organization_keys", key: [0, 1], first: [.text(""), .bytes([])],
            select: """
                SELECT organization, thumbprint, pending_id, entry, salt, logged_at
                FROM sharing_organization_keys WHERE (organization, thumbprint) > ($1, $2) ORDER BY organization, thumbprint LIMIT $3
                """,
            insert: """
                INSERT INTO sharing_organization_keys (organization, thumbprint, pending_id, entry, salt, logged_at)
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "sharing_definitions", key: [0, 1], first: [.text(""), .integer(.min)],
            select: """
                SELECT scope, version, market, document, pending_id, entry, salt, registered_at
                FROM sharing_definitions WHERE (scope, version) > ($1, $2) ORDER BY scope, version LIMIT $3
                """,
            insert: """
                INSERT INTO sharing_definitions (scope, version, market, document, pending_id, entry, salt,
                    registered_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "sharing_subjects", key: [0, 1], first: [.text(""), .text("")],
            select: """
                SELECT organization, subject, person, sealed_person, linked_at
                FROM sharing_subjects WHERE (organization, subject) > ($1, $2) ORDER BY organization, subject LIMIT $3
                """,
            insert: """
                INSERT INTO sharing_subjects (organization, subject, person, sealed_person, linked_at)
                VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "sharing_holdings", key: [0, 1], first: [.bytes([]), .text("")],
            select: """
                SELECT person, scope, id, organization, version, held_by, hash, sealed_detail, pending_id, entry,
                    received_at, expires_at
                FROM sharing_holdings WHERE (person, scope) > ($1, $2) ORDER BY person, scope LIMIT $3
                """,
            insert: """
                INSERT INTO sharing_holdings (person, scope, id, organization, version, held_by, hash, sealed_detail,
                    pending_id, entry, received_at, expires_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "sharing_pushes", key: [0], first: [.bytes([])],
            select: """
                SELECT id, body_hash, sealed_results, at
                FROM sharing_pushes WHERE id > $1 ORDER BY id LIMIT $2
                """,
            insert: """
                INSERT INTO sharing_pushes (id, body_hash, sealed_results, at)
                VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "vaults", key: [0], first: [.bytes([])],
            select: """
                SELECT person, sealed, version, created_at, updated_at
                FROM vaults WHERE person > $1 ORDER BY person LIMIT $2
                """,
            insert: """
                INSERT INTO vaults (person, sealed, version, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "vault_uses", key: [0, 1], first: [.bytes([]), .bytes([])],
            select: """
                SELECT person, way, used_at
                FROM vault_uses WHERE (person, way) > ($1, $2) ORDER BY person, way LIMIT $3
                """,
            insert: """
                INSERT INTO vault_uses (person, way, used_at)
                VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """),
        CopiedTable(
            name: "vault_keys", key: [0, 1], first: [.bytes([]), .integer(.min)],
            select: """
                SELECT person, generation, pending_id, entry, sealed_salt, added_at
                FROM vault_keys WHERE (person, generation) > ($1, $2) ORDER BY person, generation LIMIT $3
                """,
            insert: """
                INSERT INTO vault_keys (person, generation, pending_id, entry, sealed_salt, added_at)
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
                """),
    ]
}
