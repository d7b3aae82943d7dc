import ArgumentParser
import Foundation
import WireFormats

/// What can be measured apart.
enum Part: String, CaseIterable, ExpressibleByArgument {
    case preAuthorized = "pre-authorized"
    case authorizationCode = "authorization-code"
    case clientCredentials = "client-credentials"
    case password
    case memory
    case postgresql
    case ledger
    case sharing
    case pushes
}

@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vouchsafe-bench",
        abstract: "Measures a server beside the machine's own limit for the same cryptography.")

    @Argument(help: ArgumentHelp("Parts to measure (default: all).", valueName: "part"))
    var parts: [Part] = []

    @Option(help: "The server to measure.")
    var server: String

    @Option(help: "Runs; medians are reported.")
    var runs = 5

    @Option(help: "Flows in each run, by pre-authorized or by authorization code.")
    var flows = 3_000

    @Option(help: "Wallets or browsers at a time.")
    var wallets = 48

    @Option(help: "Pre-authorized flows before memory is read; 0 leaves that out.")
    var memoryAfter = 0

    @Option(help: "Client-credentials grants in each run; with private_key_jwt a quarter of that.")
    var grants = 20_000

    @Option(help: "Connections at a time for client-credentials grants.")
    var connections = 32

    @Option(help: "Password logins in each run.")
    var logins = 100

    @Option(help: "Sessions, and as many tokens, before the memory that they take is read.")
    var sessions = 5_000

    @Option(help: "Offers that are put into the largest of PostgreSQL's databases before flows are measured.")
    var offers = 1_000_000

    @Option(help: "Entries that are put into the ledger in each run.")
    var entries = 20_000

    @Option(help: "Entries of the ledger whose proofs are measured.")
    var ledgerSize = 10_000_000

    @Option(help: "Sharings of a scope that a market keeps in each run.")
    var shared = 1_000

    @Option(help: "Digests that are pushed in each run.")
    var pushed = 20_000

    @Option(help: "The first of two free ports, of three for sharing, of ten where PostgreSQL is measured.")
    var port = 18_480

    @Option(help: "Also write the figures to this JSON file.")
    var json: String?

    func validate() throws {
        guard
            [runs, flows, wallets, grants, connections, logins, sessions, offers, entries, ledgerSize, shared, pushed]
                .allSatisfy({
                    $0 > 0
                })
        else {
            throw ValidationError("Numbers must be positive.")
        }
        guard wallets <= SamplePeople.atATime else {
            throw ValidationError("--wallets: the attempts of the sample's people allow \(SamplePeople.atATime).")
        }
    }

    func run() throws {
        var figures = JSONObject()
        for part in Part.allCases where parts.isEmpty || parts.contains(part) {
            guard let measured = try measure(part) else { continue }
            // At once, also into a file or a pipe: parts take their time.
            FileHandle.standardOutput.write(Data((measured.table + "\n\n").utf8))
            figures[part.rawValue] = measured.json
        }
        if let json { try Data(JSON.object(figures).encoded()).write(to: URL(filePath: json)) }
    }

    /// A server of its own for each part, so that none is measured with what another has left behind.
    private func measure(_ part: Part) throws -> Figures? {
        if part == .postgresql { return try measurePostgreSQL() }
        if part == .ledger { return try measureLedger() }
        if part == .sharing { return try measureSharing() }
        let process = try ServerProcess(executable: server, port: port)
        defer { process.stop() }
        var figures = Figures(of: part)
        switch part {
        case .preAuthorized:
            try PreAuthorizedPart(server: process, wallets: wallets, runs: runs, flows: flows, memoryAfter: memoryAfter)
                .measure(&figures)
        case .authorizationCode:
            try AuthorizationCodePart(server: process, wallets: wallets, runs: runs, flows: flows).measure(&figures)
        case .clientCredentials:
            try ClientCredentialsPart(server: process, connections: connections, runs: runs, grants: grants)
                .measure(&figures)
        case .password:
            try PasswordPart(server: process, browsers: wallets, runs: runs, logins: logins).measure(&figures)
        case .memory:
            try MemoryPart(server: process, browsers: wallets, connections: connections, count: sessions)
                .measure(&figures)
        case .pushes:
            try PushesPart(server: process, connections: connections, runs: runs, digests: pushed).measure(&figures)
        case .postgresql, .ledger, .sharing: break
        }
        return figures
    }

    private func measureSharing() throws -> Figures {
        let installation = try SharingInstallation(executable: server, port: port)
        defer { installation.stop() }
        var figures = Figures(of: .sharing)
        try SharingPart(installation: installation, browsers: wallets, runs: runs, flows: shared)
            .measure(&figures)
        return figures
    }

    private func measureLedger() throws -> Figures {
        let part = LedgerPart(runs: runs, entries: entries, logSize: ledgerSize, pushers: wallets)
        return try waiting {
            var figures = Figures(of: .ledger)
            try await part.measure(&figures)
            return figures
        }
    }

    /// Nil where there is no PostgreSQL.
    private func measurePostgreSQL() throws -> Figures? {
        guard PostgreSQLServer.isInstalled else {
            report("POSTGRESQL IS LEFT OUT: there is no PostgreSQL 15 (script/dependencies bench installs it)")
            return nil
        }
        var figures = Figures(of: .postgresql)
        let database = try PostgreSQLServer()
        defer { database.stop() }
        try PostgreSQLPart(
            executable: server, database: database, port: port, wallets: wallets, runs: runs, flows: flows,
            offers: offers
        ).measure(&figures)
        return figures
    }
}

/// Says how far a measurement has come.
func report(_ progress: String) {
    FileHandle.standardError.write(Data((progress + "\n").utf8))
}

struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
