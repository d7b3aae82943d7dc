import CPostgreSQL
import Foundation
import Logging
import SQLStatements

/// The thread that owns every connection: it sends what waits, reads what comes, and wakes whoever asked.
final class Driver: @unchecked Sendable {  // all that changes is touched by its one thread only
    let settings: ConnectionSettings
    let options: PostgreSQLOptions
    let mailbox: Mailbox
    let connector: Connector
    let counting: Counting
    let logger: Logger

    /// The first connection, or why there was none.
    let started = Once<Result<Void, DatabaseFailure>>()
    let ended = Once<Void>()

    var sessions: [Session] = []
    var waiting = Waiting()
    var paused: [(until: ContinuousClock.Instant, job: Job)] = []
    var lastFailure: DatabaseFailure?
    var stopsAt: ContinuousClock.Instant?
    private var initialConnections: Int
    private let catalog = StatementCatalog()
    private var buffer = ParameterBuffer()
    private var descriptors: [pollfd] = []

    /// What is under way when the database is closed has so long.
    private static let closingTime: Duration = .seconds(10)
    /// After its time a statement is the server's to end; a server that does not say so for so long is not there.
    static let patience: Duration = .seconds(2)
    private static let largestBatch = 16

    init(settings: ConnectionSettings, options: PostgreSQLOptions, counting: Counting, logger: Logger) {
        self.settings = settings
        self.options = options
        self.counting = counting
        self.logger = logger
        mailbox = Mailbox(limit: options.queueLimit)
        connector = Connector(settings: settings, options: options, mailbox: mailbox, logger: logger)
        initialConnections = options.connections
    }

    func start() {
        connector.start()
        let thread = Thread { [self] in run() }
        thread.name = "database-driver"
        thread.start()
    }

    private func run() {
        while true {
            let now = ContinuousClock.now
            accept(mailbox.take(waiting: waiting.count + paused.count), at: now)
            resumePaused(at: now)
            dispatch()
            expire(at: now)
            if isDone { return end() }
            sleep(at: now)
            exchange()
        }
    }

    private func accept(_ mail: Mailbox.Mail, at now: ContinuousClock.Instant) {
        for connection in mail.connections { open(connection) }
        if let failure = mail.failure {
            lastFailure = failure
            started.give(.failure(failure))
        }
        waiting.append(mail.jobs)
        if mail.isStopping, stopsAt == nil {
            stopsAt = now + Self.closingTime
            connector.stop()
        }
        if mail.hasCancellation { failCancelled() }
    }

    private func open(_ connection: NewConnection) {
        let session = Session(connection, settings: settings)
        guard stopsAt == nil, session.start() else {
            session.close()
            return connector.replace()
        }
        sessions.append(session)
        lastFailure = nil
        counting.openConnections.count()
        if initialConnections > 0 { initialConnections -= 1 } else { counting.reconnects.count() }
        started.give(.success(()))
    }

    /// Sends what waits to the connections with the least to do.
    private func dispatch() {
        while let job = waiting.first {
            if job.cancellation.isCancelled {
                waiting.removeFirst()
                job.failCancelled()
                continue
            }
            guard let (session, usable) = leastBusy else { return }
            let jobs = takeBatch(spreadOver: usable)
            if session.send(jobs, catalog: catalog, buffer: &buffer), session.flush() {
                counting.roundTrips.count()
                counting.statements.count(jobs.reduce(0) { $0 + $1.script.statements.count })
            } else {
                // Nothing of an unfinished batch is done; one that was finished is among those under way.
                if session.batches.last?.jobs.first !== jobs[0] { for job in jobs.reversed() { waiting.putBack(job) } }
                lose(session)
            }
        }
    }

    /// The connection with the least to do, and how many take more.
    private var leastBusy: (Session, usable: Int)? {
        var (usable, best) = (0, Session?.none)
        for session in sessions where !session.isDraining && session.batches.count < options.pipelineDepth {
            usable += 1
            if session.load < best?.load ?? .max { best = session }
        }
        return best.map { ($0, usable) }
    }

    /// The next script, or the next that only read. They share a round trip when there are more of them than
    /// connections.
    private func takeBatch(spreadOver connections: Int) -> [Job] {
        let limit = min(Self.largestBatch, 1 + (waiting.count - 1) / connections)
        var jobs: [Job] = []
        while jobs.count < limit, let job = waiting.first, jobs.isEmpty || job.isShareable {
            jobs.append(job)
            waiting.removeFirst()
            if !job.isShareable { break }
        }
        return jobs
    }

    /// Waits until there is something to do.
    private func sleep(at now: ContinuousClock.Instant) {
        descriptors.removeAll(keepingCapacity: true)
        descriptors.append(pollfd(fd: mailbox.wakeUp.descriptor, events: Int16(POLLIN), revents: 0))
        for session in sessions {
            let events = POLLIN | (session.hasOutput ? POLLOUT : 0)
            descriptors.append(pollfd(fd: session.socket, events: Int16(events), revents: 0))
        }
        let maySleep = mailbox.fallAsleep(knowsStop: stopsAt != nil)
        _ = poll(&descriptors, nfds_t(descriptors.count), maySleep ? longestSleep(at: now) : 0)
        if maySleep { mailbox.awake() }
        if descriptors[0].revents != 0 { mailbox.wakeUp.clear() }
    }

    /// Reads from the connections that have something to read, and writes what is left to those that take it.
    private func exchange() {
        for (session, descriptor) in zip(sessions, descriptors.dropFirst()) where descriptor.revents != 0 {
            let isOpen = session.receive { decide($0) } && session.flush()
            if !isOpen || session.isDraining && session.batches.isEmpty { lose(session) }
        }
    }
}
