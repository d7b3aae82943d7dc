import Synchronization

/// The start is over once connections are accepted at every address.
final class Opening: Sendable {
    private let closed: Mutex<Int>
    private let onOpen: @Sendable () -> Void

    init(addresses: Int, onOpen: @escaping @Sendable () -> Void) {
        closed = Mutex(addresses)
        self.onOpen = onOpen
    }

    func addressIsOpen() {
        let isLast = closed.withLock { closed in
            closed -= 1
            return closed == 0
        }
        if isLast { onOpen() }
    }
}
