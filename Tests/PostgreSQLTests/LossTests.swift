import PostgreSQL
import SQLStatements
import Synchronization
import TestSupport
import Testing

/// Connections and servers that go away.
@Suite(.enabled(if: hasServer)) struct LossTests {
    private static let insert: SQL = "INSERT INTO things (id) VALUES ($1)"

    @Test("When every connection is ended under load nothing acknowledged is lost, and work goes on")
    func survivesTermination() async throws {
        try await withDatabase { database, url in
            let other = try PostgreSQLDatabase(url: url, logger: .silent)
            try await other.start()
            let work = Work(database)
            try await work.run(count: 3000) { done in
                guard done % 500 == 250 else { return }
                _ = try await other.run(
                    .writing(
                        SQLStatement(
                            """
                            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                            WHERE datname = current_database() AND pid <> pg_backend_pid()
                            """)))
            }
            try await work.check()
            #expect(database.counters.reconnects > 0)
            #expect(try await database.rows("SELECT 1")[0].integer(0) == 1)
            await other.close()
        }
    }

    @Test("When the server is stopped, or crashes, under load nothing acknowledged is lost", arguments: [false, true])
    func survivesRestart(likeACrash: Bool) async throws {
        let server = try TemporaryPostgreSQL()
        var options = PostgreSQLOptions()
        options.acquireTimeout = .seconds(30)
        let database = try PostgreSQLDatabase(
            url: server.freshDatabase(), options: options, logger: .silent)
        try await database.execute(texts: ["CREATE TABLE things (id BIGINT PRIMARY KEY)"])
        try await database.start()
        let work = Work(database)
        try await work.run(count: 2000) { done in
            guard done == 700 else { return }
            try server.stop(likeACrash: likeACrash)
            try server.start()
        }
        try await work.check()
        #expect(database.counters.reconnects > 0)
        #expect(try await database.rows("SELECT 1")[0].integer(0) == 1)
        await database.close()
        try server.end()
    }

    @Test("What a connection was lost over is run again if it may be, and is else not known")
    func knowsWhatMayBeRepeated() async throws {
        let server = try TemporaryPostgreSQL()
        var options = PostgreSQLOptions.small
        options.acquireTimeout = .seconds(30)
        let database = try PostgreSQLDatabase(url: server.freshDatabase(), options: options, logger: .silent)
        try await database.execute(texts: [
            "CREATE TABLE things (id BIGINT PRIMARY KEY); CREATE TABLE pause (seconds BIGINT)",
            "INSERT INTO pause VALUES (60)",
        ])
        try await database.start()
        while database.counters.openConnections < options.connections { await Task.yield() }
        let pause = SQLStatement("SELECT pg_sleep(seconds)::text FROM pause")
        let insert = SQLStatement(Self.insert, .integer(1))
        async let read = database.run(.reading(pause))
        async let idempotent = database.run(SQLScript([pause, insert], isIdempotent: true))
        async let other = failure {
            _ = try await database.run(.writing(pause, SQLStatement(Self.insert, .integer(2))))
        }
        while try await database.count("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") < 3 {}
        try await database.execute(texts: ["UPDATE pause SET seconds = 0"])
        try server.stop(likeACrash: true)
        try server.start()
        let counts = try await (read.results.count, idempotent.results.count)
        #expect(counts == (1, 2))
        #expect(await other?.kind == .outcomeUnknown)
        #expect(try await database.rows("SELECT id FROM things").map { $0.integer(0) } == [1])
        await database.close()
        try server.end()
    }

    @Test("A script that the server ends before it commits is run again, once")
    func repeatsWhatWasEnded() async throws {
        try await withDatabase { database, _ in
            let pause = SQLStatement(
                "SELECT count(*) FROM (SELECT pg_sleep(0.5)) AS pause WHERE $1::text <> ''", .text("mark"))
            let before = database.counters.roundTrips
            async let outcome = database.run(.writing(SQLStatement(Self.insert, .integer(1)), pause))
            while database.counters.roundTrips == before { await Task.yield() }
            let ended = try await database.rows(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE '%pause%' AND pid <> pg_backend_pid()
                    AND state = 'active'
                """)
            let results = try await outcome.results
            #expect(results.count == 2)
            #expect(database.counters.retries == Int(ended[0].integer(0)))
            #expect(try await database.count() == 1)
        }
    }

    @Test("While there is no server a script waits as long as it may, and fails clearly")
    func failsWithoutServer() async throws {
        let server = try TemporaryPostgreSQL()
        var options = PostgreSQLOptions()
        options.acquireTimeout = .milliseconds(300)
        let database = try PostgreSQLDatabase(
            url: server.freshDatabase(), options: options, logger: .silent)
        try await database.start()
        try server.stop()
        let found = await failure { _ = try await database.rows("SELECT 1") }
        #expect(found?.kind == .unreachable)
        await database.close()
        try server.end()
    }
}

/// Inserts from 16 tasks, with what was acknowledged.
private final class Work: Sendable {
    private let database: PostgreSQLDatabase
    private let state = Mutex((next: Int64(0), acknowledged: Set<Int64>(), unknown: Set<Int64>()))
    private static let insert: SQL = "INSERT INTO things (id) VALUES ($1)"

    init(_ database: PostgreSQLDatabase) { self.database = database }

    func run(count: Int64, disturbing: @escaping @Sendable (Int64) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask { [self] in
                    while true {
                        let id = state.withLock { state in
                            state.next += 1
                            return state.next
                        }
                        if id > count { return }
                        if id % 10 == 0 { try await disturbing(id) }
                        await insert(id)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func insert(_ id: Int64) async {
        // Two statements for each second number, which are then both there or both not.
        let first = SQLStatement(Self.insert, .integer(2 * id), expecting: .oneRow)
        let second = SQLStatement(Self.insert, .integer(2 * id + 1))
        do throws(DatabaseFailure) {
            _ = try await database.run(.writing(first, second))
            state.withLock { _ = $0.acknowledged.insert(id) }
        } catch {
            #expect(error.kind == .outcomeUnknown, "\(error)")
            state.withLock { _ = $0.unknown.insert(id) }
        }
    }

    /// Everything acknowledged is there once, and of what is not known both or none.
    func check() async throws {
        let found = Set(try await database.rows("SELECT id FROM things").map { $0.integer(0) })
        let (_, acknowledged, unknown) = state.withLock { $0 }
        #expect(acknowledged.count > unknown.count)
        for id in acknowledged { #expect(found.contains(2 * id) && found.contains(2 * id + 1)) }
        for id in unknown { #expect(found.contains(2 * id) == found.contains(2 * id + 1)) }
        print("acknowledged \(acknowledged.count), not known \(unknown.count)")
    }
}
