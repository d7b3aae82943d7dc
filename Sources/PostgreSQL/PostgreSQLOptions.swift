/// How a PostgreSQL database is used. The URL may say `connections`, `prepared_statements` and
/// `explicit_transactions` itself.
package struct PostgreSQLOptions: Sendable {
    /// Connections that are kept open.
    package var connections = 8
    /// How long a script waits to be sent while there is no connection.
    package var acquireTimeout: Duration = .seconds(5)
    /// How long one attempt to connect to one host may take.
    package var connectTimeout: Duration = .seconds(5)
    /// How long a statement may run. The server ends it then, which is a failure of kind `timeout`.
    ///
    /// Set when a connection is made, so not where `preparedStatements` is off: a pooler between takes no settings. A
    /// connection over which nothing comes for two seconds longer is given up in any case.
    package var statementTimeout: Duration = .seconds(10)
    /// How many scripts may wait to be sent; one more fails at once.
    package var queueLimit = 10_000
    /// How many round trips one connection has under way at most.
    package var pipelineDepth = 16
    /// How often a script is run again that stood in another's way (SQLSTATE 40001, 40P01).
    package var retries = 5
    /// Off for poolers that give each transaction another connection, such as pgbouncer in transaction mode.
    package var preparedStatements = true
    /// BEGIN and COMMIT around what is one transaction, for servers that do not make a pipeline one by themselves.
    package var explicitTransactions = false
    /// The name in the server's list of connections.
    package var applicationName = "vouchsafe"

    package init() {}
}
