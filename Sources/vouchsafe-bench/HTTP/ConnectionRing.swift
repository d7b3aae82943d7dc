/// Connections to the processes of one installation, each request going to another than the one before, as it may behind
/// a load balancer.
final class ConnectionRing {
    private let connections: [BlockingConnection]
    private var turn: Int

    init(_ connections: [BlockingConnection], beginningAt turn: Int = 0) {
        (self.connections, self.turn) = (connections, turn)
    }

    var next: BlockingConnection {
        turn += 1
        return connections[turn % connections.count]
    }
}
