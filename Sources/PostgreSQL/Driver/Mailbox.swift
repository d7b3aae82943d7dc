import SQLStatements
import Synchronization

/// What other threads hand to the driver's.
final class Mailbox: Sendable {
    struct Mail {
        var jobs: [Job] = []
        var connections: [NewConnection] = []
        /// Why the last attempt to connect failed.
        var failure: DatabaseFailure?
        var hasCancellation = false
        var isStopping = false

        var isEmpty: Bool {
            jobs.isEmpty && connections.isEmpty && failure == nil && !hasCancellation && !isStopping
        }
    }

    private struct State {
        var mail = Mail()
        /// Jobs that the driver has taken out but not sent.
        var waiting = 0
        var isSleeping = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int
    let wakeUp = WakeUp()

    init(limit: Int) { self.limit = limit }

    /// Hands a job over, or fails it.
    func submit(_ job: Job) {
        let failure: DatabaseFailure? = change { state in
            guard !state.isClosed, !state.mail.isStopping else {
                return DatabaseFailure(.closed, message: "the database is closed")
            }
            guard state.mail.jobs.count + state.waiting < limit else {
                return DatabaseFailure(.overloaded, message: "\(limit) scripts wait already")
            }
            state.mail.jobs.append(job)
            return nil
        }
        if let failure { job.fail(failure) }
    }

    /// False if nobody takes connections any more.
    func deliver(_ connection: NewConnection) -> Bool {
        change { state in
            guard !state.isClosed else { return false }
            state.mail.connections.append(connection)
            return true
        }
    }

    func report(_ failure: DatabaseFailure) { change { $0.mail.failure = failure } }

    func noteCancellation() { change { $0.mail.hasCancellation = true } }

    func stop() { change { $0.mail.isStopping = true } }

    /// Everything that came in. `waiting` is what was taken out before and is not sent.
    func take(waiting: Int) -> Mail {
        state.withLock { state in
            let mail = state.mail
            state.mail = Mail()
            state.mail.isStopping = mail.isStopping
            state.waiting = waiting + mail.jobs.count
            return mail
        }
    }

    /// Whether the driver may sleep: from then on it is woken by the pipe. `knowsStop` if it was told already.
    func fallAsleep(knowsStop: Bool) -> Bool {
        state.withLock { state in
            var mail = state.mail
            if knowsStop { mail.isStopping = false }
            state.isSleeping = mail.isEmpty
            return state.isSleeping
        }
    }

    func awake() { state.withLock { $0.isSleeping = false } }

    /// Takes nothing more; what came in since it was last emptied.
    func close() -> Mail {
        state.withLock { state in
            state.isClosed = true
            defer { state.mail = Mail() }
            return state.mail
        }
    }

    private func change<T>(_ body: (inout sending State) -> T) -> T {
        let (result, sleeps) = state.withLock { state in
            let result = body(&state)
            defer { state.isSleeping = false }
            return (result, state.isSleeping)
        }
        if sleeps { wakeUp.signal() }
        return result
    }
}
