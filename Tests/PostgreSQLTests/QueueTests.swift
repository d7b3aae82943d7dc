import PostgreSQL
import SQLStatements
import TestSupport
import Testing

/// What waits, and what becomes of it.
@Suite(.enabled(if: hasServer)) struct QueueTests {
    private static func narrow(limit: Int = 10_000) -> PostgreSQLOptions {
        var options = PostgreSQLOptions()
        (options.connections, options.pipelineDepth, options.queueLimit) = (1, 1, limit)
        return options
    }

    /// Starts a statement that keeps the only connection, and waits until it does.
    private func block(_ database: PostgreSQLDatabase, seconds: SQL) async throws -> Task<Void, any Error> {
        let before = database.counters.roundTrips
        let task = Task { _ = try await database.rows(seconds) }
        while database.counters.roundTrips == before { await Task.yield() }
        return task
    }

    @Test("Of scripts that wait there are no more than may; the next fails at once")
    func limitsQueue() async throws {
        try await withDatabase("", Self.narrow(limit: 5)) { database, _ in
            let blocked = try await block(database, seconds: "SELECT count(*) FROM pg_sleep(0.5)")
            let kinds = await withTaskGroup(of: DatabaseFailure.Kind?.self) { group in
                for _ in 0..<20 { group.addTask { await failure { _ = try await database.count() }?.kind } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(kinds.filter { $0 == nil }.count == 5)
            #expect(kinds.filter { $0 == .overloaded }.count == 15)
            try await blocked.value
        }
    }

    @Test("A task that is cancelled while it waits goes on at once, and its script is not sent")
    func cancels() async throws {
        try await withDatabase("", Self.narrow()) { database, _ in
            let blocked = try await block(database, seconds: "SELECT count(*) FROM pg_sleep(1)")
            let waiting = Task { await failure { try await database.insertThing(1) }?.kind }
            let scripts = database.counters.scripts
            while database.counters.scripts < scripts { await Task.yield() }
            waiting.cancel()
            #expect(await waiting.value == .cancelled)
            #expect(database.counters.statements == 1)
            try await blocked.value
            #expect(try await database.count() == 0)
            let late = Task { () -> DatabaseFailure.Kind? in
                withUnsafeCurrentTask { $0?.cancel() }
                return await failure { try await database.insertThing(1) }?.kind
            }
            #expect(await late.value == .cancelled)
        }
    }

    @Test("A script that waits longer than it may fails")
    func expires() async throws {
        var options = Self.narrow()
        options.acquireTimeout = .milliseconds(100)
        try await withDatabase("", options) { database, _ in
            let blocked = try await block(database, seconds: "SELECT count(*) FROM pg_sleep(1)")
            let found = await failure { _ = try await database.count() }
            #expect(found?.kind == .overloaded)
            try await blocked.value
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
        while database.counters.scripts < 300 { await Task.yield() }
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
