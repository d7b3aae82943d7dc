import Foundation
import Synchronization

/// Does the same thing over and over, on a connection of its own.
protocol LoadWorker {
    /// - Parameter index: which of all the times this is, from zero.
    func work(_ index: Int, _ log: inout RequestLog) async throws
}

/// Workers that put load on a server at the same time, shared out among a thread for each processor.
struct Load {
    /// The processes of one installation.
    let servers: [ServerProcess]
    let workers: Int
    /// Notes what the servers use for each request; only for one worker.
    var isWatching = false
    /// Where the servers keep what they keep, if what that costs is to be told.
    var database: PostgreSQLServer?
    /// Other processes that work for the same requests.
    var others: [Int32] = []

    init(server: ServerProcess, workers: Int, isWatching: Bool = false) {
        self.init(servers: [server], workers: workers, isWatching: isWatching)
    }

    init(servers: [ServerProcess], workers: Int, isWatching: Bool = false, database: PostgreSQLServer? = nil) {
        (self.servers, self.workers, self.isWatching, self.database) = (servers, workers, isWatching, database)
    }

    struct Result {
        let count: Int
        let elapsed: Double
        /// Of the servers.
        let use: ServerUse
        /// Of the database's own processes.
        let databaseSeconds: Double
        /// Of this process, which shares the machine.
        let loadSeconds: Double
        var log: RequestLog

        var perSecond: Double { Double(count) / elapsed }
        /// Server processor time for each, in microseconds.
        var microseconds: Double { use.processorSeconds / Double(count) * 1e6 }
        var databaseMicroseconds: Double { databaseSeconds / Double(count) * 1e6 }
        var loadMicroseconds: Double { loadSeconds / Double(count) * 1e6 }
    }

    /// What the workers share.
    private final class Progress: Sendable {
        private let count: Int
        private let next = Mutex(0)
        private let outcome = Mutex<Swift.Result<RequestLog, any Error>>(.success(RequestLog()))

        init(count: Int) { self.count = count }

        func take() -> Int? {
            next.withLock { next in
                defer { next += 1 }
                return next < count ? next : nil
            }
        }

        func finish(_ log: RequestLog) {
            outcome.withLock { outcome in outcome = outcome.map { $0 + log } }
        }

        func fail(_ error: any Error) {
            outcome.withLock { $0 = .failure(error) }
            next.withLock { $0 = count }
        }

        func get() throws -> RequestLog { try outcome.withLock { $0 }.get() }
    }

    /// Has the workers do it `count` times together.
    ///
    /// - Parameter make: a worker, by its number from zero.
    func run(_ count: Int, _ make: @escaping @Sendable (_ number: Int) throws -> any LoadWorker) throws -> Result {
        let progress = Progress(count: count)
        let finished = DispatchGroup()
        let meter = ServerMeter(servers, and: others)
        let watched = isWatching ? meter : nil
        let clock = ContinuousClock()
        let (database, use) = (database?.processorSeconds ?? 0, try meter.begin())
        let own = ProcessorTime.ofThisProcess
        let start = clock.now
        let threads = min(workers, ProcessInfo.processInfo.activeProcessorCount)
        for thread in 0..<threads {
            let loop = LoadLoop()
            for number in stride(from: thread, to: workers, by: threads) {
                Task(executorPreference: loop) {
                    do {
                        let worker = try make(number)
                        var log = RequestLog(watching: watched)
                        while let index = progress.take() { try await worker.work(index, &log) }
                        progress.finish(log)
                    } catch {
                        progress.fail(error)
                    }
                }
            }
            finished.enter()
            Thread {
                loop.run()
                finished.leave()
            }.start()
        }
        finished.wait()
        let elapsed = (clock.now - start).inSeconds
        let loadSeconds = ProcessorTime.ofThisProcess - own
        let log = try progress.get()
        return Result(
            count: count, elapsed: elapsed, use: try meter.end(use),
            databaseSeconds: (self.database?.processorSeconds ?? 0) - database, loadSeconds: loadSeconds, log: log)
    }
}
