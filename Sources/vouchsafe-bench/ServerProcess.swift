import Foundation
import WireFormats

/// A vouchsafe server of its own, on a fresh data directory, and what it costs.
final class ServerProcess {
    let port: Int
    let managementPort: Int
    let startup: Duration
    private let process = Process()
    private let directory: URL
    let managementKey: String

    init(executable: String, port: Int) throws {
        self.port = port
        managementPort = port + 1
        directory = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-bench-\(UUID().uuidString)")
        process.executableURL = URL(filePath: executable)
        process.arguments = ["serve", "--log-level", "error"]
        process.environment = [
            "PORT": "\(port)", "MANAGEMENT_PORT": "\(managementPort)", "DATA_DIR": directory.path,
        ]
        // The first start makes keys and imports the sample; what is timed is every later one.
        try process.run()
        try Self.waitUntilReady(port)
        process.terminate()
        process.waitUntilExit()

        let second = Process()
        second.executableURL = process.executableURL
        second.arguments = process.arguments
        second.environment = process.environment
        let clock = ContinuousClock()
        let start = clock.now
        try second.run()
        try Self.waitUntilReady(port)
        startup = clock.now - start
        running = second
        managementKey = try String(contentsOf: directory.appending(path: "management.key"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private let running: Process

    private static func waitUntilReady(_ port: Int) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let connection = try? BlockingConnection(port: port),
                let answer = try? connection.send("GET", "/health"), answer.status == 200
            {
                return
            }
            usleep(2_000)
        }
        throw BenchFailure("the server did not get ready on port \(port)")
    }

    func stop() {
        running.terminate()
        running.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    /// User and system time of the server so far, in seconds.
    var processorSeconds: Double {
        let stat = (try? String(contentsOfFile: "/proc/\(running.processIdentifier)/stat", encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident memory in megabytes.
    var residentMegabytes: Double {
        let status = (try? String(contentsOfFile: "/proc/\(running.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Double($0) } ?? 0)
            / 1024
    }

    /// Pre-authorized codes for fresh offers of the sample's `enrolment` credential.
    func makeCodes(_ count: Int) throws -> [String] {
        let connection = try BlockingConnection(port: managementPort)
        let issuer = try BlockingConnection(port: port)
        let headers = "Authorization: Bearer \(managementKey)\r\nContent-Type: application/json\r\n"
        return try (0..<count).map { index in
            let person = String(format: "nmu-%05d", index % 620 + 1)
            let order: JSON = ["credential_configuration_ids": ["enrolment"], "subject": .string(person)]
            let answer = try connection.send("POST", "/offers", headers: headers, body: order.encoded())
            guard answer.status == 201, let id = try JSON(parsing: Array(answer.body))["id"]?.string else {
                throw BenchFailure("no offer: status \(answer.status)")
            }
            let offer = try issuer.send("GET", "/issuance/oid4vci/credential-offer/" + id)
            let grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
            guard let code = try JSON(parsing: Array(offer.body))["grants"]?[grant]?["pre-authorized_code"]?.string
            else { throw BenchFailure("no code in the offer") }
            return code
        }
    }
}
