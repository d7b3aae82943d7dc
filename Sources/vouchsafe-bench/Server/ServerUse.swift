import Foundation

/// What servers have used so far.
struct ServerUse: Sendable {
    /// User and system time.
    var processorSeconds = 0.0
    /// What a database elsewhere was asked; zero with SQLite.
    var statements = 0.0
    var roundTrips = 0.0

    static func + (left: ServerUse, right: ServerUse) -> ServerUse {
        ServerUse(
            processorSeconds: left.processorSeconds + right.processorSeconds,
            statements: left.statements + right.statements, roundTrips: left.roundTrips + right.roundTrips)
    }

    static func / (total: ServerUse, count: Int) -> ServerUse {
        let count = Double(count)
        return ServerUse(
            processorSeconds: total.processorSeconds / count, statements: total.statements / count,
            roundTrips: total.roundTrips / count)
    }

    /// In microseconds.
    var microseconds: Double { processorSeconds * 1e6 }
}

/// Reads what servers have used.
struct ServerMeter: Sendable {
    private struct Place {
        let process: Int32
        let managementPort: Int
        let headers: String
        let hasMetrics: Bool
    }

    private var places: [Place]

    /// - Parameter others: further processes whose processor time counts.
    init(_ servers: [ServerProcess], and others: [Int32] = []) {
        places = servers.map {
            Place(
                process: $0.processIdentifier, managementPort: $0.managementPort, headers: $0.managementHeaders,
                hasMetrics: $0.database != nil)
        }
        places += others.map { Place(process: $0, managementPort: 0, headers: "", hasMetrics: false) }
    }

    /// What is used from then on is what ``end(_:)`` tells. Its own requests are not among it.
    func begin() throws -> ServerUse {
        let (statements, roundTrips) = try counted()
        return ServerUse(processorSeconds: processorSeconds, statements: statements, roundTrips: roundTrips)
    }

    func end(_ begun: ServerUse) throws -> ServerUse {
        let seconds = processorSeconds
        let (statements, roundTrips) = try counted()
        return ServerUse(
            processorSeconds: seconds - begun.processorSeconds, statements: statements - begun.statements,
            roundTrips: roundTrips - begun.roundTrips)
    }

    private var processorSeconds: Double { places.reduce(0) { $0 + ProcessorTime.of(process: $1.process) } }

    private func counted() throws -> (statements: Double, roundTrips: Double) {
        var (statements, roundTrips) = (0.0, 0.0)
        for place in places where place.hasMetrics {
            let answer = try BlockingConnection(port: place.managementPort)
                .send("GET", "/metrics", headers: place.headers).check("metrics", status: 200)
            statements += try Self.value("\ndatabase_statements_total ", in: answer.body)
            roundTrips += try Self.value("\ndatabase_round_trips_total ", in: answer.body)
        }
        return (statements, roundTrips)
    }

    private static func value(_ name: StaticString, in metrics: [UInt8]) throws -> Double {
        guard let start = metrics.end(of: name),
            let value = Double(String(decoding: metrics[start...].prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self))
        else { throw BenchFailure("the metrics have none of the database") }
        return value
    }
}
