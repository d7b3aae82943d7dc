import Foundation

/// A vouchsafe server of its own, on a fresh data directory, and what it costs.
final class ServerProcess {
    let executable: String
    let port: Int
    let managementPort: Int
    let managementKey: String
    /// Seconds from exec to the first answered request.
    let startup: Double
    private let directory: URL
    private let process: Process

    init(executable: String, port: Int) throws {
        (self.executable, self.port, managementPort) = (executable, port, port + 1)
        directory = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-bench-\(UUID().uuidString)")
        for taken in [port, port + 1] where (try? BlockingConnection(port: taken)) != nil {
            throw BenchFailure("another program listens on port \(taken)")
        }
        // The first start makes keys and imports the sample; what is timed is every later one.
        try Self.stop(Self.start(executable, port: port, directory))
        let clock = ContinuousClock()
        let start = clock.now
        process = try Self.start(executable, port: port, directory)
        startup = (clock.now - start).inSeconds
        managementKey = try String(contentsOf: directory.appending(path: "management.key"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A process that answers.
    private static func start(_ executable: String, port: Int, _ directory: URL) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = ["serve", "--log-level", "error"]
        process.environment = [
            "PORT": "\(port)", "MANAGEMENT_PORT": "\(port + 1)", "DATA_DIR": directory.path,
        ]
        try process.run()
        let deadline = ContinuousClock.now + .seconds(20)
        while process.isRunning, ContinuousClock.now < deadline {
            if let connection = try? BlockingConnection(port: port),
                let answer = try? connection.send("GET", "/health"), answer.status == 200
            {
                return process
            }
            usleep(2_000)
        }
        stop(process)
        throw BenchFailure("the server did not get ready on port \(port)")
    }

    private static func stop(_ process: Process) {
        process.terminate()
        process.waitUntilExit()
    }

    func stop() {
        Self.stop(process)
        try? FileManager.default.removeItem(at: directory)
    }

    var processIdentifier: Int32 { process.processIdentifier }

    /// User and system time of the server so far, in seconds.
    var processorSeconds: Double { ProcessorTime.of(process: processIdentifier) }

    /// Resident memory in megabytes.
    var residentMegabytes: Double { megabytes("VmRSS:") }

    /// The most that it has been, in megabytes.
    var mostResidentMegabytes: Double { megabytes("VmHWM:") }

    private func megabytes(_ name: String) -> Double {
        let status = (try? String(contentsOfFile: "/proc/\(processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Double($0) } ?? 0)
            / 1024
    }
}
