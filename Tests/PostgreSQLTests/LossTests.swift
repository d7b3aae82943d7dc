import PostgreSQL
import SQLStatements
import TestDatabases
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
            let work = InsertingWork(database)
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
        let work = InsertingWork(database)
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
            "INSERT INTO pause VALUES (200)",
        ])
        try await database.start()
        try await wait { database.counters.openConnections >= options.connections }
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
        try await withDatabase { database, url in
            let other = try PostgreSQLDatabase(url: url, options: .small, logger: .silent)
            try await other.execute(texts: ["CREATE TABLE pause (seconds BIGINT); INSERT INTO pause VALUES (200)"])
            try await other.start()
            let pause = SQLStatement("SELECT pg_sleep(seconds)::text FROM pause")
            async let outcome = database.run(.writing(SQLStatement(Self.insert, .integer(1)), pause))
            let sleeping: SQL =
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
            while try await other.rows(sleeping).isEmpty {}
            let process = try await other.rows(sleeping)[0].columns[0]
            try await other.execute(texts: ["UPDATE pause SET seconds = 0"])
            _ = try await other.rows("SELECT pg_terminate_backend($1::bigint::int)", process)
            let results = try await outcome.results
            #expect(results.count == 2)
            #expect(database.counters.retries == 1)
            #expect(try await database.count() == 1)
            await other.close()
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
