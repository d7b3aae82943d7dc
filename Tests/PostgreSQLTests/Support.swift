import Logging
import PostgreSQL
import SQLStatements
import TestDatabases
import TestSupport

/// The tests that need a server, all of which share one.
let hasServer = TemporaryPostgreSQL.isInstalled

/// A fresh database, open, with two tables: `things` and `uses`.
func withDatabase(
    _ query: String = "", _ options: PostgreSQLOptions = .small,
    _ body: (PostgreSQLDatabase, String) async throws -> Void
) async throws {
    let url = try TemporaryPostgreSQL.shared.freshDatabase() + query
    let database = try PostgreSQLDatabase(url: url, options: options, logger: .silent)
    try await database.execute(texts: [
        """
        CREATE TABLE things (
            id BIGINT PRIMARY KEY, name TEXT, data BYTEA, number BIGINT NOT NULL DEFAULT 0 CHECK (number < 1000));
        CREATE TABLE uses (id TEXT PRIMARY KEY)
        """
    ])
    try await database.start()
    try await wait { database.counters.openConnections >= options.connections }
    do { try await body(database, url) } catch {
        await database.close()
        throw error
    }
    await database.close()
}

/// Looks again and again until something is so; a test that is given up does not go on looking.
func wait(until isSo: () -> Bool) async throws {
    while !isSo() { try await Task.sleep(for: .milliseconds(1)) }
}

extension PostgreSQLDatabase {
    func count(_ sql: SQL = "SELECT count(*) FROM things") async throws -> Int64 {
        try await query(SQLStatement(sql))[0].integer(0)
    }

    func rows(_ sql: SQL, _ parameters: SQLValue...) async throws -> [SQLRow] {
        try await query(SQLStatement(sql, parameters: parameters))
    }

    func outcome(_ script: SQLScript) async throws -> SQLOutcome { try await run(script) }

    func insertThing(_ id: Int64, name: String? = nil) async throws {
        _ = try await run(
            .writing(SQLStatement("INSERT INTO things (id, name) VALUES ($1, $2)", .integer(id), SQLValue(name))))
    }
}

extension SQLOutcome {
    var results: [SQLResult] {
        guard case .done(let results) = self else { return [] }
        return results
    }
}

/// The failure that `body` ends with.
func failure(_ body: () async throws -> Void) async -> DatabaseFailure? {
    do { try await body() } catch { return error as? DatabaseFailure }
    return nil
}

extension PostgreSQLOptions {
    /// The tests run at the same time, on one server.
    static let small = {
        var options = PostgreSQLOptions()
        options.connections = 4
        // Time enough for a machine that is busy with every other test.
        (options.acquireTimeout, options.statementTimeout) = (.seconds(120), .seconds(300))
        return options
    }()
}
