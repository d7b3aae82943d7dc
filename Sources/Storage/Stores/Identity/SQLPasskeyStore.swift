package import Foundation
package import IdentityRegistry
package import KeyStore
package import SQLStatements
package import WebAuthn

/// Passkeys over SQL.
package struct SQLPasskeyStore: PasskeyRegistrationStore {
    let database: any SQLDatabase
    let sealer: DataSealer

    package init(database: any SQLDatabase, sealer: DataSealer) {
        self.database = database
        self.sealer = sealer
    }

    package func passkey(_ id: CredentialID) async throws -> OwnedPasskey? {
        try await database.first(
            """
            SELECT p.person_id, u.handle, p.credential_id, p.public_key, p.sign_count, p.backup_eligible,
                p.transports, p.sealed_name, p.added_at, p.last_used_at
            FROM passkeys p JOIN passkey_users u ON u.person_id = p.person_id WHERE p.credential_id = $1
            """, .bytes(id.bytes), read: passkey)
    }

    package func passkeys(of person: String) async throws -> [OwnedPasskey] {
        try await database.all(
            """
            SELECT p.person_id, u.handle, p.credential_id, p.public_key, p.sign_count, p.backup_eligible,
                p.transports, p.sealed_name, p.added_at, p.last_used_at
            FROM passkeys p JOIN passkey_users u ON u.person_id = p.person_id WHERE p.person_id = $1
            ORDER BY p.added_at, p.credential_id
            """, .text(person), read: passkey)
    }

    package func use(
        _ id: CredentialID, replacing old: UInt32, with new: UInt32, at instant: Date
    ) async throws -> Bool {
        try await database.change(
            "UPDATE passkeys SET sign_count = $1, last_used_at = $2 WHERE credential_id = $3 AND sign_count = $4",
            .integer(Int64(new)), .integer(instant.microseconds), .bytes(id.bytes), .integer(Int64(old))) == 1
    }

    package func handle(of person: String) async throws -> UserHandle? {
        try await database.query(Self.handle(of: person)).first.flatMap { UserHandle($0.bytes(0)) }
    }

    package func setHandle(_ proposed: UserHandle, of person: String) async throws -> UserHandle {
        let insertion = SQLStatement(
            "INSERT INTO passkey_users (person_id, handle) VALUES ($1, $2) ON CONFLICT (person_id) DO NOTHING",
            .text(person), .bytes(proposed.bytes))
        let rows = try await database.write(insertion, Self.handle(of: person))[1].rows
        return rows.first.flatMap { UserHandle($0.bytes(0)) } ?? proposed
    }

    package func insert(_ passkey: OwnedPasskey, limit: Int) async throws -> PasskeyInsertion {
        let id = SQLValue.bytes(passkey.credential.id.bytes)
        let name = sealer.seal(Array(passkey.name.utf8), context: Self.context(of: passkey.credential.id))
        let results = try await database.write(
            // Changes nothing, but whoever adds another one for the same person waits, and counts this one too.
            SQLStatement("UPDATE passkey_users SET handle = handle WHERE person_id = $1", .text(passkey.person)),
            SQLStatement(
                """
                INSERT INTO passkeys (credential_id, person_id, public_key, sign_count, backup_eligible, transports,
                    sealed_name, added_at)
                SELECT $1, $2, $3, $4, $5, $6, $7, $8
                WHERE (SELECT COUNT(*) FROM passkeys WHERE person_id = $9) < $10
                ON CONFLICT (credential_id) DO NOTHING
                """, id, .text(passkey.person), .bytes(passkey.credential.publicKey.coseKey),
                .integer(Int64(passkey.credential.signCount)),
                .integer(passkey.credential.isBackupEligible ? 1 : 0),
                .text(passkey.transports.joined(separator: " ")), .bytes(name), .integer(passkey.addedAt.microseconds),
                .text(passkey.person), .integer(Int64(limit))),
            SQLStatement("SELECT 1 FROM passkeys WHERE credential_id = $1", id))
        guard results[1].changed == 0 else { return .inserted }
        return results[2].rows.isEmpty ? .tooMany : .known
    }

    package func remove(_ id: CredentialID, of person: String) async throws -> Bool {
        try await database.change(
            "DELETE FROM passkeys WHERE credential_id = $1 AND person_id = $2", .bytes(id.bytes), .text(person)) == 1
    }

    private static func handle(of person: String) -> SQLStatement {
        SQLStatement("SELECT handle FROM passkey_users WHERE person_id = $1", .text(person))
    }

    private func passkey(_ row: SQLRow) throws -> OwnedPasskey {
        guard let handle = UserHandle(row.bytes(1)), let id = CredentialID(row.bytes(2)),
            let count = UInt32(exactly: row.integer(4))
        else { throw DatabaseFailure(.other, message: "a passkey is malformed") }
        let name = try sealer.open(row.bytes(7), context: Self.context(of: id))
        return OwnedPasskey(
            person: row.text(0),
            credential: StoredCredential(
                id: id, userHandle: handle, publicKey: try CredentialPublicKey(coseKey: row.bytes(3)),
                signCount: count, isBackupEligible: row.integer(5) != 0),
            transports: row.text(6).split(separator: " ").map(String.init), name: String(decoding: name, as: UTF8.self),
            addedAt: Date(microseconds: row.integer(8)),
            lastUsedAt: row.optionalInteger(9).map(Date.init(microseconds:)))
    }

    private static func context(of id: CredentialID) -> String {
        "name of passkey " + id.bytes.map { String($0, radix: 16) }.joined(separator: ".")
    }
}
