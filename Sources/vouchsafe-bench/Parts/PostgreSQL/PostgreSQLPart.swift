/// The same flows with PostgreSQL as the database: beside SQLite, by several processes, and as the tables grow.
struct PostgreSQLPart {
    let executable: String
    let database: PostgreSQLServer
    /// The first of ten.
    let port: Int
    let wallets: Int
    let runs: Int
    let flows: Int
    let offers: Int

    static let processes = 4

    func measure(_ figures: inout Figures) throws {
        let sqlite = try ServerProcess(executable: executable, port: port)
        defer { sqlite.stop() }
        let postgresql = try ServerProcess(
            executable: executable, port: port + 2, database: database.makeDatabase("flows"))
        defer { postgresql.stop() }
        for kind in [.preAuthorized, .authorizationCode(try SamplePeople(of: executable))] as [FlowKind] {
            try EngineComparison(
                kind: kind, sqlite: sqlite, postgresql: postgresql, database: database, wallets: wallets, runs: runs,
                flows: flows
            ).measure(&figures)
        }
        try measureProcesses(beside: postgresql, &figures)
        try TableGrowth(
            executable: executable, database: database, port: port + 4, wallets: wallets, runs: runs, flows: flows,
            offers: offers
        ).measure(&figures)
    }

    /// Each request of a flow goes to another process than the one before.
    private func measureProcesses(beside first: ServerProcess, _ figures: inout Figures) throws {
        var servers = [first]
        defer { for server in servers.dropFirst() { server.stop() } }
        for number in 1..<Self.processes {
            servers.append(try ServerProcess(beside: first, port: first.port + 2 * number))
        }
        let kind = FlowKind.preAuthorized
        let load = Load(servers: servers, workers: wallets, database: database)
        _ = try kind.run(flows / 4, load)
        figures.begin("\(kind.name), \(Self.processes) processes")
        for run in 1...runs {
            let result = try kind.run(flows, load)
            figures.add(database: result)
            figures.add(result.log, kind.requests)
            report("\(figures.part.rawValue), \(Self.processes) processes: run \(run) of \(runs)")
        }
        try RequestCounts(kind: kind, servers: servers, flows: flows).measure(&figures)
    }
}

extension Figures {
    /// What flows with PostgreSQL cost.
    mutating func add(database result: Load.Result) {
        add("server processor time per flow", result.microseconds, "us")
        add("PostgreSQL's own processor time per flow", result.databaseMicroseconds, "us")
        add("load's processor time per flow", result.loadMicroseconds, "us")
        add("flows per second", result.perSecond, "1/s")
        add("statements per flow", result.use.statements / Double(result.count), "")
        add("round trips per flow", result.use.roundTrips / Double(result.count), "")
    }
}
