import SQLStatements
import Synchronization

typealias JobResult = Result<SQLOutcome, DatabaseFailure>

/// A script on its way, with whoever waits for it. Touched by the driver's thread only once it was handed over.
final class Job: @unchecked Sendable {  // what changes is touched by the driver's thread only
    let script: SQLScript
    let cancellation: Cancellation
    private let continuation: UnsafeContinuation<JobResult, Never>

    /// When it has waited long enough to be sent.
    var waitsUntil: ContinuousClock.Instant
    /// How often it was run again because it stood in another script's way, or its connection was lost.
    var retries = 0

    init(
        _ script: SQLScript, cancellation: Cancellation, waitsUntil: ContinuousClock.Instant,
        continuation: UnsafeContinuation<JobResult, Never>
    ) {
        self.script = script
        self.cancellation = cancellation
        self.waitsUntil = waitsUntil
        self.continuation = continuation
    }

    func finish(_ outcome: SQLOutcome) { continuation.resume(returning: .success(outcome)) }

    func fail(_ failure: DatabaseFailure) { continuation.resume(returning: .failure(failure)) }

    /// May share a round trip with others, since nothing of it is lost when it must be run again.
    var isShareable: Bool { script.isReadOnly && script.isolation == .readCommitted && script.statements.count <= 4 }
}

/// Whether whoever waits for a script has given up.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .acquiring) }

    func cancel() { flag.store(true, ordering: .releasing) }
}
