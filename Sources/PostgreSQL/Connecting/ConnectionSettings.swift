import CPostgreSQL
import Foundation
import SQLStatements

/// What each host of the URL is connected with.
struct ConnectionSettings: Sendable {
    typealias Parameters = [String: String]

    /// In the order of the URL; the first that takes writes is used, so a URL with several follows a failover.
    let hosts: [Parameters]
    let preparedStatements: Bool
    let explicitTransactions: Bool
    let connections: Int

    init(
        url: String, options: PostgreSQLOptions,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(DatabaseFailure) {
        let url = try DatabaseURL(url)
        preparedStatements = url.preparedStatements ?? options.preparedStatements
        explicitTransactions = url.explicitTransactions ?? options.explicitTransactions
        connections = url.connections ?? options.connections
        var parameters = try Self.parse(url.text)
        for (name, value) in Self.defaults(options) where parameters[name] == nil { parameters[name] = value }
        if preparedStatements {
            // Plans are kept. One that was made while a table was small would read it whole when it is large.
            let ours = "-c statement_timeout=\(options.statementTimeout.milliseconds) -c enable_seqscan=off"
            // What the URL says stands last and wins.
            parameters["options"] = parameters["options"].map { ours + " " + $0 } ?? ours
        }
        hosts = try Self.split(parameters, environment: environment).map(Self.secured)
    }

    private static func defaults(_ options: PostgreSQLOptions) -> Parameters {
        [
            "application_name": options.applicationName, "client_encoding": "UTF8", "gssencmode": "disable",
            "keepalives": "1", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
            "tcp_user_timeout": "15000", "target_session_attrs": "read-write",
        ]
    }

    private static func parse(_ url: String) throws(DatabaseFailure) -> Parameters {
        var message: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(url, &message) else {
            // The message may quote the password.
            PQfreemem(message)
            throw DatabaseFailure(
                .misconfigured,
                message:
                    "the URL of the database is not of the form postgresql://user:password@host:port/name?sslmode=…")
        }
        defer { PQconninfoFree(parsed) }
        var parameters: Parameters = [:]
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return parameters
    }

    /// One set of parameters for each host, so that each has the whole time to connect.
    private static func split(
        _ parameters: Parameters, environment: [String: String]
    ) throws(DatabaseFailure) -> [Parameters] {
        var parameters = parameters
        if parameters["host"] == nil, parameters["hostaddr"] == nil, let host = environment["PGHOST"] {
            parameters["host"] = host
        }
        if parameters["sslmode"] == nil, let mode = environment["PGSSLMODE"] { parameters["sslmode"] = mode }
        let lists = ["host", "hostaddr", "port"].compactMap { name in
            parameters[name].map { (name, $0.split(separator: ",", omittingEmptySubsequences: false)) }
        }
        let count = lists.map(\.1.count).max() ?? 1
        guard lists.allSatisfy({ $0.1.count == count || $0.0 == "port" && $0.1.count == 1 }) else {
            throw DatabaseFailure(.misconfigured, message: "the URL of the database has not one port for each host")
        }
        return (0..<count).map { index in
            var host = parameters
            for (name, values) in lists { host[name] = String(values.count == 1 ? values[0] : values[index]) }
            return host
        }
    }

    /// Nothing is sent in the clear over a network unless the URL asks for that.
    ///
    /// For a host other than this machine TLS is required if the URL says nothing (`sslmode=require`, which hides what
    /// is said from listeners but trusts any certificate; `sslmode=verify-full&sslrootcert=…` also proves who answers).
    /// `allow` and `prefer`, which fall back silently, are refused.
    private static func secured(_ host: Parameters) throws(DatabaseFailure) -> Parameters {
        guard !isThisMachine(host) else { return host }
        guard !["allow", "prefer"].contains(host["sslmode"]) else {
            throw DatabaseFailure(
                .misconfigured,
                message: "sslmode=allow and sslmode=prefer fall back to no TLS; say verify-full, require or disable")
        }
        return host.merging(["sslmode": "require"]) { said, _ in said }
    }

    private static func isThisMachine(_ host: Parameters) -> Bool {
        let name = host["hostaddr"].flatMap { $0.isEmpty ? nil : $0 } ?? host["host"] ?? ""
        return name.isEmpty || name.hasPrefix("/") || name.hasPrefix("@") || name == "localhost" || name == "::1"
            || name.hasPrefix("127.")
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
