import Crypto
import Foundation
import IdentityRegistry
import PersonAuthentication
import RegistryRecords
import SQLStatements
import Testing

@testable import Storage

@Suite("The index of people beside their records")
struct PersonIndexStoreTests {
    private func store(
        _ fixture: IdentityFixture, usernames: [String] = ["email", "number"],
        knowledge: [KnowledgeField] = IdentityFixture.knowledge, keys: IdentityKeys = IdentityFixture.keys
    ) -> SQLPersonStore {
        SQLPersonStore(
            database: fixture.test.database, sealer: fixture.test.sealer,
            index: PersonIndex(usernameFields: usernames, knowledge: knowledge, keys: keys)
        ) { TestDatabase.now }
    }

    @Test("A changed record changes its entries in the same step")
    func upsert() async throws {
        let fixture = try await IdentityFixture()
        let people = fixture.people()
        _ = try await people.upsert([IdentityFixture.person("anna", "A-100", "Anna", "2001-02-03")])
        #expect(try await people.people(at: fixture.index.entry(username: "a-100")) == ["anna"])
        _ = try await people.upsert([IdentityFixture.person("anna", "A-200", "Anna", "2001-02-03")])
        #expect(try await people.people(at: fixture.index.entry(username: "a-100")) == [])
        #expect(try await people.people(at: fixture.index.entry(username: "a-200")) == ["anna"])
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM person_index") == 3)
    }

    @Test("People who were there before the index get into it, in portions; afterwards there is nothing to do")
    func build() async throws {
        let fixture = try await IdentityFixture()
        let count = SQLPersonStore.indexPortion * 2 + 1
        let plain = SQLPersonStore(database: fixture.test.database, sealer: fixture.test.sealer) { TestDatabase.now }
        _ = try await plain.upsert(
            (0..<count).map { IdentityFixture.person("p\($0)", "N\($0)", "Name \($0)", "2001-02-03") })
        let people = fixture.people()
        #expect(try await people.people(at: fixture.index.entry(username: "n7")) == [])
        #expect(try await people.refreshIndex() == count)
        #expect(try await people.refreshIndex() == nil)
        for number in [0, 7, count - 1] {
            #expect(try await people.people(at: fixture.index.entry(username: "n\(number)")) == ["p\(number)"])
        }
        #expect(try await plain.refreshIndex() == nil)
    }

