/// Flows with PostgreSQL, each run between two with SQLite: what the machine does otherwise meets both.
struct EngineComparison {
    let kind: FlowKind
    let sqlite: ServerProcess
    let postgresql: ServerProcess
    let database: PostgreSQLServer
    let wallets: Int
    let runs: Int
    let flows: Int

    func measure(_ figures: inout Figures) throws {
        let other = Load(servers: [postgresql], workers: wallets, database: database)
        _ = try kind.run(flows / 4, other)
        _ = try runSQLite(flows / 4)
        var before = try runSQLite(flows)
        addSQLite(before, &figures)
        for run in 1...runs {
            let result = try kind.run(flows, other)
            let after = try runSQLite(flows)
            addSQLite(after, &figures)
            figures.begin("\(kind.name), PostgreSQL")
            figures.add(database: result)
            figures.add(
                "  processor time, times SQLite's",
                result.microseconds * 2 / (before.microseconds + after.microseconds), "x")
            figures.add(
                "  flows per second, times SQLite's", result.perSecond * 2 / (before.perSecond + after.perSecond), "x")
            figures.add(result.log, kind.preparation + kind.requests)
            before = after
            report("\(figures.part.rawValue), \(kind.name): run \(run) of \(runs)")
        }
        try RequestCounts(kind: kind, servers: [postgresql], flows: flows).measure(&figures)
    }

    private func runSQLite(_ count: Int) throws -> Load.Result {
        try kind.run(count, Load(server: sqlite, workers: wallets))
    }

    private func addSQLite(_ result: Load.Result, _ figures: inout Figures) {
        figures.begin("\(kind.name), SQLite")
        figures.add("server processor time per flow", result.microseconds, "us")
        figures.add("flows per second", result.perSecond, "1/s")
        figures.add(result.log, kind.requests)
    }
}
