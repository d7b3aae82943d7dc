import PostgreSQL
import SQLStatements
import TestDatabases
import Testing

/// What must hold after a statement, or nothing of its script is left.
@Suite(.enabled(if: hasServer)) struct ExpectationTests {
    /// Each way in which a script becomes one transaction.
    static let ways = ["", "?prepared_statements=off", "?explicit_transactions=on"]

    private static let insert: SQL = "INSERT INTO things (id) VALUES ($1)"
    private static let use: SQL = "INSERT INTO uses (id) VALUES ($1) ON CONFLICT DO NOTHING"
    private static let raise: SQL = "UPDATE things SET number = number + 1 WHERE id = $1"
    private static let raiseReturning: SQL =
        "UPDATE things SET number = number + 1 WHERE id = $1 RETURNING id, number, name, data"

    @Test("A script whose expectations hold is done, each statement seeing those before it", arguments: ways)
    func isDone(way: String) async throws {
        try await withDatabase(way) { database, _ in
            let outcome = try await database.run(
                .writing(
                    SQLStatement(Self.use, .text("a"), expecting: .oneRow),
                    SQLStatement("SELECT id FROM things WHERE id = $1", .integer(7), expecting: .noRow),
                    SQLStatement(Self.insert, .integer(7)),
                    SQLStatement(Self.raiseReturning, .integer(7), expecting: .oneRow),
                    SQLStatement("SELECT number FROM things WHERE id = $1 FOR UPDATE", .integer(7), expecting: .oneRow),
                    SQLStatement("DELETE FROM uses WHERE id = $1", .text("b"), expecting: .noRow)))
            #expect(outcome.results.map(\.changed) == [1, 0, 1, 1, 0, 0])
            #expect(outcome.results.map(\.rows.count) == [0, 0, 0, 1, 1, 0])
            #expect(outcome.results[3].rows[0].columns == [.integer(7), .integer(1), .null, .null])
            #expect(outcome.results[4].rows[0].columns == [.integer(1)])
            #expect(try await database.count() == 1)
        }
    }

    @Test("A script is refused at the statement whose expectation does not hold, and leaves nothing", arguments: ways)
    func isRefused(way: String) async throws {
        try await withDatabase(way) { database, _ in
            try await database.insertThing(1)
            let refusing: [SQLStatement] = [
                SQLStatement(Self.raise, .integer(2), expecting: .oneRow),
                SQLStatement(Self.raiseReturning, .integer(2), expecting: .oneRow),
                SQLStatement("UPDATE things SET number = 5", expecting: .oneRow),
                SQLStatement("SELECT id FROM things WHERE id = $1", .integer(2), expecting: .oneRow),
                SQLStatement("SELECT id FROM things", expecting: .oneRow),
                SQLStatement("SELECT id FROM things WHERE id = $1", .integer(1), expecting: .noRow),
                SQLStatement(Self.raise, .integer(1), expecting: .noRow),
                SQLStatement(Self.raiseReturning, .integer(1), expecting: .noRow),
                SQLStatement("DELETE FROM things WHERE id > 0 RETURNING id", expecting: .oneRow),
            ]
            for statement in refusing {
                let outcome = try await database.run(
                    .writing(
                        SQLStatement(Self.insert, .integer(3)), SQLStatement(Self.raise, .integer(3)), statement,
                        SQLStatement(Self.insert, .integer(4))))
                #expect(outcome.refusedIndex == 2, "\(statement.sql.text)")
                #expect(try await database.count() == 1)
                #expect(try await database.count("SELECT sum(number) FROM things") == 0)
            }
        }
    }

    @Test("A statement alone is refused too, whether it finds no row or too many", arguments: ways)
    func isRefusedAlone(way: String) async throws {
        try await withDatabase(way) { database, _ in
            let none = SQLStatement(Self.raiseReturning, .integer(2), expecting: .oneRow)
            #expect(try await database.outcome(.writing(none)).refusedIndex == 0)
            #expect(
                try await database.outcome(.writing(SQLStatement(Self.raise, .integer(2), expecting: .oneRow)))
                    .refusedIndex == 0)
            try await database.insertThing(1)
            try await database.insertThing(2)
            let one = try await database.run(.writing(none))
            #expect(one.results[0].rows[0].integer(1) == 1)
            #expect(one.results[0].changed == 1)
            let all = SQLStatement("UPDATE things SET number = 9", expecting: .oneRow)
            #expect(try await database.outcome(.writing(all)).refusedIndex == 0)
            #expect(try await database.count("SELECT sum(number) FROM things") == 1)
            #expect(
                try await database.outcome(.reading(SQLStatement("SELECT id FROM things", expecting: .oneRow)))
                    .refusedIndex == 0)
            let reading = SQLScript.reading(
                SQLStatement("SELECT 1"), SQLStatement("SELECT id FROM things", expecting: .noRow))
            #expect(try await database.outcome(reading).refusedIndex == 1)
        }
    }

    @Test("A failure of the statement itself is no refusal", arguments: ways)
    func tellsFailures(way: String) async throws {
        try await withDatabase(way) { database, _ in
            try await database.insertThing(1)
            let dividing = await failure {
                _ = try await database.run(
                    .writing(
                        SQLStatement(Self.insert, .integer(2)),
                        SQLStatement("UPDATE things SET number = 1 / number", expecting: .oneRow)))
            }
            #expect(dividing?.code == "22012")
            let casting = await failure {
                _ = try await database.run(
                    .writing(
                        SQLStatement(Self.insert, .integer(2)),
                        SQLStatement("UPDATE things SET number = CAST($1 AS bigint)", .text("x"), expecting: .oneRow)))
            }
            #expect(casting?.code == "22P02")
            let breaking = await failure {
                _ = try await database.run(
                    .writing(
                        SQLStatement(Self.insert, .integer(2)),
                        SQLStatement(Self.insert, .integer(1), expecting: .oneRow)))
            }
            #expect(breaking?.kind == .constraintViolation)
            #expect(try await database.count() == 1)
        }
    }

    @Test("A constraint that is looked at when a script commits is a failure, and leaves nothing", arguments: ways)
    func failsAtCommit(way: String) async throws {
        try await withDatabase(way) { database, _ in
            try await database.execute(texts: [
                "CREATE TABLE parts (thing BIGINT REFERENCES things (id) DEFERRABLE INITIALLY DEFERRED)"
            ])
            let part: SQL = "INSERT INTO parts (thing) VALUES ($1)"
            for script in [
                SQLScript.writing(SQLStatement(part, .integer(5))),
                .writing(SQLStatement(Self.insert, .integer(1)), SQLStatement(part, .integer(5))),
            ] {
                let found = await failure { _ = try await database.run(script) }
                #expect(found?.kind == .constraintViolation)
            }
            #expect(try await database.count() == 0)
            _ = try await database.run(
                .writing(SQLStatement(part, .integer(5)), SQLStatement(Self.insert, .integer(5))))
            #expect(try await database.count("SELECT count(*) FROM parts") == 1)
        }
    }
}
