import Foundation
import WireFormats

/// A market's own program, `vouchsafe market`, in a folder of its own.
final class MarketProcess {
    let port: Int
    private let executable: String
    private let folder: URL
    private var process: Process?

    var uri: String { "http://localhost:\(port)" }
    var processIdentifier: Int32 { process?.processIdentifier ?? 0 }
    private var settings: [String] { ["--config", folder.appending(path: "market.json").path] }

    /// Keys, settings, and the document to register the market with.
    init(executable: String, port: Int, id: String, hub: String) throws {
        guard (try? BlockingConnection(port: port)) == nil else {
            throw BenchFailure("another program listens on port \(port)")
        }
        (self.executable, self.port) = (executable, port)
        folder = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-bench-\(UUID().uuidString)")
        try run("init", [folder.path, "--id", id, "--hub", hub, "--market-uri", uri, "--trust-ledger"])
    }

    func organization() throws -> JSON {
        try JSON(parsing: Array(Data(contentsOf: folder.appending(path: "organization.json"))))
    }

    func trust(_ provider: String, keys: JSON) throws {
        let file = try write(keys, "partner.json")
        try run("trust", [provider, "--jwks", file] + settings)
    }

    /// Pushes digests of values that the market keeps.
    func say(_ rows: JSON, of scope: String) throws {
        let file = try write(rows, "rows.json")
        try run("digest", [file, "--scope", scope] + settings)
    }

    func start() throws {
        let process = try command("serve", settings)
        self.process = process
        let deadline = ContinuousClock.now + .seconds(20)
        while process.isRunning, ContinuousClock.now < deadline {
            if let connection = try? BlockingConnection(port: port),
                let answer = try? connection.send("GET", "/jwks"), answer.status == 200
            {
                return
            }
            usleep(2_000)
        }
        throw BenchFailure("the market did not get ready on port \(port)")
    }

    func stop() {
        process?.terminate()
        process?.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Resident memory in megabytes.
    var residentMegabytes: Double { ProcessMemory.megabytes("VmRSS:", of: processIdentifier) }

    private func write(_ json: JSON, _ name: String) throws -> String {
        let file = folder.appending(path: name)
        try Data(json.encoded()).write(to: file)
        return file.path
    }

    private func run(_ name: String, _ arguments: [String]) throws {
        let process = try command(name, arguments)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchFailure("vouchsafe market \(name) failed") }
    }

    private func command(_ name: String, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = ["market", name] + arguments
        process.environment = [:]
        process.standardOutput = FileHandle.nullDevice
        if name == "serve" { process.standardError = FileHandle.nullDevice }
        try process.run()
        return process
    }
}
