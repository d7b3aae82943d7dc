import PostgreSQL
import SQLStatements
import TestDatabases
import Testing

/// Tasks that want the same thing at the same time.
@Suite(.enabled(if: hasServer)) struct RaceTests {
    private func winners(_ count: Int, _ script: @escaping @Sendable (Int) async throws -> SQLOutcome) async throws
        -> Int
    {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<count { group.addTask { try await script(index).refusedIndex == nil } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    @Test("Of 64 that spend the same value one does", arguments: ExpectationTests.ways)
    func insertsOnce(way: String) async throws {
        try await withDatabase(way) { database, _ in
            let won = try await winners(64) { index in
                try await database.run(
                    .writing(
                        SQLStatement(
                            "INSERT INTO uses (id) VALUES ($1) ON CONFLICT DO NOTHING", .text("once"),
                            expecting: .oneRow),
                        SQLStatement("INSERT INTO things (id) VALUES ($1)", .integer(Int64(index)))))
            }
            #expect(won == 1)
            #expect(try await database.count() == 1)
        }
    }

    @Test("Of 64 that change the same row from the same state one does", arguments: ExpectationTests.ways)
    func updatesOnce(way: String) async throws {
        try await withDatabase(way) { database, _ in
            try await database.insertThing(-1)
            let won = try await winners(64) { index in
                try await database.run(
                    .writing(
                        SQLStatement("INSERT INTO things (id) VALUES ($1)", .integer(Int64(index))),
                        SQLStatement(
                            "UPDATE things SET number = 1 WHERE id = $1 AND number = 0 RETURNING id", .integer(-1),
                            expecting: .oneRow)))
            }
            #expect(won == 1)
            #expect(try await database.count() == 2)
        }
    }

    @Test("Serializable scripts that would together break what each keeps are run again and one gives way")
    func repeatsSerializable() async throws {
        try await withDatabase { database, _ in
            for id in 1...4 as ClosedRange<Int64> { try await database.insertThing(id) }
            // Each takes a thing while all are left: without serializability all of them would. The server waits
            // between the two, so that they meet.
            let won = try await winners(4) { index in
                let mine = SQLValue.integer(Int64(index + 1))
                var script = SQLScript.writing(
                    SQLStatement(
                        "SELECT count(*) FROM things WHERE number = 0 HAVING count(*) = 4", expecting: .oneRow),
                    SQLStatement("SELECT count(*) FROM (SELECT pg_sleep(0.2)) AS pause"),
                    SQLStatement("UPDATE things SET number = 1 WHERE id = $1", mine, expecting: .oneRow))
                script.isolation = .serializable
                return try await database.run(script)
            }
            #expect(won == 1)
            #expect(try await database.count("SELECT sum(number) FROM things") == 1)
            #expect(database.counters.retries > 0)
        }
    }

    @Test("Scripts that lock the same rows in another order are run again until both are done")
    func repeatsDeadlocks() async throws {
        try await withDatabase { database, _ in
            try await database.insertThing(1)
            try await database.insertThing(2)
            let raise: SQL = "UPDATE things SET number = number + 1 WHERE id = $1"
            // The first statement holds its row while the server waits, so that the two meet.
            let wait = SQLStatement("SELECT count(*) FROM (SELECT pg_sleep(0.2)) AS pause")
            let won = try await winners(2) { index in
                let (first, second) = index == 0 ? (1, 2) : (2, 1) as (Int64, Int64)
                return try await database.run(
                    .writing(SQLStatement(raise, .integer(first)), wait, SQLStatement(raise, .integer(second))))
            }
            #expect(won == 2)
            #expect(try await database.count("SELECT sum(number) FROM things") == 4)
            #expect(database.counters.retries > 0)
        }
    }
}
