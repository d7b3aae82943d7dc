import Synchronization

/// What a database has done since it was made.
package struct PostgreSQLCounters: Sendable, Hashable {
    /// Scripts that were taken.
    package let scripts: Int
    /// Statements that were sent.
    package let statements: Int
    /// Round trips to the server. Short reads that wait together share one.
    package let roundTrips: Int
    /// Scripts that were run again.
    package let retries: Int
    /// Connections made in place of lost ones.
    package let reconnects: Int
    /// Connections that are open now.
    package let openConnections: Int
}

/// The counters as they are counted.
final class Counting: Sendable {
    let scripts = Atomic(0)
    let statements = Atomic(0)
    let roundTrips = Atomic(0)
    let retries = Atomic(0)
    let reconnects = Atomic(0)
    let openConnections = Atomic(0)

    var now: PostgreSQLCounters {
        PostgreSQLCounters(
            scripts: scripts.load(ordering: .relaxed), statements: statements.load(ordering: .relaxed),
            roundTrips: roundTrips.load(ordering: .relaxed), retries: retries.load(ordering: .relaxed),
            reconnects: reconnects.load(ordering: .relaxed),
            openConnections: openConnections.load(ordering: .relaxed))
    }
}

extension Atomic where Value == Int {
    func count(_ number: Int = 1) { add(number, ordering: .relaxed) }
}
