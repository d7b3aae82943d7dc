import ArgumentParser
import Foundation
import WireFormats

@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vouchsafe-bench",
        abstract: "Measures whole issuance flows beside the machine's own limit for the same cryptography.")

    @Option(help: "The server to measure.")
    var server: String

    @Option(help: "Runs; medians are reported.")
    var runs = 5

    @Option(help: "Flows in each run.")
    var flows = 3_000

    @Option(help: "Wallets at a time.")
    var wallets = 16

    @Option(help: "Flows before memory is read; 0 leaves that out.")
    var memoryAfter = 0

    @Option(help: "The first of two free ports.")
    var port = 18_480

    @Option(help: "Also write the figures to this JSON file.")
    var json: String?

    func run() throws {
        var report = BenchReport()
        let process = try ServerProcess(executable: server, port: port)
        defer { process.stop() }
        report.startup =
            Double(process.startup.components.attoseconds) * 1e-15
            + Double(process.startup.components.seconds) * 1e3
        let load = FlowLoad(server: process, wallets: wallets)
        // One run that is not counted: connections, caches and statements are made.
        _ = try load.run(codes: process.makeCodes(flows / 4))
        for run in 1...runs {
            let limit = try CryptographyLimit.signAndVerify()
            let result = try load.run(codes: process.makeCodes(flows))
            report.add(limit: limit, alone: try CryptographyLimit.issueAlone(), result)
            FileHandle.standardError.write(Data("run \(run) of \(runs)\n".utf8))
        }
        var done = flows / 4 + runs * flows
        while done < memoryAfter {
            let portion = min(10_000, memoryAfter - done)
            _ = try load.run(codes: process.makeCodes(portion))
            done += portion
            FileHandle.standardError.write(Data("\(done) issuances\n".utf8))
        }
        report.issuances = done
        report.residentMegabytes = process.residentMegabytes
        print(report.table)
        if let json { try Data(report.json.encoded()).write(to: URL(filePath: json)) }
    }
}
