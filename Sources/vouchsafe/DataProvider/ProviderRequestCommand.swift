import ArgumentParser
import DataSharing
import Foundation
import ServiceProvider
import Verifier
import WireFormats

/// `vouchsafe provider request`: asks a person, shows what came, and what it rests on.
struct ProviderRequestCommand: AsyncParsableCommand {
    private static let patience = Duration.seconds(10 * 60)

    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Asks a person for data, and verifies what comes.",
        discussion: """
            Sends the browser to the hub and waits for it on a port of this machine. Exit code 0 only if all that came \
            is verified, nothing is missing, and no chain that was looked at says otherwise.
            """)

    @OptionGroup var order: OrderOptions
    @OptionGroup var options: ProviderOptions
    @OptionGroup var anchor: AnchorNodeOptions

    @Flag(help: "Print the address instead of opening a browser.")
    var printUrl = false

    @Option(help: ArgumentHelp("Open the address with this command.", valueName: "command"))
    var browser: String?

    @Option(help: ArgumentHelp("Listen on this port for the answer (default: any).", valueName: "port"))
    var redirectPort = 0

    @Option(help: ArgumentHelp("How long to ask again for what is not there yet.", valueName: "seconds"))
    var wait = 30

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let order = try order.order()
        let connection = try await options.open().connect(nodes: try anchor.nodes())
        let received = try await LoopbackRedirect.with(path: "/callback", port: redirectPort) { redirect in
            let pending = try await connection.requests.begin(order, redirectURI: redirect.uri)
            try show(pending.url)
            return try await connection.requests.finish(
                pending, redirectedTo: try await redirect.answer(within: Self.patience))
        }
        let report = await connection.report(try await complete(received, connection))
        if json { printJSON(report.json) } else { print(ReportText.text(of: report)) }
        guard report.isComplete else { throw ExitCode.failure }
    }

    private func complete(
        _ first: ReceivedSharing, _ connection: ProviderConnection
    ) async throws -> ReceivedSharing {
        var received = first
        let end = ContinuousClock.now + .seconds(wait)
        while received.isPending, ContinuousClock.now < end {
            try await Task.sleep(for: .seconds(1))
            received = try await connection.requests.again(received)
        }
        return received
    }

    private func show(_ url: String) throws {
        if printUrl {
            FileHandle.standardError.write(Data((url.printable(limit: 8000) + "\n").utf8))
            return
        }
        if let browser {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = browser.split(separator: " ").map(String.init) + [url]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            return
        }
        let isOpened = SystemBrowser.open(url)
        let hint = isOpened ? "Go on in the browser. If none opens, go to:" : "Open in a browser:"
        FileHandle.standardError.write(Data("\(hint)\n\(url.printable(limit: 8000))\n".utf8))
    }
}

/// A report as people read it in a terminal.
enum ReportText {
    static func text(of report: SharedDataReport) -> String {
        var lines: [String] = []
        for scope in report.scopes {
            lines.append("\(scope.scope) version \(scope.version), from \(scope.market):")
            for member in scope.values.members {
                lines.append("  \(member.name): \((member.value.string ?? member.value.description).printable())")
            }
            let end = Date(timeIntervalSince1970: Double(min(scope.until, 253_402_300_799)))
            lines.append("  until \(end.formatted(.iso8601))")
            lines += relied(on: scope)
        }
        for entry in report.refused {
            lines.append("\(entry.scope): NOT BELIEVED: \(entry.refusal.sentence.printable())")
        }
        for entry in report.pending { lines.append("\(entry.scope): not there yet: \(entry.reason.text.printable())") }
        lines += report.anchors.map { $0.sentence.printable() }
        return lines.joined(separator: "\n")
    }

    private static func relied(on scope: SharedScopeReport) -> [String] {
        switch scope.source {
        case .person: return ["  typed by the person: nobody vouches for it"]
        case .market(let keyID, _, let hash, let ledger, _):
            let place =
                ledger.checkpointSize.map { "in a checkpoint of \($0) entries" } ?? "not verified: no log is configured"
            let seen = ledger.witnesses.isEmpty ? "no witness" : ledger.witnesses.joined(separator: ", ")
            return [
                "  signed by the market's key \(keyID.printable())",
                "  digest \(hash.text)",
                "  ledger \(ledger.log.printable()), entry \(ledger.index), \(place), seen by \(seen.printable())",
            ]
        }
    }
}
