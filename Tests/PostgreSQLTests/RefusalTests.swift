import Logging
import PostgreSQL
import SQLStatements
import TestDatabases
import TestSupport
import Testing

/// What a database says that cannot be used.
@Suite(.enabled(if: hasServer)) struct RefusalTests {
    private func start(_ url: String) async -> DatabaseFailure? {
        await failure {
            let database = try PostgreSQLDatabase(url: url, logger: .silent)
            try await database.start()
            await database.close()
        }
    }

    @Test("A wrong password is told, and not repeated")
    func tellsPassword() async throws {
        let found = await start(TemporaryPostgreSQL.shared.url(password: "quinemarker", database: "postgres"))
        #expect(found?.kind == .authenticationRefused)
        #expect(found?.code == "28P01")
        #expect(found?.description.contains("quinemarker") == false)
        #expect(found?.description.contains("LOCATION") == false)
        let none = TemporaryPostgreSQL.shared.url(database: "postgres").replacing(":password@", with: "@")
        #expect(await start(none)?.kind == .authenticationRefused)
    }

    @Test("A database that is not there is told")
    func tellsDatabase() async throws {
        let found = await start(TemporaryPostgreSQL.shared.url(database: "nowhere"))
        #expect(found?.kind == .databaseMissing)
        #expect(found?.message.contains("nowhere") == true)
    }

    @Test("A server that is not there is told")
    func tellsUnreachable() async throws {
        let found = await start("postgresql://admin:quinemarker@127.0.0.1:1/postgres")
        #expect(found?.kind == .unreachable)
        #expect(found?.description.contains("quinemarker") == false)
        #expect(await start("postgresql://admin@/x?host=/nowhere")?.kind == .unreachable)
    }

    @Test("With two hosts the one that answers is used")
    func triesHosts() async throws {
        try await withDatabase { _, url in
            let both = url.replacing("@127.0.0.1:", with: "@127.0.0.1:1,127.0.0.1:")
            #expect(await start(both) == nil)
        }
    }

    @Test("A missing permission is told, of the database and of a table")
    func tellsPermission() async throws {
        try await withDatabase { database, url in
            let name = "r\(UInt64.random(in: 0 ... .max))"
            try await database.execute(texts: [
                "CREATE ROLE \(name) LOGIN PASSWORD 'x'", "GRANT SELECT ON things TO \(name)",
            ])
            let limited = try PostgreSQLDatabase(
                url: url.replacing("admin:password", with: "\(name):x"), logger: .silent)
            try await limited.start()
            #expect(try await limited.count() == 0)
            let found = await failure { _ = try await limited.insertThing(1) }
            #expect(found?.kind == .permissionMissing)
            let schema = await failure { try await limited.execute(texts: ["CREATE TABLE x (id BIGINT)"]) }
            #expect(schema?.kind == .permissionMissing)
            await limited.close()
            try await database.execute(texts: [
                "DO $$ BEGIN EXECUTE 'REVOKE CONNECT ON DATABASE ' || current_database() || ' FROM PUBLIC'; END $$"
            ])
            #expect(await start(url.replacing("admin:password", with: "\(name):x"))?.kind == .permissionMissing)
        }
    }

    @Test("A server that takes no writes is told when it is connected, and later")
    func tellsReadOnly() async throws {
        try await withDatabase { database, url in
            try await database.execute(texts: [
                """
                DO $$ BEGIN
                    EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = on';
                END $$
                """
            ])
            let found = await start(url)
            #expect(found?.kind == .readOnly)
            #expect(found?.message.contains("replica") == true)
            #expect(await start(url + "?target_session_attrs=any") == nil)
            let any = try PostgreSQLDatabase(url: url + "?target_session_attrs=any", logger: .silent)
            try await any.start()
            let later = await failure { _ = try await any.insertThing(1) }
            #expect(later?.kind == .readOnly)
            await any.close()
        }
    }

    @Test("A statement that runs too long is ended, and the connection goes on")
    func endsStatements() async throws {
        var options = PostgreSQLOptions()
        options.statementTimeout = .milliseconds(200)
        options.connections = 1
        try await withDatabase("", options) { database, _ in
            let found = await failure { _ = try await database.rows("SELECT count(*) FROM pg_sleep(20)") }
            #expect(found?.kind == .timeout)
            let rows = try await database.rows("SELECT 1")
            #expect(rows[0].integer(0) == 1)
            #expect(database.counters.reconnects == 0)
        }
    }

    @Test(
        "What the server says is told by kinds",
        arguments: [
            ("42501", .permissionMissing), ("25006", .readOnly), ("53100", .diskFull), ("57014", .timeout),
            ("40003", .outcomeUnknown), ("23514", .constraintViolation), ("22001", .invalidValue), ("XX000", .other),
        ] as [(String, DatabaseFailure.Kind)])
    func tellsKinds(code: String, kind: DatabaseFailure.Kind) async throws {
        try await withDatabase { database, _ in
            try await database.execute(texts: [Self.failing])
            let found = await failure { _ = try await database.rows("SELECT fail($1)", .text(code)) }
            #expect(found?.kind == kind)
            #expect(found?.code == code)
        }
    }

    @Test("A conflict that does not end is a failure after five more tries", arguments: ["40001", "40P01"])
    func givesUp(code: String) async throws {
        try await withDatabase { database, _ in
            try await database.execute(texts: [Self.failing])
            let found = await failure {
                _ = try await database.run(.writing(SQLStatement("SELECT fail($1)", .text(code))))
            }
            #expect(found?.kind == .serialization)
            #expect(database.counters.retries == 5)
        }
    }

    private static let failing = """
        CREATE FUNCTION fail(code text) RETURNS bigint LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION USING ERRCODE = code, MESSAGE = 'as asked'; END $$
        """
}
