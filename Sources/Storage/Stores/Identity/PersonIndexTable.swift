package import IdentityRegistry
import KeyStore
import RegistryRecords
import SQLStatements

/// The index of people, beside the records it is made of.
enum PersonIndexTable {
    /// Replaces the entries of a person.
    static func write(_ entries: Set<PersonIndex.Entry>, of person: String, on connection: SQLiteConnection) throws {
        try connection.run("DELETE FROM person_index WHERE person_id = $1", .text(person))
        for entry in entries {
            try connection.run(
                "INSERT INTO person_index (kind, mac, person_id) VALUES ($1, $2, $3)", .text(entry.kind.rawValue),
                .bytes(entry.mac), .text(person))
        }
    }

    /// An index that other settings make, or none, has gaps after people were written with these: it has to be made
    /// anew before those settings are used again.
    static func invalidate(unlessMadeFor fingerprint: [UInt8]?, on connection: SQLiteConnection) throws {
        try connection.run("DELETE FROM person_index_state WHERE fingerprint <> $1", .bytes(fingerprint ?? []))
    }

    static func isMade(for fingerprint: [UInt8], on connection: SQLiteConnection) throws -> Bool {
        try connection.first("SELECT 1 FROM person_index_state WHERE fingerprint = $1", .bytes(fingerprint)) { _ in true
        }
            ?? false
    }
}

extension SQLPersonStore: PersonIndexStore {
    package func people(at entry: PersonIndex.Entry) async throws -> [String] {
        try database.read { connection in
            try connection.all(
                "SELECT person_id FROM person_index WHERE kind = $1 AND mac = $2 ORDER BY person_id LIMIT 2",
                .text(entry.kind.rawValue), .bytes(entry.mac)
            ) { $0.text(0) }
        }
    }

    /// People whose entries one write makes: others wait for it.
    static let indexPortion = 200

    /// Makes the index of all people if it was made for other settings, or never. To be awaited before anybody logs in.
    ///
    /// - Returns: how many people were indexed; nil if the index was good.
    package func refreshIndex() async throws -> Int? {
        guard let index else { return nil }
        let fingerprint = index.fingerprint
        if try database.read({ try PersonIndexTable.isMade(for: fingerprint, on: $0) }) { return nil }
        _ = try await database.write { try $0.run("DELETE FROM person_index_state") }
        var total = 0
        var last: String?
        repeat {
            let after = last
            let portion = try await database.write { try indexPeople(after: after, index, on: $0) }
            total += portion.count
            last = portion.last
        } while last != nil
        _ = try await database.write { connection in
            try connection.run(
                "INSERT INTO person_index_state (fingerprint) VALUES ($1) ON CONFLICT (fingerprint) DO NOTHING",
                .bytes(fingerprint))
        }
        return total
    }

    /// Reads the people within the transaction that writes: what somebody else imports meanwhile is not overtaken.
    private func indexPeople(
        after: String?, _ index: PersonIndex, on connection: SQLiteConnection
    ) throws -> [String] {
        let people = try connection.all(
            "SELECT id, sealed_record FROM people WHERE id > $1 ORDER BY id LIMIT $2", .text(after ?? ""),
            .integer(Int64(Self.indexPortion)), read: person)
        for person in people {
            try PersonIndexTable.write(index.entries(for: person), of: person.id, on: connection)
        }
        return people.map(\.id)
    }
}
