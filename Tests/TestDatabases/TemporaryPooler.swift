import Foundation

/// A pgbouncer in transaction mode before a server, with three connections to it. Goes with the tests' process.
package final class TemporaryPooler: Sendable {
    package let port: Int
    private let process: ChildProcess

    private static let binary = "/usr/sbin/pgbouncer"

    /// Whether one can be started; says so if not, since the tests that need it are then skipped.
    package static let isInstalled: Bool = {
        let isInstalled = FileManager.default.isExecutableFile(atPath: binary)
        if !isInstalled { print("TESTS OF A CONNECTION POOLER SKIPPED: there is no \(binary).") }
        return isInstalled && TemporaryPostgreSQL.isInstalled
    }()

    package init(before server: TemporaryPostgreSQL) throws {
        port = try TemporaryPostgreSQL.freePort()
        process = try ChildProcess(
            server.asOther + [
                "/bin/sh", "-c", Self.script, "sh", Self.binary, server.folder.path, "\(port)", "\(server.port)",
            ])
        try server.wait(for: "pooler-ready")
    }

    package func end() throws { try process.end() }

    private static let script = """
        trap '' INT
        cd "$2" || exit 1
        echo '"admin" "password"' >users
        cat >pooler.ini <<END
        [databases]
        * = host=127.0.0.1 port=$4
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = $3
        unix_socket_dir =
        auth_type = scram-sha-256
        auth_file = users
        pool_mode = transaction
        default_pool_size = 3
        logfile = pooler.log
        END
        "$1" pooler.ini >/dev/null 2>&1 </dev/null &
        until grep -q 'process up' pooler.log 2>/dev/null; do sleep 0.05; done
        : >pooler-ready
        read -r line
        kill $!
        """
}
