import PostgreSQL
import SQLStatements
import TestDatabases
import TestSupport
import Testing

/// Changes of the schema, by processes that start together.
@Suite(.enabled(if: hasServer)) struct MigrationTests {
    private static let steps = [
        ["CREATE TABLE first (id BIGINT PRIMARY KEY)", "INSERT INTO first (id) VALUES (1)"],
        ["CREATE TABLE second (id BIGINT PRIMARY KEY); INSERT INTO second (id) VALUES (2)"],
    ]

    private func database() throws -> (PostgreSQLDatabase, String) {
        let url = try TemporaryPostgreSQL.shared.freshDatabase()
        return (try PostgreSQLDatabase(url: url, logger: .silent), url)
    }

    @Test("Of four that migrate together one does, and the others find it done")
    func migratesOnce() async throws {
        let (_, url) = try database()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let own = try PostgreSQLDatabase(url: url, logger: .silent)
                    try await own.migrate(Self.steps, at: 1_700_000_000_000_000)
                    try await own.start()
                    let count = try await own.count("SELECT count(*) FROM first")
                    #expect(count == 1)
                    let applied = try await own.rows("SELECT number, applied_at FROM schema_migrations ORDER BY 1")
                    let time = SQLValue.integer(1_700_000_000_000_000)
                    #expect(applied.map(\.columns) == [[.integer(1), time], [.integer(2), time]])
                    await own.close()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("Steps that came since are run, and a step that fails leaves nothing")
    func goesOn() async throws {
        let (database, _) = try database()
        try await database.migrate([Self.steps[0]], at: 1)
        let broken = Self.steps + [["CREATE TABLE third (id BIGINT)", "CREATE TABLE first (id BIGINT)"]]
        let found = await failure { try await database.migrate(broken, at: 2) }
        #expect(found?.code == "42P07")
        try await database.start()
        #expect(try await database.count("SELECT count(*) FROM schema_migrations") == 1)
        try await database.migrate(Self.steps, at: 3)
        #expect(try await database.count("SELECT count(*) FROM schema_migrations") == 2)
        await database.close()
    }

    @Test("A database of a newer program is refused")
    func refusesNewer() async throws {
        let (database, _) = try database()
        try await database.migrate(Self.steps, at: 1)
        let found = await failure { try await database.migrate([Self.steps[0]], at: 2) }
        #expect(found?.kind == .misconfigured)
    }

    @Test("An account that may only use the tables finds that there is nothing to catch up on")
    func readsOnly() async throws {
        let (database, url) = try database()
        try await database.migrate(Self.steps, at: 1)
        let name = "r\(UInt64.random(in: 0 ... .max))"
        try await database.execute(texts: [
            "CREATE ROLE \(name) LOGIN PASSWORD 'x'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(name)"
        ])
        let limited = try PostgreSQLDatabase(url: url.replacing("admin:password", with: "\(name):x"), logger: .silent)
        try await limited.migrate(Self.steps, at: 2)
    }
}
