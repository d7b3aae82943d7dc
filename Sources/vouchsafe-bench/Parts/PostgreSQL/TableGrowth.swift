/// Flows while there are few offers, many and very many, each in a database of its own.
struct TableGrowth {
    let executable: String
    let database: PostgreSQLServer
    /// The first of six.
    let port: Int
    let wallets: Int
    let runs: Int
    let flows: Int
    let offers: Int

    func measure(_ figures: inout Figures) throws {
        var servers: [ServerProcess] = []
        defer { for server in servers { server.stop() } }
        for (index, count) in [0, offers / 10, offers].enumerated() {
            let name = "growth\(index)"
            let server = try ServerProcess(
                executable: executable, port: port + 2 * index, database: database.makeDatabase(name))
            servers.append(server)
            _ = try run(flows / 4, server)
            if count > 0 { try fill(name, count) }
        }
        for server in servers { _ = try run(flows / 4, server) }
        figures.begin("offers in PostgreSQL")
        for run in 1...runs {
            try measure(servers, &figures)
            report("\(figures.part.rawValue), offers: run \(run) of \(runs)")
        }
    }

    /// The one with few offers comes first and last: how far the two are apart is the machine's noise.
    private func measure(_ servers: [ServerProcess], _ figures: inout Figures) throws {
        let rates = try (servers + [servers[0]]).map { try run(flows, $0).perSecond }
        let few = (rates[0] + rates[3]) / 2
        figures.add("flows per second, few offers", rates[0], "1/s")
        figures.add("  again", rates[3], "1/s")
        figures.add("  the one, times the other: noise", rates[3] / rates[0], "x")
        for (rate, count) in [(rates[1], offers / 10), (rates[2], offers)] {
            figures.add("flows per second, \(count) offers", rate, "1/s")
            figures.add("  with \(count), times few", rate / few, "x")
        }
    }

    private func run(_ count: Int, _ server: ServerProcess) throws -> Load.Result {
        try FlowKind.preAuthorized.run(count, Load(server: server, workers: wallets))
    }

    /// Copies of an offer that was redeemed and of its timeline, one for every ten seconds before. Identifiers begin with
    /// the milliseconds of their time and end in bytes that look like any. Nonces that were spent so long ago are
    /// forgotten, so there are none.
    private func fill(_ name: String, _ count: Int) throws {
        report("\(count) offers are put into the database")
        try database.run(
            "CREATE TABLE one AS SELECT * FROM offers WHERE redeemed_at IS NOT NULL LIMIT 1",
            """
            CREATE TABLE old AS
            SELECT substring(int8send(at / 1000) FROM 3) || substring(sha256(int8send(n)) FROM 1 FOR 12) AS id, at
            FROM generate_series(1::bigint, \(count)) n,
                LATERAL (SELECT (extract(epoch FROM now()) * 1000000)::bigint - n * 10000000 AS at) times
            ORDER BY at
            """,
            """
            INSERT INTO offers (id, configuration_ids, subject_id, failed_tries, created_at, expires_at, redeemed_at,
                token_expires_at)
            SELECT old.id, configuration_ids, subject_id, failed_tries, old.at, expires_at - created_at + old.at,
                redeemed_at - created_at + old.at, token_expires_at - created_at + old.at
            FROM old, one
            """,
            """
            INSERT INTO timeline (offer_id, at, number, step, refusal_code, refusal_reason, detail)
            SELECT old.id, event.at - created_at + old.at, number, step, refusal_code, refusal_reason, detail
            FROM old, one JOIN timeline event ON event.offer_id = one.id
            """,
            "DROP TABLE old, one", "VACUUM (ANALYZE) offers", "VACUUM (ANALYZE) timeline", "CHECKPOINT", in: name)
    }
}
