import Crypto
package import Foundation
package import KeyStore
package import PersonVault
package import SQLStatements
package import SharingHub
import Synchronization
import TransparencyLog
import WireFormats

/// Vaults over SQL: one sealed row for each person, whose version counts its changes.
package struct SQLVaultStore: VaultStore {
    let database: any SQLDatabase
    let sealer: DataSealer
    let mark: PersonMark
    private let known = KnownKeys()

    package init(database: any SQLDatabase, sealer: DataSealer, mark: PersonMark) {
        self.database = database
        self.sealer = sealer
        self.mark = mark
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
        return try await database.run(SQLScript([statement] + (try keysAppear(in: vault, mark, at: instant)))).isDone
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
            SQLScript([statement] + (isNew ? try keysAppear(in: vault, mark, at: instant) : []))
        ).isDone
    }

    /// Removes a person's vault with its keys and ways in, for whoever has lost them all; false if there is none.
    package func remove(vaultOf person: String) async throws -> Bool {
        let mark = SQLValue.bytes(mark(person))
        return try await database.run(
            .writing(
                SQLStatement("DELETE FROM vaults WHERE person = $1", mark, expecting: .oneRow),
                SQLStatement("DELETE FROM vault_uses WHERE person = $1", mark),
                SQLStatement("DELETE FROM vault_keys WHERE person = $1", mark))
        ).isDone
    }

    package func noteUse(of way: VaultWayID, of person: String, at instant: Date) async throws {
        try await database.change(
            """
            INSERT INTO vault_uses (person, way, used_at) VALUES ($1, $2, $3)
            ON CONFLICT (person, way) DO UPDATE SET used_at = excluded.used_at
            """, .bytes(mark(person)), .bytes(way.bytes), .integer(instant.microseconds))
    }

    /// The ledger's entry is a commitment to the SHA-256 of the key statement.
    private func keysAppear(
        in vault: Vault, _ mark: [UInt8], at instant: Date
    ) throws(LedgerEntryMalformation) -> [SQLStatement] {
        let generation = Int64(vault.generations.count)
        let statement = Array(SHA256.hash(data: Array(vault.current.statement.utf8)))
        let (commitment, salt) = SaltedCommitment.make(to: statement)
        let pending = PendingLedgerEntry(entry: try LedgerEntry(.key, by: LedgerEntry.hub, commitment: commitment))
        return [
            SQLStatement(
                """
                INSERT INTO vault_keys (person, generation, pending_id, entry, sealed_salt, added_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """, .bytes(mark), .integer(generation), .bytes(pending.id.bytes), .bytes(pending.entry.bytes),
                .bytes(sealer.seal(salt, context: Self.saltContext(mark, generation))),
                .integer(instant.microseconds)),
            pending.statement(at: instant),
        ]
    }

    private func seal(_ vault: Vault, _ mark: [UInt8]) -> [UInt8] {
        sealer.seal(vault.json.encoded(), context: Self.context(mark))
    }

    private static func context(_ mark: [UInt8]) -> String { "vault " + Base64URL.encode(mark) }

    private static func saltContext(_ mark: [UInt8], _ generation: Int64) -> String {
        "vault key salt \(generation) " + Base64URL.encode(mark)
    }
}

extension SQLVaultStore: PersonKeysStore {
    package func keys(of person: String) async throws -> PersonKeysRecord? {
        let mark = mark(person)
        // Asked for each time: another process may have changed the vault, or the person have made it anew.
        let change = try await database.first(
            "SELECT version, created_at FROM vaults WHERE person = $1", .bytes(mark)
        ) { KnownKeys.Change(version: $0.integer(0), createdAt: $0.integer(1)) }
        guard let change else { return nil }
        if let known = known[mark, change] { return known }
        guard let stored = try await vault(of: person) else { return nil }
        let vault = stored.vault
        let generation = Int64(vault.generations.count)
        let place = try await database.first(
            "SELECT pending_id, entry, sealed_salt FROM vault_keys WHERE person = $1 AND generation = $2",
            .bytes(mark), .integer(generation)
        ) { row in
            LoggedPlace(
                pendingID: row.bytes(0), entry: row.bytes(1),
                salt: try sealer.open(row.bytes(2), context: Self.saltContext(mark, generation)))
        }
        // Written with the vault in one step, and never deleted before it.
        guard let place else { throw DamagedVault() }
        let record = PersonKeysRecord(
            encryption: vault.current.keys.encryption, signing: vault.current.keys.signing,
            statements: vault.generations.map(\.statement), place: place)
        if stored.version == change.version { known.insert(record, mark, change) }
        return record
    }
}

/// The public keys of people whose vaults were opened lately.
private final class KnownKeys: Sendable {
    struct Change: Equatable {
        let version: Int64
        let createdAt: Int64
    }

    private static let capacity = 2048
    private let records = Mutex<[[UInt8]: (change: Change, record: PersonKeysRecord)]>([:])

    subscript(mark: [UInt8], change: Change) -> PersonKeysRecord? {
        records.withLock { records in records[mark].flatMap { $0.change == change ? $0.record : nil } }
    }

    func insert(_ record: PersonKeysRecord, _ mark: [UInt8], _ change: Change) {
        records.withLock { records in
            if records.count >= Self.capacity { records.removeAll() }
            records[mark] = (change, record)
        }
    }
}
