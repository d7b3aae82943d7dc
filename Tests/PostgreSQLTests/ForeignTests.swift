import PostgreSQL
import SQLStatements
import TestDatabases
import Testing

/// Somebody else's database, which is read and never written.
@Suite(.enabled(if: hasServer)) struct ForeignTests {
    private func rows(_ query: String, limit: Int = 10_000) async throws -> ForeignPostgreSQL.Answer {
        try await ForeignPostgreSQL(url: TemporaryPostgreSQL.shared.url(user: "tester", database: "tests"))
            .rows(of: query, limit: limit)
    }

    @Test("Rows are texts, and NULL is none; as many as were wanted")
    func reads() async throws {
        let answer = try await rows(
            "SELECT 'ü' AS subject, 12 AS points, true AS member, 0.5::float8 AS share, NULL AS tier")
        #expect(answer.columns == ["subject", "points", "member", "share", "tier"])
        #expect(answer.rows == [[Array("ü".utf8), Array("12".utf8), Array("t".utf8), Array("0.5".utf8), nil]])
        #expect(try await rows("SELECT generate_series(1, 2500)").rows.count == 2500)
        #expect(try await rows("SELECT generate_series(1, 2500)", limit: 1001).rows.count == 1001)
        #expect(try await rows("SELECT 1 AS subject WHERE false").columns == ["subject"])
    }

    @Test(
        "What writes, or is several statements, is refused",
        arguments: [
            "CREATE TABLE x (y int)", "SELECT 1; SELECT 2", "SELECT 1; COMMIT; CREATE TABLE x (y int)",
            "SELECT set_config('transaction_read_only', 'off', false)",
            "WITH a AS (INSERT INTO pg_class DEFAULT VALUES RETURNING 1) SELECT * FROM a",
        ])
    func readsOnly(query: String) async throws {
        let failure = await failure { _ = try await rows(query) }
        #expect(failure != nil)
    }
}
