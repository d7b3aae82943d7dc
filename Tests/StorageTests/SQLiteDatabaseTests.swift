import Foundation
import SQLStatements
import Testing

@testable import Storage

/// What is SQLite's own: the file, durability.
@Suite struct SQLiteDatabaseTests {
    private let folder: TestFolder
    private var path: String { folder.url.appending(path: "test.db").path }

    init() throws { folder = try TestFolder() }

    @Test("Scripts that only read cannot write")
    func readersOnlyRead() async throws {
        let database = try SQLiteDatabase(path: path, at: TestDatabase.now)
        defer { database.close() }
        let failure = await #expect(throws: DatabaseFailure.self) {
            try await database.query(DatabaseTests.spending([1]))
        }
        #expect(failure?.kind == .readOnly)
    }

    @Test("Reading several statements is reading one state")
    func readsOneState() async throws {
        let database = try SQLiteDatabase(path: path, at: TestDatabase.now)
        defer { database.close() }
        let counting = SQLStatement("SELECT COUNT(*) FROM spent_nonces")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask { try await database.write(DatabaseTests.spending(DatabaseTests.id(index))) }
                group.addTask {
                    guard case .done(let results) = try await database.run(.reading(counting, counting)) else { return }
                    #expect(results[0].rows == results[1].rows)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("The writer's commits are on the disk before they are answered: WAL with full synchronisation")
    func isDurable() async throws {
        let connection = try SQLiteConnection(path: path, mode: .readWrite)
        #expect(try connection.run("PRAGMA synchronous").rows[0].integer(0) == 2)
        #expect(try connection.run("PRAGMA journal_mode").rows[0].text(0) == "wal")
        #expect(try connection.run("PRAGMA foreign_keys").rows[0].integer(0) == 1)
    }

    @Test("A full database is told as such, and what does not fit leaves nothing behind")
    func tellsFullDisk() async throws {
        let connection = try SQLiteConnection(path: path, mode: .readWrite)
        try connection.execute("CREATE TABLE things (data BYTEA)")
        try connection.execute("PRAGMA max_page_count = 10")
        let failure = #expect(throws: DatabaseFailure.self) {
            try connection.run("INSERT INTO things (data) VALUES ($1)", [.bytes(Array(repeating: 1, count: 1 << 20))])
        }
        #expect(failure?.kind == .diskFull)
        #expect(try connection.run("SELECT COUNT(*) FROM things").rows[0].integer(0) == 0)
    }
}
