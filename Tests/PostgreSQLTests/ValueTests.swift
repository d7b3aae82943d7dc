import PostgreSQL
import SQLStatements
import TestDatabases
import Testing

/// What goes into a parameter and comes out of a column.
@Suite(.enabled(if: hasServer)) struct ValueTests {
    @Test(
        "Values come back as they went in", arguments: ["", "?prepared_statements=off"])
    func roundTrips(query: String) async throws {
        try await withDatabase(query) { database, _ in
            let values: [SQLValue] = [
                .integer(.min), .integer(.max), .integer(0), .integer(-1), .text(""), .text("“ü” 🦊\n\\'"),
                .text(String(repeating: "x", count: 100_000)), .bytes([]), .bytes([0, 255, 92, 39]),
                .bytes([UInt8](repeating: 7, count: 300_000)),
            ]
            for value in values {
                let sql: SQL =
                    switch value {
                    case .integer: "SELECT $1::bigint"
                    case .text: "SELECT $1::text"
                    default: "SELECT $1::bytea"
                    }
                let rows = try await database.rows(sql, value) + database.rows(sql, .null)
                #expect(rows == [SQLRow(columns: [value]), SQLRow(columns: [.null])])
            }
        }
    }

    @Test("A parameter may be a null first and a value later, and the other way round")
    func mixesNulls() async throws {
        try await withDatabase { database, _ in
            for (id, name) in [(1, nil), (2, "two"), (3, nil), (4, "four")] as [(Int64, String?)] {
                try await database.insertThing(id, name: name)
            }
            let names = try await database.query(SQLStatement("SELECT name FROM things ORDER BY id"))
            #expect(names.map { $0.optionalText(0) } == [nil, "two", nil, "four"])
        }
    }

    @Test("One parameter may be read in two places, and compared with a null")
    func comparesNulls() async throws {
        try await withDatabase { database, _ in
            let sql: SQL = "SELECT count(*) FROM things WHERE number = $1 OR $1::bigint IS NULL"
            let rows = try await database.rows(sql, .null) + database.rows(sql, .integer(4))
            #expect(rows.map { $0.integer(0) } == [0, 0])
        }
    }

    @Test("Numbers of every width, truth and sums are integers")
    func readsNumbers() async throws {
        try await withDatabase { database, _ in
            let rows = try await database.query(
                SQLStatement(
                    """
                    SELECT 1::smallint, -2::int, 3::oid, true, 12345678901234567::numeric, -30000::numeric, 0::numeric,
                        9223372036854775807::numeric, -9223372036854775808::numeric, sum(v), 'x'::varchar
                    FROM (VALUES (1::bigint), (20000)) AS t (v)
                    """))
            #expect(
                rows[0].columns == [
                    .integer(1), .integer(-2), .integer(3), .integer(1), .integer(12_345_678_901_234_567),
                    .integer(-30_000), .integer(0), .integer(.max), .integer(.min), .integer(20_001), .text("x"),
                ])
        }
    }

    @Test("What has no place in a value is a failure", arguments: ["1.5::numeric", "9223372036854775808", "now()"])
    func refusesOtherTypes(expression: String) async throws {
        try await withDatabase { database, _ in
            let sql: SQL =
                switch expression {
                case "1.5::numeric": "SELECT 1.5::numeric"
                case "now()": "SELECT now()"
                default: "SELECT 9223372036854775808"
                }
            let found = await failure { _ = try await database.query(SQLStatement(sql)) }
            #expect(found?.kind == .other)
        }
    }

    @Test("A text with a NUL is refused before it is sent, and not repeated")
    func refusesNUL() async throws {
        try await withDatabase { database, _ in
            let before = database.counters.roundTrips
            let found = await failure { _ = try await database.insertThing(1, name: "sec\0ret") }
            #expect(found?.kind == .invalidValue)
            #expect(found?.message.contains("sec") == false)
            #expect(database.counters.roundTrips == before)
        }
    }

    @Test("A value that does not fit is not repeated in the failure")
    func hidesValues() async throws {
        try await withDatabase { database, _ in
            let found = await failure {
                _ = try await database.query(SQLStatement("SELECT CAST($1 AS bigint)", .text("quinemarker")))
            }
            #expect(found?.code == "22P02")
            #expect(found?.description.contains("quinemarker") == false)
        }
    }
}