    @Test("Other settings or other keys make it anew")
    func changedSettings() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        #expect(try await store(fixture).refreshIndex() == 2)
        let fewer = Array(IdentityFixture.knowledge.dropLast())
        let otherKeys = IdentityKeys(root: SymmetricKey(data: [UInt8](repeating: 1, count: 32)))
        for changed in [
            store(fixture, usernames: ["email"]), store(fixture, knowledge: fewer), store(fixture, keys: otherKeys),
        ] {
            #expect(try await changed.refreshIndex() == 2)
            #expect(try await changed.refreshIndex() == nil)
        }
        let index = PersonIndex(usernameFields: ["email"], knowledge: fewer, keys: otherKeys)
        let people = SQLPersonStore(database: fixture.test.database, sealer: fixture.test.sealer, index: index) {
            TestDatabase.now
        }
        #expect(try await people.refreshIndex() == 2)
        #expect(
            try await people.people(at: index.entry(facts: ["number": "a100", "name": "ANNA SMID"])) == ["anna"])
        #expect(try await people.people(at: index.entry(username: "a-100")) == [])
    }

    @Test("After an import by a program without the index, or with another one, it is made anew")
    func invalidated() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        #expect(try await store(fixture).refreshIndex() == 2)
        let plain = SQLPersonStore(database: fixture.test.database, sealer: fixture.test.sealer) { TestDatabase.now }
        for other in [plain, store(fixture, usernames: ["email"])] {
            _ = try await other.upsert([IdentityFixture.person("anna", "A-300", "Anna", "2001-02-03")])
            #expect(try await store(fixture).refreshIndex() == 2)
            #expect(try await fixture.people().people(at: fixture.index.entry(username: "a-300")) == ["anna"])
        }
        _ = try await store(fixture).upsert([IdentityFixture.person("anna", "A-100", "Anna", "2001-02-03")])
        #expect(try await store(fixture).refreshIndex() == nil)
    }

    @Test("What is imported while the index is made is in it as it is")
    func concurrently() async throws {
        let fixture = try await IdentityFixture()
        let people = fixture.people()
        let plain = SQLPersonStore(database: fixture.test.otherProcess, sealer: fixture.test.sealer) {
            TestDatabase.now
        }
        _ = try await plain.upsert((0..<600).map { IdentityFixture.person("p\($0)", "N\($0)", "A", "2001-02-03") })
        let other = fixture.people(over: fixture.test.otherProcess)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await people.refreshIndex() }
            group.addTask { _ = try await other.refreshIndex() }
            for number in stride(from: 0, to: 600, by: 20) {
                group.addTask {
                    _ = try await other.upsert([IdentityFixture.person("p\(number)", "M\(number)", "A", "2001-02-03")])
                }
            }
            try await group.waitForAll()
        }
        for number in [0, 1, 20, 580, 599] {
            let letter = number % 20 == 0 ? "m" : "n"
            #expect(try await people.people(at: fixture.index.entry(username: "\(letter)\(number)")) == ["p\(number)"])
        }
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM person_index") == 1800)
        #expect(try await people.refreshIndex() == nil)
    }

    /// Makes the index while `act` happens between the reading of the people and the writing of their entries.
    private func refresh(
        _ fixture: IdentityFixture, while act: @escaping @Sendable () async throws -> Void
    ) async throws -> Int? {
        try await fixture.people(
            over: InterruptedDatabase(fixture.test.database, before: "UPDATE people", act)
        ).refreshIndex()
    }

    private static let people = ["a", "b", "c"].map { IdentityFixture.person($0, "N\($0)", "Name", "2001-02-03") }

    @Test("Who is imported between being read and being indexed has the new entries")
    func overtaken() async throws {
        let fixture = try await IdentityFixture()
        let plain = SQLPersonStore(database: fixture.test.database, sealer: fixture.test.sealer) { TestDatabase.now }
        _ = try await plain.upsert(Self.people)
        let other = fixture.people(over: fixture.test.otherProcess)
        let total = try await refresh(fixture) {
            _ = try await other.upsert([IdentityFixture.person("b", "Mb", "Name", "2001-02-03")])
        }
        #expect(total == 3)
        for (username, found) in [("na", ["a"]), ("nb", []), ("mb", ["b"]), ("nc", ["c"])] {
            #expect(try await other.people(at: fixture.index.entry(username: username)) == found)
        }
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM person_index") == 9)
        #expect(try await other.refreshIndex() == nil)
    }

    @Test("An index that somebody with other settings has written into while it was made is made again")
    func invalidatedMeanwhile() async throws {
        let fixture = try await IdentityFixture()
        let plain = SQLPersonStore(database: fixture.test.database, sealer: fixture.test.sealer) { TestDatabase.now }
        _ = try await plain.upsert(Self.people)
        let newcomer = IdentityFixture.person("0", "N0", "Name", "2001-02-03")
        #expect(try await refresh(fixture) { _ = try await plain.upsert([newcomer]) } == 3)
        #expect(try await fixture.people().refreshIndex() == 4)
        #expect(try await fixture.people().people(at: fixture.index.entry(username: "n0")) == ["0"])
        #expect(try await fixture.people().refreshIndex() == nil)
    }

    @Test("Of two who make it with different settings the one that began last has it")
    func differentSettings() async throws {
        let fixture = try await IdentityFixture()
        _ = try await fixture.people().upsert(Self.people)
        let index = PersonIndex(usernameFields: ["name"], knowledge: [], keys: IdentityFixture.keys)
        let other = SQLPersonStore(database: fixture.test.otherProcess, sealer: fixture.test.sealer, index: index) {
            TestDatabase.now
        }
        #expect(try await refresh(fixture) { _ = try await other.refreshIndex() } == 0)
        #expect(try await other.refreshIndex() == nil)
        #expect(try await other.people(at: index.entry(username: "name")).count == 2)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM person_index") == 3)
        #expect(try await fixture.people().refreshIndex() == 3)
    }

    @Test("Processes that start together all end well")
    func startingTogether() async throws {
        let fixture = try await IdentityFixture()
        let plain = SQLPersonStore(database: fixture.test.database, sealer: fixture.test.sealer) { TestDatabase.now }
        _ = try await plain.upsert(
            (0..<250).map { IdentityFixture.person("p\($0)", "N\($0)", "A", "2001-02-03") })
        let databases = [fixture.test.database, fixture.test.otherProcess]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                let people = fixture.people(over: databases[number % 2])
                group.addTask { _ = try await people.refreshIndex() }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM person_index") == 750)
        #expect(try await fixture.people().refreshIndex() == nil)
    }

    @Test("Imports of the same people at once all end well, and each person is new once")
    func importingTogether() async throws {
        let fixture = try await IdentityFixture()
        let stores = [fixture.people(), fixture.people(over: fixture.test.otherProcess)]
        let records = (0..<40).map { IdentityFixture.person("p\($0)", "N\($0)", "A", "2001-02-03") }
        let added = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<8 {
                group.addTask { try await stores[number % 2].upsert(records.shuffled()).added }
            }
            return try await group.reduce(0, +)
        }
        #expect(added == 40)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM person_index") == 120)
    }

    @Test("Texts that are nobody's identifier are asked for without harm")
    func strangeIdentifiers() async throws {
        let fixture = try await IdentityFixture()
        _ = try await fixture.people().upsert(Self.people)
        for id in ["", "a\0", "\0", "é", "a b", String(repeating: "a", count: 129)] {
            #expect(try await fixture.people().person(id: id) == nil)
        }
        #expect(try await fixture.people().list(after: "a\0b", limit: 9).map(\.id) == ["b", "c"])
        #expect(try await fixture.people().list(after: "\0", limit: 9).map(\.id) == ["a", "b", "c"])
    }

    @Test("Only the fields asked for leave the registry")
    func limited() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let source = RegisteredPeople(index: fixture.index, entries: fixture.people(), people: fixture.people())
        let record = try await source.person(id: "ben", fields: ["name", "phone"])
        #expect(record == PersonRecord(id: "ben", fields: ["name": .text("Ben")]))
        #expect(try await source.person(id: "ben")?.fields.count == 4)
        #expect(try await source.person(id: "nobody", fields: ["name"]) == nil)
    }
}
