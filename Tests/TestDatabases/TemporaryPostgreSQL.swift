import CPostgreSQL
package import Foundation
import Synchronization

/// A PostgreSQL server of the tests' own, in a folder that goes with it. Stopped when the tests' process ends, also
/// when it crashes: a shell that waits for the end of its input starts and stops it. Whatever it has answered survives
/// its own crash, but not the machine's.
package final class TemporaryPostgreSQL: Sendable {
    package let folder: URL
    package let port: Int
    private let supervisor: Mutex<ChildProcess>
    package let asOther: [String]

    private static let binaries = "/usr/lib/postgresql/15/bin"

    /// Whether a server can be started; says so if not, since the tests that need it are then skipped.
    package static let isInstalled: Bool = {
        let isInstalled = FileManager.default.isExecutableFile(atPath: binaries + "/postgres")
        if !isInstalled { print("TESTS OF POSTGRESQL SKIPPED: there is no PostgreSQL 15 in \(binaries).") }
        return isInstalled
    }()

    /// One server for the tests of a process.
    package static let shared: TemporaryPostgreSQL = {
        do { return try TemporaryPostgreSQL() } catch { fatalError("no PostgreSQL for the tests: \(error)") }
    }()

    /// Starts a server on a free port of 127.0.0.1 and a socket in its folder. With TLS it has a certificate of its own
    /// for localhost, which stands in `server.crt`.
    package init(tls: Bool = false) throws {
        folder = URL(filePath: "/tmp/vouchsafe-pg-\(UInt32.random(in: 0 ... .max))")
        port = try Self.freePort()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        // The server refuses to run as root.
        asOther = getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        if getuid() == 0, let user = getpwnam("postgres") {
            guard chown(folder.path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else { throw POSIXError(.EPERM) }
        }
        let words = ["/bin/sh", "-c", Self.script, "sh", Self.binaries, folder.path, "\(port)", tls ? "tls" : ""]
        supervisor = Mutex(try ChildProcess(asOther + words))
        try waitUntilReady()
        try administer("CREATE ROLE tester LOGIN")
        try administer("CREATE DATABASE tests")
    }

    /// Reads lines: "stop" and "start" do so, and the end of the input ends everything.
    private static let script = """
        trap '' INT
        cd "$2" || exit 1
        printf '%s' password >password
        "$1/initdb" -D data -U admin -A scram-sha-256 --pwfile=password -E UTF8 --locale=C >initdb.log 2>&1 || exit 1
        {
            echo "local all all scram-sha-256"
            echo "host all tester 127.0.0.1/32 trust"
            echo "host all all 127.0.0.1/32 scram-sha-256"
        } >data/pg_hba.conf
        tls=off
        if [ "$4" = tls ]; then
            tls=on
            openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout data/server.key -out data/server.crt \
                -subj /CN=localhost -addext subjectAltName=DNS:localhost >/dev/null 2>&1
            chmod 600 data/server.key
            cp data/server.crt .
        fi
        start() {
            options="-c listen_addresses=127.0.0.1 -c port=$3 -c unix_socket_directories=$2 -c max_connections=1000 -c fsync=off"
            "$1/pg_ctl" start -w -D data -l server.log -o "$options -c ssl=$tls" >/dev/null 2>&1 </dev/null
            : >ready
        }
        stop() {
            rm -f ready
            "$1/pg_ctl" stop -w -D data -m "$2" >/dev/null 2>&1 </dev/null
            : >stopped
        }
        start "$@"
        while read -r line; do
            case "$line" in
            start) rm -f stopped; start "$@" ;;
            stop) stop "$1" fast ;;
            kill) stop "$1" immediate ;;
            esac
        done
        stop "$1" immediate
        rm -rf "$2"
        """

    /// Stops the server, at once as a crash does or as an administrator would.
    package func stop(likeACrash: Bool = false) throws {
        try supervisor.withLock { try $0.write(likeACrash ? "kill" : "stop") }
        try wait(for: "stopped")
    }

    package func start() throws {
        try supervisor.withLock { try $0.write("start") }
        try waitUntilReady()
    }

    /// Stops the server and removes its folder.
    package func end() throws { try supervisor.withLock { try $0.end() } }

    /// The URL of a new, empty database over TCP, as its administrator.
    package func freshDatabase() throws -> String {
        let name = "test_\(UInt64.random(in: 0 ... .max))"
        try administer("CREATE DATABASE \(name)")
        return url(database: name)
    }

    package func url(user: String = "admin", password: String = "password", database: String) -> String {
        "postgresql://\(user):\(password)@127.0.0.1:\(port)/\(database)"
    }

    /// Runs SQL as the administrator.
    package func administer(_ text: String, database: String = "postgres") throws {
        let connection = PQconnectdb(url(database: database))
        defer { PQfinish(connection) }
        let result = PQexec(connection, text)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK else {
            throw CocoaError(.executableLoad, userInfo: ["message": String(cString: PQerrorMessage(connection))])
        }
    }

    /// What the server has written down.
    package var log: String {
        (try? String(contentsOf: folder.appending(path: "server.log"), encoding: .utf8)) ?? ""
    }

    private func waitUntilReady() throws { try wait(for: "ready") }

    package func wait(for name: String) throws {
        let end = Date(timeIntervalSinceNow: 60)
        while !FileManager.default.fileExists(atPath: folder.appending(path: name).path) {
            guard Date() < end else { throw CocoaError(.fileReadNoSuchFile) }
            usleep(20_000)
        }
    }

    package static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return try withUnsafeMutablePointer(to: &address) { address in
            try address.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0, getsockname(descriptor, generic, &length) == 0 else {
                    throw POSIXError(.EADDRINUSE)
                }
            }
            return Int(UInt16(bigEndian: address.pointee.sin_port))
        }
    }
}
