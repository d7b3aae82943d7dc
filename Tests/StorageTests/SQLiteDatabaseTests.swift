import Foundation
import SQLStatements
import Synchronization
import Testing

@testable import Storage

/// One writer, group commit, durability.
@Suite struct SQLiteDatabaseTests {
    private struct Mistake: Error {}

    private final class Counter: Sendable {
        let count = Mutex(0)
    }

    @Test("Jobs that are written at once are all written, and each gets its own result")
    func writesTogether() async throws {
        let test = try await TestDatabase()
        let results = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for index in 0..<500 {
                group.addTask {
                    let changed = try await test.database.write { connection in
                        try connection.run("INSERT INTO spent_nonces (id) VALUES ($1)", .bytes(Self.id(index)))
                    }
                    return (index, changed * index)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.allSatisfy { $0.0 == $0.1 })
        #expect(try test.count("SELECT COUNT(*) FROM spent_nonces") == 500)
    }

    @Test("A job that fails leaves nothing behind and harms no other")
    func isolatesFailure() async throws {
        let test = try await TestDatabase()
        let failures = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<100 {
                group.addTask {
                    do {
                        try await test.database.write { connection in
                            try connection.run("INSERT INTO spent_nonces (id) VALUES ($1)", .bytes(Self.id(index)))
                            if index.isMultiple(of: 10) { throw Mistake() }
                        }
                        return false
                    } catch {
                        return error is Mistake
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 10)
        #expect(try test.count("SELECT COUNT(*) FROM spent_nonces") == 90)
    }

    @Test("A statement that the database refuses fails its own job only")
    func isolatesRefusedStatement() async throws {
        let test = try await TestDatabase()
        let insert = { @Sendable (connection: SQLiteConnection) throws -> Int in
            try connection.run("INSERT INTO spent_nonces (id) VALUES ($1)", .bytes(Self.id(1)))
        }
        #expect(try await test.database.write(insert) == 1)
        let failure = await #expect(throws: DatabaseFailure.self) { try await test.database.write(insert) }
        // SQLITE_CONSTRAINT_PRIMARYKEY.
        #expect(failure?.code == "1555")
        #expect(try test.count("SELECT COUNT(*) FROM spent_nonces") == 1)
    }

    @Test("What was written is read at once, by the other process too")
    func readsOwnWrites() async throws {
        let test = try await TestDatabase()
        for index in 0..<20 {
            _ = try await test.database.write { connection in
                try connection.run("INSERT INTO spent_nonces (id) VALUES ($1)", .bytes(Self.id(index)))
            }
            let seen = try test.otherProcess.read { connection in
                try connection.first("SELECT COUNT(*) FROM spent_nonces") { $0.integer(0) }
            }
            #expect(seen == Int64(index + 1))
        }
    }

    @Test("Readers cannot write")
    func readersOnlyRead() async throws {
        let test = try await TestDatabase()
        #expect(throws: DatabaseFailure.self) {
            try test.database.read { try $0.run("INSERT INTO spent_nonces (id) VALUES ($1)", .bytes([1])) }
        }
    }

    @Test("Closing finishes what waits, and what comes later fails")
    func finishesOnClose() async throws {
        let test = try await TestDatabase()
        let started = Counter()
        let written = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    started.count.withLock { $0 += 1 }
                    let result = try? await test.database.write { connection in
                        try connection.run("INSERT INTO spent_nonces (id) VALUES ($1)", .bytes(Self.id(index)))
                    }
                    return result == 1
                }
            }
            while started.count.withLock({ $0 }) < 50 { await Task.yield() }
            test.database.close()
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        let seen = try test.otherProcess.read { connection in
            try connection.first("SELECT COUNT(*) FROM spent_nonces") { $0.integer(0) }
        }
        #expect(seen == Int64(written))
        await #expect(throws: DatabaseFailure.self) {
            try await test.database.write { try $0.run("INSERT INTO spent_nonces (id) VALUES ($1)", .bytes([1])) }
        }
        test.database.close()
    }

    @Test("The writer's commits are on the disk before they are answered: WAL with full synchronisation")
    func isDurable() async throws {
        let test = try await TestDatabase()
        let (synchronous, mode, foreignKeys) = try await test.database.write { connection in
            (
                try connection.first("PRAGMA synchronous") { $0.integer(0) },
                try connection.first("PRAGMA journal_mode") { $0.text(0) },
                try connection.first("PRAGMA foreign_keys") { $0.integer(0) }
            )
        }
        #expect(synchronous == 2)
        #expect(mode == "wal")
        #expect(foreignKeys == 1)
    }

    private static func id(_ index: Int) -> [UInt8] { withUnsafeBytes(of: index.bigEndian) { Array($0) } }
}
