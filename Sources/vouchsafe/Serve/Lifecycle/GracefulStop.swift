import Foundation
import Logging
import ServiceLifecycle
import UnixSignals
import WebServer

/// Runs services until the process is told to stop, and then ends them in steps, so that no request that has begun is
/// broken off and none is begun that would be.
struct GracefulStop: Sendable {
    let readiness: Readiness
    /// From the signal until requests are refused.
    let delay: Duration
    /// From there until what has not ended is broken off.
    let limit: Duration
    let logger: Logger
    /// Told of the first signal.
    let onSignal: @Sendable () -> Void
    /// Ends the process, whatever is still running in it.
    var abandon: @Sendable () -> Void = { exit(EXIT_SUCCESS) }

    /// What cannot be broken off, such as a call to the system, is left behind with the process.
    private static let lastPatience = Duration.seconds(2)

    private enum Event: Sendable {
        case signal(UnixSignal)
        case limitReached
        case ended(Result<Void, any Error>)
    }

    /// - Parameter signals: the first begins the stop, the second ends it at once.
    /// - Throws: what a service has thrown before there was a signal.
    func run<Signals: AsyncSequence<UnixSignal, Never> & Sendable>(
        _ group: ServiceGroup, until signals: Signals
    ) async throws {
        let (events, source) = AsyncStream.makeStream(of: Event.self)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { for await signal in signals { source.yield(.signal(signal)) } }
            tasks.addTask {
                do {
                    try await group.run()
                    source.yield(.ended(.success(())))
                } catch {
                    source.yield(.ended(.failure(error)))
                }
            }
            defer { tasks.cancelAll() }
            var isStopping = false
            var abandonment: Task<Void, any Error>?
            defer { abandonment?.cancel() }
            for await event in events {
                switch event {
                case .signal(let signal) where !isStopping:
                    isStopping = true
                    logger.notice("stopping", metadata: ["signal": "\(signal)"])
                    readiness.leave()
                    onSignal()
                    tasks.addTask { try await leave(group) }
                    tasks.addTask {
                        try await Task.sleep(for: delay + limit)
                        source.yield(.limitReached)
                    }
                case .signal, .limitReached:
                    guard abandonment == nil else { continue }
                    logger.warning(
                        "stopped before everything had ended",
                        metadata: ["requests": "\(readiness.requestsInProgress)"])
                    abandonment = abandonLater()
                    tasks.cancelAll()
                case .ended(let result):
                    if isStopping { return logger.notice("stopped") }
                    return try result.get()
                }
            }
        }
    }

    private func leave(_ group: ServiceGroup) async throws {
        try await Task.sleep(for: delay)
        readiness.refuse()
        await readiness.drain()
        await group.triggerGracefulShutdown()
    }

    /// Not a child: it is there for the case that children do not end.
    private func abandonLater() -> Task<Void, any Error> {
        Task {
            try await Task.sleep(for: Self.lastPatience)
            abandon()
        }
    }
}
