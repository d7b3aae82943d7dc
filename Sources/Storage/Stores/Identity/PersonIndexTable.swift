package import IdentityRegistry
import KeyStore
import RegistryRecords
import SQLStatements

/// The index of people, beside the records it is made of.
///
/// The row of a person is the lock of their entries: a script changes it before it replaces them, and people in the
/// order of their identifiers, so that no two scripts wait for each other.
enum PersonIndexTable {
    /// Replaces the entries of a person.
    static func replacing(_ entries: Set<PersonIndex.Entry>, of person: String) -> [SQLStatement] {
        [SQLStatement("DELETE FROM person_index WHERE person_id = $1", .text(person))]
            + entries.map { entry in
                SQLStatement(
                    "INSERT INTO person_index (kind, mac, person_id) VALUES ($1, $2, $3)", .text(entry.kind.rawValue),
                    .bytes(entry.mac), .text(person))
            }
    }

    /// An index that other settings make, or none, has gaps after people were written with these: it has to be made
    /// anew before those settings are used again, even if it is only being made now.
    ///
    /// To be run after the people were written: whoever begins to make an index later sees them.
    static func invalidating(unlessMadeFor fingerprint: [UInt8]?) -> SQLStatement {
        SQLStatement(
            "DELETE FROM person_index_state WHERE fingerprint <> $1 AND fingerprint <> $2", .bytes(fingerprint ?? []),
            .bytes(fingerprint.map(mark) ?? []))
    }

    /// Stands in the place of the fingerprint while the index is being made.
    static func mark(_ fingerprint: [UInt8]) -> [UInt8] { Array("being made for ".utf8) + fingerprint }
}

extension SQLPersonStore: PersonIndexStore {
    package func people(at entry: PersonIndex.Entry) async throws -> [String] {
        try await database.all(
            "SELECT person_id FROM person_index WHERE kind = $1 AND mac = $2 ORDER BY person_id LIMIT 2",
            .text(entry.kind.rawValue), .bytes(entry.mac)
        ) { $0.text(0) }
    }

    /// People whose entries one write makes: others wait for it.
    static let indexPortion = 100

    /// Makes the index of all people if it was made for other settings, or never. To be awaited before anybody logs in.
    ///
    /// - Returns: how many people were indexed; nil if the index was good.
    package func refreshIndex() async throws -> Int? {
        guard let index else { return nil }
        let made = SQLValue.bytes(index.fingerprint)
        let mark = SQLValue.bytes(PersonIndexTable.mark(index.fingerprint))
        let isMade = try await database.first("SELECT 1 FROM person_index_state WHERE fingerprint = $1", made) { _ in
            true
        }
        guard isMade == nil else { return nil }
        // Of processes that begin with different settings only the last has its mark left.
        let beginning = SQLScript(
            [
                SQLStatement("DELETE FROM person_index_state WHERE fingerprint <> $1", mark),
                SQLStatement(
                    "INSERT INTO person_index_state (fingerprint) VALUES ($1) ON CONFLICT (fingerprint) DO NOTHING",
                    mark),
            ], isIdempotent: true, isolation: .serializable)
        _ = try await database.run(beginning)
        let isOurs = SQLStatement(
            "SELECT 1 FROM person_index_state WHERE fingerprint <> $1 AND fingerprint <> $2", made, mark,
            expecting: .noRow)
        var total = 0
        var last: String?
        repeat {
            let people = try await indexPeople(after: last, index, isOurs)
            total += people.count
            last = people.last
        } while last != nil
        // The mark is gone where somebody with other settings has written meanwhile: then the index is made again when
        // these settings are used next.
        _ = try await database.run(
            .writing(
                SQLStatement("DELETE FROM person_index_state WHERE fingerprint = $1", mark, expecting: .oneRow),
                // Another process with the same settings may have been faster.
                SQLStatement(
                    "INSERT INTO person_index_state (fingerprint) VALUES ($1) ON CONFLICT (fingerprint) DO NOTHING",
                    made)))
        return total
    }

    /// Gives the next people, in the order of the database; nobody if the index is not ours any more.
    private func indexPeople(
        after: String?, _ index: PersonIndex, _ isOurs: SQLStatement
    ) async throws -> [String] {
        let people = try await database.all(
            "SELECT id, sealed_record FROM people WHERE id > $1 ORDER BY id LIMIT $2", .text(after ?? ""),
            .integer(Int64(Self.indexPortion))
        ) { row in (id: row.text(0), record: row.bytes(1), entries: index.entries(for: try person(row))) }
        var unchanged = people.sorted { $0.id < $1.id }
        while !unchanged.isEmpty {
            // Changes nothing, but keeps the row as it was read until the end.
            let locks = unchanged.map { person in
                SQLStatement(
                    "UPDATE people SET updated_at = updated_at WHERE id = $1 AND sealed_record = $2", .text(person.id),
                    .bytes(person.record), expecting: .oneRow)
            }
            let entries = unchanged.flatMap { PersonIndexTable.replacing($0.entries, of: $0.id) }
            // Asked once the rows are locked: whoever begins with other settings after that replaces these entries.
            let outcome = try await database.run(SQLScript(locks + [isOurs] + entries))
            guard let refused = outcome.refusedIndex else { break }
            guard refused < locks.count else { return [] }
            // Whoever has written the record since has written its entries too, or taken our mark away.
            unchanged.remove(at: refused)
        }
        return people.map(\.id)
    }
}
