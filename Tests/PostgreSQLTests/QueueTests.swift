import PostgreSQL
import SQLStatements
import TestDatabases
import TestSupport
import Testing

/// What waits, and what becomes of it.
@Suite(.enabled(if: hasServer)) struct QueueTests {
    private static func narrow(limit: Int = 10_000) -> PostgreSQLOptions {
        var options = PostgreSQLOptions()
        (options.connections, options.pipelineDepth, options.queueLimit) = (1, 1, limit)
        // Time enough for a machine that is busy with every other test.
        (options.acquireTimeout, options.statementTimeout) = (.seconds(300), .seconds(600))
        return options
    }

    /// Runs `body` while a statement keeps the only connection.
    private func blocking(
        _ database: PostgreSQLDatabase, _ url: String, _ body: () async throws -> Void
    ) async throws {
        let before = database.counters.roundTrips
        let blocked = Task { try? await database.rows("SELECT count(*) FROM pg_sleep(600)") }
        try await wait { database.counters.roundTrips != before }
        try await body()
        let other = try PostgreSQLDatabase(url: url, options: .small, logger: .silent)
        try await other.start()
        _ = try await other.rows(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
        )
        await other.close()
        _ = await blocked.value
    }

    @Test("Of scripts that wait there are no more than may; the next fails at once")
    func limitsQueue() async throws {
        try await withDatabase("", Self.narrow(limit: 5)) { database, url in
            var tasks: [Task<DatabaseFailure.Kind?, Never>] = []
            try await blocking(database, url) {
                for _ in 0..<20 { tasks.append(Task { await failure { _ = try await database.count() }?.kind }) }
                try await wait { database.counters.scripts >= 21 }
            }
            var kinds: [DatabaseFailure.Kind?] = []
            for task in tasks { kinds.append(await task.value) }
            // The last may have been counted but not handed over when the connection was free again.
            #expect((5...6).contains(kinds.filter { $0 == nil }.count))
            #expect(kinds.allSatisfy { $0 == nil || $0 == .overloaded })
        }
    }

    @Test("A task that is cancelled while it waits goes on at once, and its script is not sent")
    func cancels() async throws {
        try await withDatabase("", Self.narrow()) { database, url in
            try await blocking(database, url) {
                let waiting = Task { await failure { try await database.insertThing(1) }?.kind }
                try await wait { database.counters.scripts >= 2 }
                waiting.cancel()
                #expect(await waiting.value == .cancelled)
                #expect(database.counters.statements == 1)
            }
            let late = Task { () -> DatabaseFailure.Kind? in
                withUnsafeCurrentTask { $0?.cancel() }
                return await failure { try await database.insertThing(1) }?.kind
            }
            #expect(await late.value == .cancelled)
            #expect(try await database.count() == 0)
        }
    }

    @Test("A script that waits longer than it may fails")
    func expires() async throws {
        var options = Self.narrow()
        options.acquireTimeout = .milliseconds(100)
        try await withDatabase("", options) { database, url in
            try await blocking(database, url) {
                let found = await failure { _ = try await database.count() }
                #expect(found?.kind == .overloaded)
            }
        }
    }

    @Test("Closing finishes what was taken, and takes no more")
    func closes() async throws {
        let url = try TemporaryPostgreSQL.shared.freshDatabase()
        let database = try PostgreSQLDatabase(url: url, logger: .silent)
        try await database.execute(texts: ["CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT)"])
        let early = await failure { _ = try await database.count() }
        #expect(early?.kind == .closed)
        try await database.start()
        let tasks = (0..<300).map { id in Task { try await database.insertThing(Int64(id)) } }
        try await wait { database.counters.scripts >= 300 }
        await database.close()
        var done = 0
        for task in tasks {
            switch await task.result {
            case .success: done += 1
            case .failure(let error): #expect((error as? DatabaseFailure)?.kind == .closed)
            }
        }
        #expect(done > 0)
        #expect(database.counters.openConnections == 0)
        let late = await failure { _ = try await database.count() }
        #expect(late?.kind == .closed)
        await database.close()

        let again = try PostgreSQLDatabase(url: url, logger: .silent)
        try await again.start()
        #expect(try await again.count() == Int64(done))
        await again.close()
    }

    @Test("A database that could not be started can be, later")
    func startsAgain() async throws {
        let server = try TemporaryPostgreSQL()
        let database = try PostgreSQLDatabase(url: server.url(database: "postgres"), logger: .silent)
        try server.stop()
        let found = await failure { try await database.start() }
        #expect(found?.kind == .unreachable)
        try server.start()
        try await database.start()
        #expect(try await database.rows("SELECT 1")[0].integer(0) == 1)
        await database.close()
        try server.end()
    }
}
