import Foundation
import SQLStatements
import Storage
import Synchronization
import Testing

/// What stores rely on, whatever the engine.
@Suite struct DatabaseTests {
    private final class Counter: Sendable {
        let count = Mutex(0)
    }

    @Test("Scripts that are run at once are all done, and each gets its own result")
    func writesTogether() async throws {
        let test = try await TestDatabase()
        let results = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for index in 0..<500 {
                group.addTask {
                    (index, try await test.database.write(Self.spending(Self.id(index)))[0].changed * index)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.allSatisfy { $0.0 == $0.1 })
        #expect(try await test.count("SELECT COUNT(*) FROM spent_nonces") == 500)
    }

    @Test("A script that is refused leaves nothing behind and harms no other")
    func refusesWhole() async throws {
        let test = try await TestDatabase()
        let refused = try await withThrowingTaskGroup(of: Int?.self) { group in
            for index in 0..<100 {
                group.addTask {
                    try await test.database.run(
                        .writing(
                            Self.spending(Self.id(index)),
                            SQLStatement(
                                "SELECT id FROM offers WHERE id = $1", .bytes(Self.id(index)),
                                expecting: index.isMultiple(of: 10) ? .oneRow : .noRow))
                    ).refusedIndex
                }
            }
            return try await group.reduce(into: [Int]()) { if let index = $1 { $0.append(index) } }
        }
        #expect(refused == Array(repeating: 1, count: 10))
        #expect(try await test.count("SELECT COUNT(*) FROM spent_nonces") == 90)
    }

    @Test(
        "A script is refused at the first statement whose expectation does not hold, and changes that are too many count"
    )
    func tellsWhichIsRefused() async throws {
        let test = try await TestDatabase()
        try await test.database.write(Self.spending([1]), Self.spending([2]))
        func outcome(_ statements: SQLStatement...) async throws -> Int? {
            try await test.database.run(SQLScript(statements)).refusedIndex
        }
        #expect(try await outcome(Self.spending([3]), Self.spending([1], .oneRow), Self.spending([2], .oneRow)) == 1)
        #expect(try await outcome(SQLStatement("DELETE FROM spent_nonces", expecting: .oneRow)) == 0)
        #expect(try await outcome(SQLStatement("DELETE FROM spent_nonces", expecting: .noRow)) == 0)
        #expect(try await outcome(Self.spending([1], .noRow)) == nil)
        #expect(
            try await outcome(
                SQLStatement("SELECT id FROM spent_nonces WHERE id = $1", .bytes([1]), expecting: .oneLockedRow),
                Self.spending([4], .oneRow)) == nil)
        #expect(
            try await outcome(
                SQLStatement("SELECT id FROM spent_nonces WHERE id = $1", .bytes([9]), expecting: .oneLockedRow)) == 0)
        #expect(try await test.count("SELECT COUNT(*) FROM spent_nonces") == 3)
    }

    @Test("A statement that the database refuses fails its own script only, whole")
    func isolatesFailure() async throws {
        let test = try await TestDatabase()
        try await test.database.write(Self.inserting([1]))
        let failures = await withTaskGroup(of: DatabaseFailure?.self) { group in
            for index in 10..<60 {
                group.addTask {
                    do throws(DatabaseFailure) {
                        try await test.database.write(
                            Self.inserting([UInt8(index)]),
                            Self.inserting([index.isMultiple(of: 10) ? 1 : UInt8(index + 100)]))
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [DatabaseFailure]()) { if let failure = $1 { $0.append(failure) } }
        }
        #expect(failures.map(\.kind) == Array(repeating: .constraintViolation, count: 5))
        #expect(try await test.count("SELECT COUNT(*) FROM spent_nonces") == 1 + 2 * 45)
    }

    @Test("What was written is read at once, by the other process too")
    func readsOwnWrites() async throws {
        let test = try await TestDatabase()
        for index in 0..<20 {
            try await test.database.write(Self.spending(Self.id(index)))
            let seen = try await test.otherProcess.first("SELECT COUNT(*) FROM spent_nonces") { $0.integer(0) }
            #expect(seen == Int64(index + 1))
        }
    }

    @Test("Values come back as they were stored")
    func keepsValues() async throws {
        let test = try await TestDatabase()
        let document = "{\"name\":\"Zoë \u{1F600}\"}"
        try await test.database.write(
            SQLStatement(
                """
                INSERT INTO clients (id, document, secret_hash, registration_id, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """, .text(""), .text(document), .null, .bytes([]), .integer(.max), .integer(.min)))
        let row = try await test.database.first(
            "SELECT id, document, secret_hash, registration_id, created_at, updated_at FROM clients"
        ) { $0.columns }
        #expect(row == [.text(""), .text(document), .null, .bytes([]), .integer(.max), .integer(.min)])
    }

    @Test("Whoever deletes a row waits for those who hold it, and sees what they did; later ones find it gone")
    func locksRows() async throws {
        let test = try await TestDatabase()
        try await test.database.write(Self.inserting([1]))
        let seen = try await withThrowingTaskGroup(of: Int64?.self) { group in
            for index in 0..<60 {
                let database = index.isMultiple(of: 2) ? test.database : test.otherProcess
                group.addTask {
                    guard index != 20 else {
                        let results = try await database.write(
                            SQLStatement("DELETE FROM spent_nonces WHERE id = $1", .bytes([1])),
                            SQLStatement("SELECT COUNT(*) FROM spent_nonces"))
                        return results[1].rows[0].integer(0)
                    }
                    _ = try await database.run(
                        .writing(
                            SQLStatement(
                                "SELECT id FROM spent_nonces WHERE id = $1", .bytes([1]), expecting: .oneLockedRow),
                            Self.inserting(Self.id(index))))
                    return nil
                }
            }
            return try await group.reduce(nil) { $0 ?? $1 }
        }
        #expect(try await test.count("SELECT COUNT(*) FROM spent_nonces") == seen)
    }

    @Test("Closing finishes what waits, and what comes later fails")
    func finishesOnClose() async throws {
        let test = try await TestDatabase()
        let started = Counter()
        let written = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    started.count.withLock { $0 += 1 }
                    return (try? await test.database.write(Self.spending(Self.id(index)))) != nil
                }
            }
            while started.count.withLock({ $0 }) < 50 { await Task.yield() }
            await test.database.close()
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        let seen = try await test.otherProcess.first("SELECT COUNT(*) FROM spent_nonces") { $0.integer(0) }
        #expect(seen == Int64(written))
        await #expect(throws: DatabaseFailure.self) { try await test.database.write(Self.spending([1])) }
        await test.database.close()
    }

    static func spending(_ id: [UInt8], _ expectation: SQLExpectation = .any) -> SQLStatement {
        SQLStatement(
            "INSERT INTO spent_nonces (id) VALUES ($1) ON CONFLICT (id) DO NOTHING", .bytes(id), expecting: expectation)
    }

    static func inserting(_ id: [UInt8]) -> SQLStatement {
        SQLStatement("INSERT INTO spent_nonces (id) VALUES ($1)", .bytes(id))
    }

    static func id(_ index: Int) -> [UInt8] { withUnsafeBytes(of: index.bigEndian) { Array($0) } }
}
