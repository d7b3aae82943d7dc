import Foundation

/// A vouchsafe server of its own, and what it costs.
final class ServerProcess {
    let executable: String
    let port: Int
    let managementPort: Int
    let managementKey: String
    /// Seconds from exec to the first answered request.
    let startup: Double
    /// The URL of the database; nil if that is SQLite's, in the data directory.
    let database: String?
    private let directory: URL
    private let isFirst: Bool
    private let process: Process

    /// A server on a fresh data directory.
    ///
    /// - Parameters:
    ///   - database: the URL of one that is empty.
    ///   - settings: what the sample's configuration has not, as YAML.
    init(executable: String, port: Int, database: String? = nil, settings: String = "") throws {
        (self.executable, self.port, self.database, managementPort) = (executable, port, database, port + 1)
        isFirst = true
        directory = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-bench-\(UUID().uuidString)")
        try Self.checkFree(port)
        var start = Start(executable: executable, port: port, directory: directory, database: database)
        // The first start makes keys and imports the sample; what is timed is every later one.
        try Self.stop(start.run())
        if !settings.isEmpty {
            start.configuration = try Self.configuration(
                in: directory, by: executable, port: port, adding: settings)
        }
        let clock = ContinuousClock()
        let before = clock.now
        process = try start.run()
        startup = (clock.now - before).inSeconds
        managementKey = try Self.managementKey(in: directory)
    }

    /// One more process of the same installation, at a port of its own.
    init(beside first: ServerProcess, port: Int) throws {
        (executable, self.port, database, managementPort) = (first.executable, port, first.database, port + 1)
        (isFirst, directory, startup, managementKey) = (false, first.directory, 0, first.managementKey)
        try Self.checkFree(port)
        let configuration = try Self.configuration(
            in: first.directory, by: first.executable, port: first.port)
        process = try Start(
            executable: executable, port: port, directory: directory, database: database, configuration: configuration
        ).run()
    }

    /// What a server is started with.
    private struct Start {
        let executable: String
        let port: Int
        let directory: URL
        let database: String?
        var configuration: URL?

        /// A process that answers.
        func run() throws -> Process {
            let process = Process()
            process.executableURL = URL(filePath: executable)
            process.arguments =
                ["serve", "--log-level", "error"] + (configuration.map { ["--config", $0.path] } ?? [])
            process.environment = [
                "PORT": "\(port)", "MANAGEMENT_PORT": "\(port + 1)", "DATA_DIR": directory.path,
                "DATABASE_URL": database ?? "",
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
            ServerProcess.stop(process)
            throw BenchFailure("the server did not get ready on port \(port)")
        }
    }

    private static func checkFree(_ port: Int) throws {
        for taken in [port, port + 1] where (try? BlockingConnection(port: taken)) != nil {
            throw BenchFailure("another program listens on port \(taken)")
        }
    }

    private static func managementKey(in directory: URL) throws -> String {
        try String(contentsOf: directory.appending(path: "management.key"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The sample's configuration with the address of this server, which several processes must agree on.
    private static func configuration(
        in directory: URL, by executable: String, port: Int, adding settings: String = ""
    ) throws -> URL {
        let folder = directory.appending(path: "sample")
        let file = folder.appending(path: "vouchsafe.yaml")
        guard !FileManager.default.fileExists(atPath: file.path) else { return file }
        try SampleFolder.make(folder, by: executable)
        let sample = try String(contentsOf: file, encoding: .utf8)
        try Data("server: {public_url: \"http://localhost:\(port)\"}\n\(settings)\(sample)".utf8).write(to: file)
        return file
    }

    private static func stop(_ process: Process) {
        process.terminate()
        process.waitUntilExit()
    }

    func stop() {
        Self.stop(process)
        if isFirst { try? FileManager.default.removeItem(at: directory) }
    }

    var processIdentifier: Int32 { process.processIdentifier }

    /// Resident memory in megabytes.
    var residentMegabytes: Double { ProcessMemory.megabytes("VmRSS:", of: processIdentifier) }

    /// The most that it has been, in megabytes.
    var mostResidentMegabytes: Double { ProcessMemory.megabytes("VmHWM:", of: processIdentifier) }
}
