import Synchronization

/// Whether this process takes requests: what probes are told, and what a stop waits for.
package final class Readiness: Sendable {
    /// A process only ever goes on to a later phase.
    private enum Phase: Int, Comparable {
        case starting
        case serving
        /// Serves as before, and says that it soon will not.
        case leaving
        /// Finishes what has begun, and refuses the rest.
        case refusing

        static func < (one: Phase, other: Phase) -> Bool { one.rawValue < other.rawValue }
    }

    /// Why nothing should be sent here; all that strangers are told.
    package enum Obstacle: String, Sendable {
        case starting
        case stopping
        /// The database does not answer.
        case database
        /// This machine's time is not the database's.
        case clock
    }

    private struct State {
        var phase: Phase
        var requests = 0
        /// Whoever waits for the last request.
        var waiting: [AsyncStream<Void>.Continuation] = []

        /// Those who waited, if what they waited for has come.
        mutating func takeWaiting() -> [AsyncStream<Void>.Continuation] {
            guard phase == .refusing, requests == 0, !waiting.isEmpty else { return [] }
            defer { waiting = [] }
            return waiting
        }
    }

    /// A check that runs, or what it has found.
    private struct Finding {
        let task: Task<Obstacle?, Never>
        /// Nil while it runs.
        var found: ContinuousClock.Instant?
    }

    /// So long what a check has found is taken as still true.
    private static let memory = Duration.seconds(1)
    /// A check that takes longer has failed.
    private static let patience = Duration.seconds(2)

    private let state: Mutex<State>
    private let finding = Mutex<Finding?>(nil)
    private let check: @Sendable () async -> Obstacle?
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter check: what is missing that requests need; nil if nothing is.
    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        check: @escaping @Sendable () async -> Obstacle?
    ) {
        state = Mutex(State(phase: .starting))
        self.check = check
        self.now = now
    }

    private init(serving: Void) {
        state = Mutex(State(phase: .serving))
        check = { nil }
        now = { .now }
    }

    /// Of a site that nobody starts or stops.
    package static let always = Readiness(serving: ())

    /// Requests are taken from here on.
    package func start() { enter(.serving) }

    /// Probes are told to send nothing any more; requests are taken as before.
    package func leave() { enter(.leaving) }

    /// No request begins any more.
    package func refuse() { enter(.refusing) }

    private func enter(_ phase: Phase) {
        let waiting = state.withLock { state in
            state.phase = max(state.phase, phase)
            return state.takeWaiting()
        }
        for one in waiting { one.finish() }
    }

    /// Requests that have begun and are not answered.
    package var requestsInProgress: Int { state.withLock { $0.requests } }

    var isRefusing: Bool { state.withLock { $0.phase == .refusing } }

    /// Waits until no request can begin and all that had are answered; or until the task is cancelled.
    package func drain() async {
        let (end, continuation) = AsyncStream.makeStream(of: Void.self)
        let waiting = state.withLock { state in
            state.waiting.append(continuation)
            return state.takeWaiting()
        }
        for one in waiting { one.finish() }
        for await _ in end {}
    }

    /// Counts a request; false if it must be refused, and then it is not counted.
    func beginRequest() -> Bool {
        state.withLock { state in
            guard state.phase < .refusing else { return false }
            state.requests += 1
            return true
        }
    }

    /// Counts a request as answered; false if no other may follow.
    func endRequest() -> Bool {
        let (goesOn, waiting) = state.withLock { state in
            state.requests -= 1
            return (state.phase < .refusing, state.takeWaiting())
        }
        for one in waiting { one.finish() }
        return goesOn
    }

    /// Nil if requests should be sent here.
    package func obstacle() async -> Obstacle? {
        switch state.withLock({ $0.phase }) {
        case .starting: .starting
        case .leaving, .refusing: .stopping
        case .serving: await foundObstacle()
        }
    }

    /// However many ask at the same time, one check runs.
    private func foundObstacle() async -> Obstacle? {
        let instant = now()
        let task = finding.withLock { finding in
            if let known = finding, known.found.map({ instant - $0 < Self.memory }) ?? true { return known.task }
            // Not a child of the probe that happens to begin it: others wait for the same result.
            let task = Task { [self] in
                let result = await checkInTime()
                self.finding.withLock { $0?.found = now() }
                return result
            }
            finding = Finding(task: task)
            return task
        }
        return await task.value
    }

    private func checkInTime() async -> Obstacle? {
        let (answers, giver) = AsyncStream.makeStream(of: Obstacle?.self)
        // Not children: a check that does not heed cancellation would be waited for.
        let tasks = [
            Task { [check] in _ = giver.yield(await check()) },
            Task {
                try? await Task.sleep(for: Self.patience)
                giver.yield(.database)
            },
        ]
        defer { for task in tasks { task.cancel() } }
        for await answer in answers { return answer }
        return .database
    }
}
