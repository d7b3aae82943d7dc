import Foundation
import Synchronization

/// A clock that a test sets.
final class TestClock: Sendable {
    /// 2026-11-20T00:00:00Z.
    static let start = Date(timeIntervalSince1970: 1_795_132_800)

    private let instant = Mutex(TestClock.start)

    var now: Date { instant.withLock { $0 } }

    func advance(by seconds: TimeInterval) {
        instant.withLock { $0 += seconds }
    }
}
