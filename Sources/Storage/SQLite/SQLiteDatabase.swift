import CSQLite
package import Foundation
import SQLStatements
import Synchronization

/// A SQLite database: one writing thread that commits together what waits together, and connections to read with.
///
/// Several processes may open the same file: every transaction that writes begins by taking the write lock.
package final class SQLiteDatabase: Sendable {
    private let path: String
    private let writer: SQLiteWriter
    private let readers: Mutex<[SQLiteReader]>

    /// Opens the file, makes it if it is not there, and brings its schema up to date.
    package init(path: String, at instant: Date) throws {
        self.path = path
        let connection = try SQLiteConnection(path: path, mode: .readWrite)
        try Migrations.run(on: connection, at: instant)
        writer = SQLiteWriter(connection: connection)
        readers = Mutex([])
    }

    /// Runs `job` in a transaction that may hold other jobs too, and returns once it is on the disk.
    ///
    /// A job that throws leaves nothing behind. It may be run twice, so it must do nothing but use the connection.
    package func write<T: Sendable>(_ job: @escaping @Sendable (SQLiteConnection) throws -> T) async throws -> T {
        try await withUnsafeThrowingContinuation { continuation in
            writer.enqueue(WriteJob(job, continuation))
        }
    }

    /// Runs `job` against the last committed state.
    package func read<T>(_ job: (SQLiteConnection) throws -> T) throws -> T {
        let reader = try readers.withLock { $0.popLast() } ?? SQLiteReader(path: path)
        defer { readers.withLock { $0.append(reader) } }
        return try job(reader.connection)
    }

    /// Finishes the jobs that wait and lets go of the file.
    package func close() {
        writer.stop()
        readers.withLock { $0.removeAll() }
    }
}

/// A connection that only one reader has at a time.
private final class SQLiteReader: @unchecked Sendable {  // taken out of the pool under a lock by whoever uses it
    let connection: SQLiteConnection

    init(path: String) throws {
        connection = try SQLiteConnection(path: path, mode: .readOnly)
    }
}

/// Something to be written, with whoever waits for it.
private struct WriteJob: Sendable {
    /// Runs the statements; gives what to do once they are committed.
    let run: @Sendable (SQLiteConnection) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void

    init<T: Sendable>(
        _ job: @escaping @Sendable (SQLiteConnection) throws -> T,
        _ continuation: UnsafeContinuation<T, any Error>
    ) {
        run = { connection in
            let result = try job(connection)
            return { continuation.resume(returning: result) }
        }
        fail = { continuation.resume(throwing: $0) }
    }
}

/// The thread that owns the writing connection.
private final class SQLiteWriter: @unchecked Sendable {  // the connection is touched by its one thread only
    private struct Queue {
        var jobs: [WriteJob] = []
        var isStopping = false
    }

    /// Microseconds that a commit waits for company while requests come in together. It costs each a moment and saves
    /// most of them a commit of their own.
    private static let gathering: UInt32 = 1000
    private static let closed = DatabaseFailure(.closed, code: String(SQLITE_MISUSE), message: "the database is closed")

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
            for done in try transaction(jobs) { done() }
        } catch  where jobs.count > 1 {
            for job in jobs { commit([job]) }
        } catch {
            jobs.first?.fail(error)
        }
    }

    private func transaction(_ jobs: [WriteJob]) throws -> [@Sendable () -> Void] {
        guard let connection else { throw Self.closed }
        try connection.run("BEGIN IMMEDIATE")
        do {
            let done = try jobs.map { try $0.run(connection) }
            try connection.run("COMMIT")
            return done
        } catch {
            // Fails if SQLite has rolled back by itself, which is as good.
            _ = try? connection.run("ROLLBACK")
            throw error
        }
    }
}
