import CPostgreSQL
import Foundation
import Logging
import SQLStatements

/// The thread that makes connections, so that a name that is looked up for seconds holds up nobody who has one.
final class Connector: @unchecked Sendable {  // what changes is guarded by the condition
    private let settings: ConnectionSettings
    private let timeout: Duration
    private let mailbox: Mailbox
    private let logger: Logger
    private let condition = NSCondition()
    private var needed: Int
    private var isStopping = false
    /// When nothing is under way any more, or is not waited for any longer.
    let ended = Once<Void>()

    /// A name that is being looked up cannot be given up.
    private static let closingTime = 1.0
    private static let firstPause = 0.1
    private static let longestPause = 5.0

    init(settings: ConnectionSettings, options: PostgreSQLOptions, mailbox: Mailbox, logger: Logger) {
        self.settings = settings
        self.mailbox = mailbox
        self.logger = logger
        timeout = options.connectTimeout
        needed = options.connections
    }

    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "database-connector"
        thread.start()
    }

    /// Asks for one connection more.
    func replace() {
        condition.withLock {
            needed += 1
            condition.signal()
        }
    }

    /// Gives up what is under way; a connection that was made too late is closed again.
    func stop() {
        condition.withLock {
            isStopping = true
            condition.signal()
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.closingTime) { [ended] in ended.give(()) }
    }

    private func run() {
        // A process that exits while a connection is made over TLS takes OpenSSL away from this thread, and crashes.
        defer { ended.give(()) }
        var pause = Self.firstPause
        while waitForNeed() {
            do throws(DatabaseFailure) {
                let connection = try ConnectionAttempt.open(settings.hosts, timeout: timeout)
                guard mailbox.deliver(connection) else { return PQfinish(connection.handle) }
                condition.withLock { needed -= 1 }
                pause = Self.firstPause
            } catch {
                logger.warning("no connection to the database", metadata: ["reason": "\(error)"])
                mailbox.report(error)
                rest(pause * Double.random(in: 0.5...1.5))
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// False once there is no need any more.
    private func waitForNeed() -> Bool {
        condition.withLock {
            while needed == 0, !isStopping { condition.wait() }
            return !isStopping
        }
    }

    private func rest(_ seconds: Double) {
        let end = Date(timeIntervalSinceNow: seconds)
        condition.withLock { while !isStopping, condition.wait(until: end) {} }
    }
}
