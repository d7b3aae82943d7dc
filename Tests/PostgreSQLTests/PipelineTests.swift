import PostgreSQL
import SQLStatements
import TestDatabases
import Testing

/// Many scripts on few connections.
@Suite(.enabled(if: hasServer)) struct PipelineTests {
    private static func few(_ connections: Int) -> PostgreSQLOptions {
        var options = PostgreSQLOptions()
        options.connections = connections
        return options
    }

    @Test("A read is one round trip, and so is a script of several that write", arguments: ExpectationTests.ways)
    func countsRoundTrips(way: String) async throws {
        try await withDatabase(way) { database, _ in
            for _ in 1...3 {
                let before = database.counters
                _ = try await database.count()
                let between = database.counters
                #expect(between.roundTrips - before.roundTrips == 1)
                #expect(between.statements - before.statements == 1)
                _ = try await database.run(
                    .writing(
                        SQLStatement("DELETE FROM things"), SQLStatement("INSERT INTO things (id) VALUES (1)"),
                        SQLStatement("UPDATE things SET number = 2", expecting: .oneRow),
                        SQLStatement("INSERT INTO things (id) VALUES (2)")))
                #expect(database.counters.roundTrips - between.roundTrips == 1)
                #expect(database.counters.statements - between.statements == 4)
                #expect(database.counters.scripts - before.scripts == 2)
            }
        }
    }

    @Test("What looks for a key does not read a table whole that was empty when the plan was made")
    func plansForGrowth() async throws {
        try await withDatabase { database, url in
            let name = try #require(url.split(separator: "/").last)
            try TemporaryPostgreSQL.shared.administer("VACUUM things", database: String(name))
            let plan = try await database.rows("EXPLAIN SELECT name FROM things WHERE id = 1")
            #expect(plan[0].text(0).hasPrefix("Index Scan"))
        }
    }

    @Test("A script that fails harms none of the hundreds around it", arguments: ExpectationTests.ways, [1, 4])
    func isolatesFailures(way: String, connections: Int) async throws {
        try await withDatabase(way, Self.few(connections)) { database, _ in
            let failed = await withTaskGroup(of: Int?.self) { group in
                for number in 0..<600 { group.addTask { await Self.work(number, on: database) ? nil : number } }
                return await group.reduce(into: []) { if let number = $1 { $0.append(number) } }
            }
            #expect(failed.isEmpty)
            let count = try await database.count()
            #expect(count == 100)
        }
    }

    /// A write, one that fails, one that is refused, reads that do and do not fail; whether each ended as it should.
    private static func work(_ number: Int, on database: PostgreSQLDatabase) async -> Bool {
        let id = SQLValue.integer(Int64(number))
        let insert = SQLStatement("INSERT INTO things (id) VALUES ($1)", id)
        do throws(DatabaseFailure) {
            switch number % 6 {
            case 0: return try await database.run(.writing(insert)).results.first?.changed == 1
            case 1:
                _ = try await database.run(.writing(insert, insert))
                return false
            case 2:
                let never = SQLStatement("UPDATE things SET number = 1 WHERE id < 0", expecting: .oneRow)
                return try await database.run(.writing(insert, never, insert)).refusedIndex == 1
            case 3:
                _ = try await database.query(SQLStatement("SELECT no_such_column FROM things WHERE id = $1", id))
                return false
            case 4:
                _ = try await database.query(SQLStatement("SELECT 1 / ($1 - $1)", id))
                return false
            default: return try await database.query(SQLStatement("SELECT $1::bigint", id))[0].columns == [id]
            }
        } catch {
            return [1: "23505", 3: "42703", 4: "22012"][number % 6] == error.code
        }
    }

    @Test("Reads that wait together share round trips")
    func sharesRoundTrips() async throws {
        try await withDatabase("", Self.few(1)) { database, _ in
            let before = database.counters
            await withDiscardingTaskGroup { group in
                // The first holds the connection, so that the others gather.
                group.addTask { _ = try? await database.query(SQLStatement("SELECT count(*) FROM pg_sleep(0.2)")) }
                for _ in 0..<200 { group.addTask { _ = try? await database.count() } }
            }
            let after = database.counters
            #expect(after.scripts - before.scripts == 201)
            #expect(after.roundTrips - before.roundTrips < 201)
        }
    }

    @Test("A statement whose table was changed since it was prepared is prepared again")
    func preparesAgain() async throws {
        try await withDatabase("", Self.few(1)) { database, _ in
            try await database.insertThing(1)
            let all = SQLStatement("SELECT * FROM things")
            #expect(try await database.query(all)[0].columns.count == 4)
            try await database.execute(texts: ["ALTER TABLE things ADD COLUMN more TEXT"])
            #expect(try await database.query(all)[0].columns.count == 5)
        }
    }

    @Test("A statement that cannot be prepared fails each time, until it can")
    func failsToPrepare() async throws {
        try await withDatabase("", Self.few(1)) { database, _ in
            let later = SQLStatement("SELECT count(*) FROM later")
            for _ in 1...2 {
                let found = await failure { _ = try await database.query(later) }
                #expect(found?.code == "42P01")
                #expect(found?.message.contains("later") == true)
            }
            try await database.execute(texts: ["CREATE TABLE later (id BIGINT)"])
            #expect(try await database.query(later)[0].integer(0) == 0)
        }
    }

    @Test("Large values in both directions do not hold each other up", .timeLimit(.minutes(10)))
    func carriesMuch() async throws {
        try await withDatabase("", Self.few(1)) { database, _ in
            let value = SQLValue.bytes([UInt8](repeating: 1, count: 2_000_000))
            let right = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        let rows = try? await database.rows("SELECT $1::bytea, $2::bytea", value, value)
                        return rows?.first?.columns == [value, value]
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(right == 40)
        }
    }
}
