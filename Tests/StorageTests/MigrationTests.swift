import Foundation
import SQLStatements
import Testing

@testable import Storage

/// The schema and its versions.
@Suite struct MigrationTests {
    @Test("Opening a database again changes nothing")
    func isIdempotent() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertOffer()
        let before = try schema(of: test.database)
        let again = try SQLiteDatabase(path: test.file.path, at: TestDatabase.soon)
        defer { again.close() }
        #expect(try schema(of: again) == before)
        #expect(try await SQLOfferStore(database: again, sealer: test.sealer).offer(offer) != nil)
    }

    @Test("Processes that start at once on a new file make one schema between them")
    func startsTogether() async throws {
        let folder = try TestFolder()
        let file = folder.url.appending(path: "test.db")
        let databases = try await withThrowingTaskGroup(of: SQLiteDatabase.self) { group in
            for _ in 0..<8 { group.addTask { try SQLiteDatabase(path: file.path, at: TestDatabase.now) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for database in databases {
            #expect(try schema(of: database) == schema(of: databases[0]))
            database.close()
        }
    }

    @Test("A database of a newer program is refused with a message that says what to do")
    func refusesNewerSchema() async throws {
        let test = try await TestDatabase()
        _ = try await test.database.write { connection in
            try connection.run("INSERT INTO schema_migrations (number, applied_at) VALUES (999, 0)")
        }
        let failure = #expect(throws: DatabaseFailure.self) {
            try SQLiteDatabase(path: test.file.path, at: TestDatabase.now)
        }
        #expect(
            failure?.message
                == "the database was made by a newer version of this program; upgrade the program")
    }

    @Test("A file that is no database is refused and left as it is")
    func refusesOtherFile() throws {
        let folder = try TestFolder()
        let file = folder.url.appending(path: "test.db")
        let bytes = Data(String(repeating: "no database\n", count: 1000).utf8)
        try bytes.write(to: file)
        #expect(throws: DatabaseFailure.self) { try SQLiteDatabase(path: file.path, at: TestDatabase.now) }
        #expect(try Data(contentsOf: file) == bytes)
    }

    private func schema(of database: SQLiteDatabase) throws -> [String] {
        try database.read { connection in
            try connection.all("SELECT name || COALESCE(sql, '') FROM sqlite_master ORDER BY name") { $0.text(0) }
                + connection.all("SELECT number || ' ' || applied_at FROM schema_migrations") { $0.text(0) }
        }
    }
}
