import Foundation
import Logging
import SQLStatements
import Storage
import TestDatabases
import Testing

/// The schema and its versions.
@Suite struct MigrationTests {
    @Test("Opening a database again changes nothing")
    func isIdempotent() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertOffer()
        let before = try await test.location.appliedSteps()
        let again = try await test.reopen(at: TestDatabase.soon)
        #expect(try await test.location.appliedSteps() == before)
        #expect(before.map(\.number) == Array(1...DatabaseLocation.knownSteps))
        #expect(before.allSatisfy { $0.at == TestDatabase.now })
        #expect(try await SQLOfferStore(database: again, sealer: test.sealer).offer(offer) != nil)
        await again.close()
    }

    @Test("Processes that start at once on a new database make one schema between them")
    func startsTogether() async throws {
        let folder = try TestFolder()
        let location = try TestStore.fresh(in: folder.url)
        #expect(try await location.appliedSteps() == [])
        let databases = try await withThrowingTaskGroup(of: (any SQLDatabase).self) { group in
            for _ in 0..<8 {
                group.addTask { try await location.open(at: TestDatabase.now, logger: .silent) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(try await location.appliedSteps().map(\.number) == Array(1...DatabaseLocation.knownSteps))
        for database in databases { await database.close() }
    }

    @Test("A database of a newer program is refused with a message that says what to do")
    func refusesNewerSchema() async throws {
        let test = try await TestDatabase()
        try await test.database.change("INSERT INTO schema_migrations (number, applied_at) VALUES (999, 0)")
        let failure = await #expect(throws: DatabaseFailure.self) { _ = try await test.reopen() }
        #expect(failure?.message.contains("made by a newer version of this program") == true)
        #expect(failure?.message.contains("999") == true)
        #expect(failure?.message.contains("upgrade the program") == true)
    }

    @Test("A file that is no database is refused and left as it is")
    func refusesOtherFile() async throws {
        let folder = try TestFolder()
        let file = folder.url.appending(path: "test.db")
        let bytes = Data(String(repeating: "no database\n", count: 1000).utf8)
        try bytes.write(to: file)
        await #expect(throws: DatabaseFailure.self) {
            _ = try await DatabaseLocation(file.path).open(at: TestDatabase.now, logger: .silent)
        }
        #expect(try Data(contentsOf: file) == bytes)
    }
}
