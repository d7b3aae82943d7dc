import Foundation
import Synchronization

/// So many hashes wait that another would wait too long.
package struct HashingBusy: Error, Equatable {}

/// Threads that hash secrets, so that hashing holds up nothing else; there are none while there is nothing to hash.
package final class HashingPool: Sendable {
    private struct State {
        var running = 0
        /// Taken from the front; `first` is where that is.
        var waiting: [@Sendable () -> Void] = []
        var first = 0

        var waitingCount: Int { waiting.count - first }

        mutating func next() -> (@Sendable () -> Void)? {
            guard first < waiting.count else {
                waiting.removeAll(keepingCapacity: true)
                first = 0
                return nil
            }
            defer { first += 1 }
            return waiting[first]
        }
    }

    private let threads: Int
    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - threads: more than cores would only slow each other down.
    ///   - capacity: how many hashes may wait.
    package init(threads: Int = ProcessInfo.processInfo.activeProcessorCount, capacity: Int? = nil) {
        self.threads = max(1, threads)
        self.capacity = capacity ?? max(1, threads) * 32
    }

    /// Runs `job` on one of the threads.
    ///
    /// - Throws: ``HashingBusy``, and what the job throws.
    package func run<T: Sendable>(_ job: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            submit({ continuation.resume(with: Result(catching: job)) }) {
                continuation.resume(throwing: HashingBusy())
            }
        }
    }

    private enum Admission {
        case start
        case wait
        case refuse
    }

    private func submit(_ job: @escaping @Sendable () -> Void, refused: () -> Void) {
        let admission = state.withLock { state -> Admission in
            if state.running < threads {
                state.running += 1
                return .start
            }
            guard state.waitingCount < capacity else { return .refuse }
            state.waiting.append(job)
            return .wait
        }
        switch admission {
        case .start: start(with: job)
        case .wait: break
        case .refuse: refused()
        }
    }

    private func start(with first: @escaping @Sendable () -> Void) {
        let thread = Thread { [self] in
            var job: (@Sendable () -> Void)? = first
            while let current = job {
                current()
                job = state.withLock { state in
                    let next = state.next()
                    if next == nil { state.running -= 1 }
                    return next
                }
            }
        }
        thread.name = "hashing"
        thread.start()
    }
}
