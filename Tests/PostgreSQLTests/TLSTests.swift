import Foundation
import PostgreSQL
import SQLStatements
import TestDatabases
import TestSupport
import Testing

/// Connections that are encrypted.
@Suite(.enabled(if: hasServer)) struct TLSTests {
    @Test("Scripts go over TLS, with a certificate that is checked if the URL says so")
    func works() async throws {
        let server = try TemporaryPostgreSQL(tls: true)
        let url = try server.freshDatabase().replacing("127.0.0.1", with: "localhost")
        let certificate = server.folder.appending(path: "server.crt").path
        let database = try PostgreSQLDatabase(
            url: url + "?sslmode=verify-full&sslrootcert=\(certificate)", options: .small, logger: .silent)
        try await database.start()
        let used = try await database.count(
            "SELECT count(*) FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()")
        #expect(used == 1)
        let value = SQLValue.bytes([UInt8](repeating: 1, count: 1_000_000))
        let right = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask { (try? await database.rows("SELECT $1::bytea", value))?[0].columns == [value] }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 40)
        await database.close()

        // The name in the certificate is another.
        let other = try PostgreSQLDatabase(
            url: url.replacing("localhost", with: "127.0.0.1") + "?sslmode=verify-full&sslrootcert=\(certificate)",
            logger: .silent)
        let found = await failure { try await other.start() }
        #expect(found?.kind == .unreachable)
        try server.end()
    }

    @Test("A server without TLS is refused where TLS is required")
    func refusesPlain() async throws {
        let url = TemporaryPostgreSQL.shared.url(database: "postgres") + "?sslmode=require"
        let found = await failure { try await PostgreSQLDatabase(url: url, logger: .silent).start() }
        #expect(found?.kind == .unreachable)
        #expect(found?.message.contains("SSL") == true)
    }
}
