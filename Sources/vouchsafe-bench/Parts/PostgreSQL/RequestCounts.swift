/// What each request asks of the database, while there is only one wallet: reads of several share round trips.
struct RequestCounts {
    let kind: FlowKind
    let servers: [ServerProcess]
    let flows: Int

    func measure(_ figures: inout Figures) throws {
        let count = max(1, flows / 30)
        let log = try kind.run(count, Load(servers: servers, workers: 1, isWatching: true)).log
        for request in kind.preparation + kind.requests {
            let use = log.use(of: request)
            figures.add(request.name + " alone, processor time", use.microseconds, "us")
            figures.add(request.name + " alone, statements", use.statements, "")
            figures.add(request.name + " alone, round trips", use.roundTrips, "")
        }
    }
}
