package import Foundation

/// Something whose wrong answers are counted.
package struct AttemptCounter: Sendable, Hashable {
    /// A MAC: the table has no personal data.
    package let key: [UInt8]
    package let limit: Int
    package let window: Duration

    package init(key: [UInt8], limit: Int, window: Duration) {
        self.key = key
        self.limit = limit
        self.window = window
    }
}

/// A place under a limit, taken before an answer is checked: however many answers come at once, no more than the limit
/// are checked.
package struct AttemptReservation: Sendable, Equatable {
    package let key: [UInt8]
    /// Of the window that it was taken in.
    package let windowStart: Date

    package init(key: [UInt8], windowStart: Date) {
        (self.key, self.windowStart) = (key, windowStart)
    }
}

/// A limit is reached.
package struct AttemptsExhausted: Error, Equatable {
    /// When the last of the windows concerned is over.
    package let until: Date

    package init(until: Date) { self.until = until }
}

/// Where attempts are counted. Each of these is one atomic step that holds across processes.
package protocol AttemptStore: Sendable {
    /// Any number of processes count here at the same time.
    var isShared: Bool { get }

    /// Counts one under each of `counted`; nothing if the limit of one of them or of `watched` is reached.
    func reserve(
        _ counted: [AttemptCounter], watching watched: [AttemptCounter], at instant: Date
    ) async throws -> Result<[AttemptReservation], AttemptsExhausted>

    /// How many each counter has now; nothing is counted.
    func standing(
        _ counters: [AttemptCounter], at instant: Date
    ) async throws -> Result<[Int], AttemptsExhausted>

    /// Takes reservations back, as long as their windows last, and forgets the counters of `forgotten`.
    func release(_ reservations: [AttemptReservation], forgetting forgotten: [AttemptCounter]) async throws

    /// Counts one under each, whatever the limits.
    func count(_ counters: [AttemptCounter], at instant: Date) async throws
}
