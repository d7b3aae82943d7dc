import PostgreSQL
import SQLStatements
import TestDatabases
import TestSupport
import Testing

/// Through a pooler that gives each transaction another connection to the server.
@Suite(.enabled(if: TemporaryPooler.isInstalled)) struct PoolerTests {
    @Test(
        "Scripts of many tasks are done or refused each for itself", .timeLimit(.minutes(10)),
        arguments: ["", "&explicit_transactions=on"])
    func works(way: String) async throws {
        let server = try TemporaryPostgreSQL()
        let pooler = try TemporaryPooler(before: server)
        let url = try server.freshDatabase().replacing(":\(server.port)/", with: ":\(pooler.port)/")
        let database = try PostgreSQLDatabase(url: url + "?prepared_statements=off" + way, logger: .silent)
        try await database.migrate([["CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT)"]], at: 1)
        try await database.start()
        try await wait { database.counters.openConnections >= 8 }
        let right = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<400 { group.addTask { await Self.work(number, on: database) } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 400)
        #expect(try await database.count() == 200)
        await database.close()
        try pooler.end()
        try server.end()
    }

    private static func work(_ number: Int, on database: PostgreSQLDatabase) async -> Bool {
        let id = SQLValue.integer(Int64(number))
        let insert = SQLStatement("INSERT INTO things (id, name) VALUES ($1, $2)", id, .text("n"), expecting: .oneRow)
        let rename: SQL = "UPDATE things SET name = $1 WHERE id = $2"
        do throws(DatabaseFailure) {
            switch number % 4 {
            case 0:
                let renaming = SQLStatement(rename, .null, id, expecting: .oneRow)
                return try await database.run(.writing(insert, renaming)).results.count == 2
            case 1:
                let renaming = SQLStatement(rename, .text("x"), .integer(-1), expecting: .oneRow)
                return try await database.run(.writing(insert, renaming)).refusedIndex == 1
            case 2:
                var script = SQLScript.writing(insert, SQLStatement("SELECT count(*) FROM things WHERE id = $1", id))
                if number % 20 == 2 { script.isolation = .serializable }
                return try await database.run(script).results.last?.rows[0].integer(0) == 1
            default:
                _ = try await database.query(SQLStatement("SELECT 1 / ($1 - $1)", id))
                return false
            }
        } catch {
            return number % 4 == 3 && error.code == "22012"
        }
    }
}
