/// What a database elsewhere was asked since it was opened.
package struct DatabaseCounters: Sendable, Hashable {
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

    package init(
        scripts: Int, statements: Int, roundTrips: Int, retries: Int, reconnects: Int, openConnections: Int
    ) {
        self.scripts = scripts
        self.statements = statements
        self.roundTrips = roundTrips
        self.retries = retries
        self.reconnects = reconnects
        self.openConnections = openConnections
    }
}
