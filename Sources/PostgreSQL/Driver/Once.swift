import Synchronization

/// A value that is given once and may be waited for by several tasks.
final class Once<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiters: [UnsafeContinuation<Value, Never>] = []
    }

    private let state = Mutex(State())

    var value: Value {
        get async {
            await withUnsafeContinuation { continuation in
                let value = state.withLock { state in
                    if state.value == nil { state.waiters.append(continuation) }
                    return state.value
                }
                if let value { continuation.resume(returning: value) }
            }
        }
    }

    /// The first value that is given stays.
    func give(_ value: Value) {
        let waiters = state.withLock { state in
            guard state.value == nil else { return [UnsafeContinuation<Value, Never>]() }
            state.value = value
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }
}
