import SQLStatements
import Synchronization

/// The counters as they are counted.
final class Counting: Sendable {
    let scripts = Atomic(0)
    let statements = Atomic(0)
    let roundTrips = Atomic(0)
    let retries = Atomic(0)
    let reconnects = Atomic(0)
    let openConnections = Atomic(0)

    var now: DatabaseCounters {
        DatabaseCounters(
            scripts: scripts.load(ordering: .relaxed), statements: statements.load(ordering: .relaxed),
            roundTrips: roundTrips.load(ordering: .relaxed), retries: retries.load(ordering: .relaxed),
            reconnects: reconnects.load(ordering: .relaxed),
            openConnections: openConnections.load(ordering: .relaxed))
    }
}

extension Atomic where Value == Int {
    func count(_ number: Int = 1) { add(number, ordering: .relaxed) }
}
