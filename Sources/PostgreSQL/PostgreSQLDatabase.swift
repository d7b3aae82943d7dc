import Foundation
package import Logging
package import SQLStatements
import Synchronization

/// A PostgreSQL database: connections in pipeline mode over which one thread sends scripts and reads answers.
///
/// A script takes one round trip. Scripts of several tasks share connections, each behind the other without waiting
/// for its answer.
///
/// The URL is one that libpq reads, with one host or several (`postgresql://user:password@a,b/name`), of which the
/// first that takes writes is used. For hosts other than this machine TLS is required unless the URL says
/// `sslmode=disable`; `sslmode=verify-full&sslrootcert=…` also proves who answers. Three parameters are ours:
/// `connections=8`, `prepared_statements=off` for poolers such as pgbouncer in transaction mode, and
/// `explicit_transactions=on`.
package final class PostgreSQLDatabase: SQLDatabase {
    private enum State {
        case idle
        case running(Driver)
        case closed
    }

    let settings: ConnectionSettings
    let options: PostgreSQLOptions
    let logger: Logger
    private let counting = Counting()
    private let state = Mutex(State.idle)

    /// Reads the URL; nothing is connected. Throws a failure of kind `misconfigured`.
    package init(
        url: String, options: PostgreSQLOptions = PostgreSQLOptions(), logger: Logger
    ) throws(DatabaseFailure) {
        settings = try ConnectionSettings(url: url, options: options)
        var options = options
        options.connections = settings.connections
        self.options = options
        self.logger = logger
    }

    deinit {
        if case .running(let driver) = state.withLock({ $0 }) { driver.mailbox.stop() }
    }

    package var counters: DatabaseCounters { counting.now }
    package var isServer: Bool { true }
    package var usage: DatabaseCounters? { counters }

    package func clockDifference() async throws(DatabaseFailure) -> Duration? {
        let before = Date()
        let rows = try await query(
            SQLStatement("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"))
        let middle = before.addingTimeInterval(Date().timeIntervalSince(before) / 2)
        return .microseconds(rows[0].integer(0) - Int64(middle.timeIntervalSince1970 * 1_000_000))
    }

    /// Makes the first connection and has the others made. Throws what stands against it; it may be called again then.
    package func start() async throws(DatabaseFailure) {
        let driver = Driver(settings: settings, options: options, counting: counting, logger: logger)
        let isIdle = state.withLock { state in
            guard case .idle = state else { return false }
            state = .running(driver)
            return true
        }
        guard isIdle else { throw DatabaseFailure(.closed, message: "the database is started or closed already") }
        driver.start()
        guard case .failure(let failure) = await driver.started.value else { return }
        driver.mailbox.stop()
        await driver.ended.value
        state.withLock { if case .running = $0 { $0 = .idle } }
        throw failure
    }

    /// Runs a script; returns once its changes are on the disk.
    package func run(_ script: SQLScript) async throws(DatabaseFailure) -> SQLOutcome {
        guard !script.statements.isEmpty else { return .done([]) }
        try script.checkParameters()
        guard case .running(let driver) = state.withLock({ $0 }) else {
            throw DatabaseFailure(.closed, message: "the database is not open")
        }
        counting.scripts.count()
        let cancellation = Cancellation()
        let deadline = ContinuousClock.now + options.acquireTimeout
        let result: JobResult = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                driver.mailbox.submit(
                    Job(script, cancellation: cancellation, waitsUntil: deadline, continuation: continuation))
            }
        } onCancel: {
            cancellation.cancel()
            driver.mailbox.noteCancellation()
        }
        return try result.get()
    }

    /// Takes no more scripts, waits for those that were taken, at most ten seconds, and lets go of the connections.
    package func close() async {
        let driver: Driver? = state.withLock { state in
            defer { state = .closed }
            guard case .running(let driver) = state else { return nil }
            return driver
        }
        driver?.mailbox.stop()
        await driver?.ended.value
        await driver?.connector.ended.value
    }
}
