import Crypto
package import Foundation
import JOSE
package import KeyStore
package import PersonVault
package import SQLStatements
import WireFormats

/// Vaults over SQL: one sealed row for each person, whose version counts its changes.
package struct SQLVaultStore: VaultStore {
    let database: any SQLDatabase
    let sealer: DataSealer
    let mark: PersonMark
    let logging: KeyLogging

    /// The statements that put a commitment to a person's new keys into the log, in the same script.
    package typealias KeyLogging = @Sendable (_ commitment: [UInt8], _ instant: Date) -> [SQLStatement]

    /// - Parameter logging: nothing where nothing is logged.
    package init(
        database: any SQLDatabase, sealer: DataSealer, mark: PersonMark,
        logging: @escaping KeyLogging = { _, _ in [] }
    ) {
        self.database = database
        self.sealer = sealer
        self.mark = mark
        self.logging = logging
    }

    package func vault(of person: String) async throws -> StoredVault? {
        let mark = mark(person)
        guard
            case .done(let results) = try await database.run(
                .reading(
                    SQLStatement("SELECT sealed, version FROM vaults WHERE person = $1", .bytes(mark)),
                    SQLStatement("SELECT way, used_at FROM vault_uses WHERE person = $1", .bytes(mark)))),
            let row = results[0].rows.first
        else { return nil }
        let json = try JSON(
            parsing: try sealer.open(row.bytes(0), context: Self.context(mark)), limits: JSONLimits(values: 10_000))
        var uses: [VaultWayID: Date] = [:]
        for use in results[1].rows {
            if let id = VaultWayID(bytes: use.bytes(0)) { uses[id] = Date(microseconds: use.integer(1)) }
        }
        return StoredVault(vault: try Vault(stored: json), version: row.integer(1), uses: uses)
    }

    package func create(_ vault: Vault, of person: String, at instant: Date) async throws -> Bool {
        let mark = mark(person)
        let statement = SQLStatement(
            """
            INSERT INTO vaults (person, sealed, version, created_at, updated_at) VALUES ($1, $2, 1, $3, $4)
            ON CONFLICT DO NOTHING
            """, .bytes(mark), .bytes(seal(vault, mark)), .integer(instant.microseconds),
            .integer(instant.microseconds), expecting: .oneRow)
        return try await database.run(SQLScript([statement] + keysAppear(in: vault, mark, at: instant))).isDone
    }

    package func replace(
        _ version: Int64, with vault: Vault, of person: String, at instant: Date
    ) async throws -> Bool {
        let mark = mark(person)
        let statement = SQLStatement(
            "UPDATE vaults SET sealed = $1, version = version + 1, updated_at = $2 WHERE person = $3 AND version = $4",
            .bytes(seal(vault, mark)), .integer(instant.microseconds), .bytes(mark), .integer(version),
            expecting: .oneRow)
        // Made anew only if the vault has a generation more; the rows of earlier ones stay as they are.
        let known = try await database.first(
            "SELECT COUNT(*) FROM vault_keys WHERE person = $1", .bytes(mark)
        ) { $0.integer(0) }
        let isNew = Int64(vault.generations.count) > known ?? 0
        return try await database.run(
            SQLScript([statement] + (isNew ? keysAppear(in: vault, mark, at: instant) : []))
        ).isDone
    }

    package func noteUse(of way: VaultWayID, of person: String, at instant: Date) async throws {
        try await database.change(
            """
            INSERT INTO vault_uses (person, way, used_at) VALUES ($1, $2, $3)
            ON CONFLICT (person, way) DO UPDATE SET used_at = excluded.used_at
            """, .bytes(mark(person)), .bytes(way.bytes), .integer(instant.microseconds))
    }

    /// How the newest keys of a person were logged: what opens the commitment; nil if the person has no vault.
    package func newestKeyEntry(of person: String) async throws -> PersonKeyEntry? {
        let mark = mark(person)
        return try await database.first(
            """
            SELECT generation, commitment, sealed_salt FROM vault_keys WHERE person = $1
            ORDER BY generation DESC LIMIT 1
            """, .bytes(mark)
        ) { row in
            PersonKeyEntry(
                commitment: row.bytes(1),
                salt: try sealer.open(row.bytes(2), context: Self.saltContext(mark, row.integer(0))))
        }
    }

    /// The commitment is SHA-256(salt ‖ SHA-256 of the key statement), as of everything that is logged.
    private func keysAppear(in vault: Vault, _ mark: [UInt8], at instant: Date) -> [SQLStatement] {
        let generation = Int64(vault.generations.count)
        let salt = secureRandomBytes(32)
        let statement = Array(SHA256.hash(data: Array(vault.current.statement.utf8)))
        let commitment = Array(SHA256.hash(data: salt + statement))
        return [
            SQLStatement(
                """
                INSERT INTO vault_keys (person, generation, commitment, sealed_salt, added_at)
                VALUES ($1, $2, $3, $4, $5)
                """, .bytes(mark), .integer(generation), .bytes(commitment),
                .bytes(sealer.seal(salt, context: Self.saltContext(mark, generation))),
                .integer(instant.microseconds))
        ] + logging(commitment, instant)
    }

    private func seal(_ vault: Vault, _ mark: [UInt8]) -> [UInt8] {
        sealer.seal(vault.json.encoded(), context: Self.context(mark))
    }

    private static func context(_ mark: [UInt8]) -> String { "vault " + Base64URL.encode(mark) }

    private static func saltContext(_ mark: [UInt8], _ generation: Int64) -> String {
        "vault key salt \(generation) " + Base64URL.encode(mark)
    }
}

/// What opens the commitment to a person's keys in the log.
package struct PersonKeyEntry: Sendable, Equatable {
    package let commitment: [UInt8]
    package let salt: [UInt8]

    package init(commitment: [UInt8], salt: [UInt8]) {
        (self.commitment, self.salt) = (commitment, salt)
    }
}
