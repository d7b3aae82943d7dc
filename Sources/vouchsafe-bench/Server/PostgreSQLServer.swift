import Foundation

/// A PostgreSQL server of the benchmark's own, as an operator has one on the same machine: reached by a socket, and
/// nothing is told as done that is not on the disk. A shell that waits for the end of its input starts and stops it, so
/// that it does not outlive the benchmark.
final class PostgreSQLServer {
    private let folder: URL
    private let supervisor = Process()
    private let input = Pipe()
    private let postmaster: Int32

    private static let binaries = "/usr/lib/postgresql/15/bin"
    private static let user = "vouchsafe"

    static let isInstalled = FileManager.default.isExecutableFile(atPath: binaries + "/postgres")

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "vouchsafe-bench-pg-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let other = try Self.asOther(folder)
        supervisor.executableURL = URL(filePath: "/usr/bin/env")
        supervisor.arguments = other + ["/bin/sh", "-c", Self.script, "sh", Self.binaries, folder.path, Self.user]
        supervisor.standardInput = input
        // Whoever has it open keeps the shell waiting.
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try supervisor.run()
        postmaster = try Self.wait(for: folder, supervisor)
    }

    /// The server refuses to run as root.
    private static func asOther(_ folder: URL) throws -> [String] {
        guard getuid() == 0 else { return [] }
        guard let user = getpwnam("postgres"), chown(folder.path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
            throw BenchFailure("there is no user postgres to run PostgreSQL as")
        }
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    }

    /// Settings that are not named are those that PostgreSQL comes with: `fsync` and `synchronous_commit` are on. Only
    /// who may open the folder reaches the socket.
    private static let script = """
        trap '' INT
        cd "$2" || exit 1
        if "$1/initdb" -D data -U "$3" -A trust -E UTF8 --locale=C >start.log 2>&1 &&
            "$1/pg_ctl" start -w -D data -l server.log -o "-c listen_addresses= \\
                -c unix_socket_directories='$2' -c shared_buffers=256MB" >>start.log 2>&1 </dev/null
        then
            head -n 1 data/postmaster.pid >ready.new && mv ready.new ready
            read -r line
        else
            cat start.log server.log >&2
        fi
        "$1/pg_ctl" stop -w -D data -m immediate >/dev/null 2>&1
        rm -rf "$2"
        """

    private static func wait(for folder: URL, _ supervisor: Process) throws -> Int32 {
        while supervisor.isRunning {
            let ready = try? String(contentsOf: folder.appending(path: "ready"), encoding: .utf8)
            if let identifier = ready.flatMap({ Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }) {
                return identifier
            }
            usleep(20_000)
        }
        throw BenchFailure("PostgreSQL did not start")
    }

    /// Stops the server and removes what it kept.
    func stop() {
        try? input.fileHandleForWriting.close()
        supervisor.waitUntilExit()
    }

    /// The URL of a new, empty database.
    func makeDatabase(_ name: String) throws -> String {
        try run("CREATE DATABASE \(name)", in: "postgres")
        return "postgresql://\(Self.user)@/\(name)?host=\(folder.path)"
    }

    /// Runs statements, each in a transaction of its own.
    func run(_ statements: String..., in database: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.binaries + "/psql")
        process.arguments =
            ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder.path, "-U", Self.user, "-d", database]
            + statements.flatMap { ["-c", $0] }
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchFailure("a statement failed in PostgreSQL") }
    }

    /// User and system time so far of all its processes.
    var processorSeconds: Double {
        let own = "/proc/\(postmaster)"
        let children = (try? String(contentsOfFile: own + "/task/\(postmaster)/children", encoding: .utf8)) ?? ""
        let live = [postmaster] + children.split(separator: " ").compactMap { Int32($0) }
        return Self.secondsOfEnded(own + "/stat") + live.reduce(0) { $0 + ProcessorTime.of(process: $1) }
    }

    /// Of the children that have ended: fields 16 and 17 of what the kernel tells, in its ticks.
    private static func secondsOfEnded(_ file: String) -> Double {
        let fields = ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: " ")
        guard fields.count > 16, let user = Double(fields[15]), let system = Double(fields[16]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
