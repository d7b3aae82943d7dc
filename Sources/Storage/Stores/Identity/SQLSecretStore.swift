package import Foundation
package import IdentityRegistry
package import KeyStore
package import SQLStatements

/// The hashes of people's passwords and PINs over SQL, sealed: a PIN's hash alone would be guessed in seconds.
package struct SQLSecretStore: SecretStore {
    let database: any SQLDatabase
    let sealer: DataSealer
    let sessions: PersonMark?
    let now: @Sendable () -> Date

    /// - Parameter sessions: what marks the sessions of a person, which can end where a secret is set; nil where there
    ///   are none.
    package init(
        database: any SQLDatabase, sealer: DataSealer, sessions: PersonMark? = nil,
        now: @escaping @Sendable () -> Date
    ) {
        self.database = database
        self.sealer = sealer
        self.sessions = sessions
        self.now = now
    }

    package func secret(_ kind: SecretKind, of person: String) async throws -> ScryptHash? {
        let sealed = try await database.first(
            "SELECT sealed_hash FROM person_secrets WHERE person_id = $1 AND kind = $2", .text(person),
            .text(kind.rawValue)
        ) { $0.bytes(0) }
        guard let sealed else { return nil }
        let text = try sealer.open(sealed, context: Self.context(person, kind))
        guard let hash = ScryptHash(String(decoding: text, as: UTF8.self)) else {
            throw DatabaseFailure(.other, message: "a stored \(kind.rawValue) is no hash")
        }
        return hash
    }

    @discardableResult
    package func set(_ secrets: [StoredSecret]) async throws -> [[UInt8]] {
        let at = SQLValue.integer(now().microseconds)
        // In one order everywhere, so that two scripts never wait for each other.
        let ordered = secrets.sorted { ($0.person, $0.kind.rawValue) < ($1.person, $1.kind.rawValue) }
        let statements = ordered.flatMap { secret in
            let context = Self.context(secret.person, secret.kind)
            let hash = sealer.seal(Array(secret.hash.text.utf8), context: context)
            let setting = SQLStatement(
                """
                INSERT INTO person_secrets (person_id, kind, sealed_hash, set_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (person_id, kind) DO UPDATE SET sealed_hash = excluded.sealed_hash,
                    set_at = excluded.set_at
                """, .text(secret.person), .text(secret.kind.rawValue), .bytes(hash), at)
            // Whoever knew the old one may be the one who is logged in.
            guard secret.endsSessions, let sessions else { return [setting] }
            let ending = SQLStatement(
                "UPDATE sessions SET ended_at = $1 WHERE person = $2 AND ended_at IS NULL RETURNING id", at,
                .bytes(sessions(secret.person)))
            return [setting, ending]
        }
        return try await database.write(statements).flatMap(\.rows).map { $0.bytes(0) }
    }

    package func remove(_ kind: SecretKind, of person: String) async throws -> Bool {
        try await database.change(
            "DELETE FROM person_secrets WHERE person_id = $1 AND kind = $2", .text(person), .text(kind.rawValue)) == 1
    }

    private static func context(_ person: String, _ kind: SecretKind) -> String { "\(kind.rawValue) of \(person)" }
}
