import SQLStatements
import Testing

@testable import PostgreSQL

/// What a URL says, and what is said for it. Needs no server.
@Suite struct URLTests {
    private func settings(
        _ url: String, _ environment: [String: String] = [:]
    ) throws(DatabaseFailure) -> ConnectionSettings {
        try ConnectionSettings(url: url, options: PostgreSQLOptions(), environment: environment)
    }

    @Test(
        "TLS is required over a network unless the URL says otherwise",
        arguments: [
            ("postgresql://u:p@db.example/x", "require"), ("postgresql://u:p@10.0.0.1/x", "require"),
            ("postgresql://u:p@db.example/x?sslmode=disable", "disable"),
            ("postgresql://u:p@db.example/x?sslmode=verify-full&sslrootcert=/ca.pem", "verify-full"),
            ("postgresql://u:p@localhost/x", nil), ("postgresql://u:p@127.0.0.1/x", nil),
            ("postgresql://u:p@[::1]/x", nil), ("postgresql:///x?host=/run/postgresql", nil), ("postgresql:///x", nil),
            ("postgresql:///x?hostaddr=10.0.0.1", "require"),
        ] as [(String, String?)])
    func requiresTLS(url: String, mode: String?) throws {
        #expect(try settings(url).hosts[0]["sslmode"] == mode)
    }

    @Test("A host of the environment counts, and so does its TLS")
    func readsEnvironment() throws {
        #expect(try settings("postgresql:///x", ["PGHOST": "db.example"]).hosts[0]["sslmode"] == "require")
        let mode = try settings("postgresql:///x", ["PGHOST": "db.example", "PGSSLMODE": "disable"])
        #expect(mode.hosts[0]["sslmode"] == "disable")
    }

    @Test("TLS that falls back silently is refused", arguments: ["allow", "prefer"])
    func refusesFallback(mode: String) {
        #expect(throws: DatabaseFailure.self) { try settings("postgresql://db.example/x?sslmode=\(mode)") }
    }

    @Test("Each host of several has its own port and TLS")
    func splitsHosts() throws {
        let hosts = try settings("postgresql://u:p@localhost:1,db.example:2/x?application_name=a").hosts
        #expect(hosts.map { $0["host"] } == ["localhost", "db.example"])
        #expect(hosts.map { $0["port"] } == ["1", "2"])
        #expect(hosts.map { $0["sslmode"] } == [nil, "require"])
        #expect(hosts.allSatisfy { $0["application_name"] == "a" && $0["target_session_attrs"] == "read-write" })
    }

    @Test("The parameters of our own are taken out, wherever they stand")
    func takesOutOwnParameters() throws {
        let off = try settings("postgres://u:a?b@localhost/x?prepared_statements=off&connect_timeout=3")
        #expect(!off.preparedStatements && !off.explicitTransactions)
        #expect(off.hosts[0]["connect_timeout"] == "3" && off.hosts[0]["password"] == "a?b")
        #expect(off.hosts[0]["options"] == nil)
        let explicit = try settings("postgresql:///x?options=-c%20work_mem%3D1MB&explicit_transactions=on")
        #expect(explicit.preparedStatements && explicit.explicitTransactions)
        #expect(explicit.hosts[0]["options"] == "-c statement_timeout=10000 -c work_mem=1MB")
    }

    @Test(
        "A URL that cannot be read is refused without a piece of it",
        arguments: [
            "mysql://u:quinemarker@localhost/x", "host=localhost password=quinemarker",
            "postgresql://u:quinemarker%zz@localhost/x", "postgresql://u:p@localhost/x?quinemarker=1",
            "postgresql://u:p@localhost:1,db.example:2,a/x?host=quinemarker", "",
            "postgresql:///x?prepared_statements=quinemarker",
        ])
    func refusesOthers(url: String) {
        let found = #expect(throws: DatabaseFailure.self) { try settings(url) }
        #expect(found?.kind == .misconfigured)
        #expect(found?.description.contains("quinemarker") == false)
    }
}
