import Foundation
import SQLStatements
import Synchronization

/// Something to be written, with whoever waits for it.
struct WriteJob: Sendable {
    let script: SQLScript
    let continuation: UnsafeContinuation<Result<SQLOutcome, DatabaseFailure>, Never>

    func fail(_ failure: DatabaseFailure) { continuation.resume(returning: .failure(failure)) }
}

/// The thread that owns the writing connection.
final class SQLiteWriter: @unchecked Sendable {  // the connection is touched by its one thread only
    private struct Queue {
        var jobs: [WriteJob] = []
        var isStopping = false
    }

    /// Microseconds that a commit waits for company while requests come in together. It costs each a moment and saves
    /// most of them a commit of their own.
    private static let gathering: UInt32 = 1000
    private static let closed = DatabaseFailure(.closed, message: "the database is closed")

    /// Nil once the writer was stopped: the last connection to be closed moves the log into the database file.
    private var connection: SQLiteConnection?
    private let queue = Mutex(Queue())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let stopped = DispatchSemaphore(value: 0)

    init(connection: SQLiteConnection) {
        self.connection = connection
        let thread = Thread { [self] in
            var previous = 0
            while let jobs = next(gathering: previous > 1) {
                commit(jobs)
                previous = jobs.count
            }
            self.connection = nil
            stopped.signal()
        }
        thread.name = "database-writer"
        thread.start()
    }

    func enqueue(_ job: WriteJob) {
        let (wasEmpty, isStopping) = queue.withLock { queue in
            if queue.isStopping { return (false, true) }
            queue.jobs.append(job)
            return (queue.jobs.count == 1, false)
        }
        if isStopping { return job.fail(Self.closed) }
        if wasEmpty { wakeUp.signal() }
    }

    func stop() {
        let wasStopping = queue.withLock { queue in
            defer { queue.isStopping = true }
            return queue.isStopping
        }
        guard !wasStopping else { return }
        wakeUp.signal()
        stopped.wait()
    }

    /// Everything that waits, as soon as anything does; nil once the writer was stopped and nothing is left.
    private func next(gathering: Bool) -> [WriteJob]? {
        while true {
            wakeUp.wait()
            if gathering { usleep(Self.gathering) }
            let (jobs, isStopping) = queue.withLock { queue in
                defer { queue.jobs.removeAll(keepingCapacity: true) }
                return (queue.jobs, queue.isStopping)
            }
            if !jobs.isEmpty {
                if isStopping { wakeUp.signal() }
                return jobs
            }
            if isStopping { return nil }
        }
    }

    /// Commits the jobs together; if one of them fails, each alone, so that it harms no other.
    private func commit(_ jobs: [WriteJob]) {
        do {
            let outcomes = try transaction(jobs)
            for (job, outcome) in zip(jobs, outcomes) { job.continuation.resume(returning: .success(outcome)) }
        } catch  where jobs.count > 1 {
            for job in jobs { commit([job]) }
        } catch {
            jobs.first?.fail(error as? DatabaseFailure ?? DatabaseFailure(.other, message: "\(error)"))
        }
    }

    /// Savepoints cost more than most scripts: they are set only where a script has to be undone, once that is known.
    private func transaction(_ jobs: [WriteJob]) throws -> [SQLOutcome] {
        do {
            return try transaction(jobs) { try $0.run($1) }
        } catch is RefusedAfterChanges {
            return try transaction(jobs) { try $0.runUndoably($1) }
        }
    }

    private func transaction(
        _ jobs: [WriteJob], run: (SQLiteConnection, SQLScript) throws -> SQLOutcome
    ) throws -> [SQLOutcome] {
        guard let connection else { throw Self.closed }
        try connection.run("BEGIN IMMEDIATE")
        do {
            let outcomes = try jobs.map { try run(connection, $0.script) }
            try connection.run("COMMIT")
            return outcomes
        } catch {
            // Fails if SQLite has rolled back by itself, which is as good.
            _ = try? connection.run("ROLLBACK")
            throw error
        }
    }
}
