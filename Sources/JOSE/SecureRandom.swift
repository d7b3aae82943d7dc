import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Bytes from the operating system's generator, 256 at a time: each call to it costs as much as several hashes.
package func secureRandomBytes(_ count: Int) -> [UInt8] {
    if count <= RandomPool.size / 4 { return RandomPool.shared.take(count) }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        while initialized < count, let start = buffer.baseAddress {
            let portion = min(RandomPool.size, count - initialized)
            fill(start + initialized, portion)
            initialized += portion
        }
    }
}

/// - Parameter count: 256 at most, as getentropy(3) has it.
private func fill(_ start: UnsafeMutablePointer<UInt8>, _ count: Int) {
    // It fails only for more than 256 bytes or on a kernel without the call.
    guard getentropy(start, count) == 0 else { fatalError("getentropy failed") }
}

/// Bytes that nobody has been given yet. What was given is wiped.
private final class RandomPool: Sendable {
    static let size = 256
    static let shared = RandomPool()

    private struct State {
        var bytes = [UInt8](repeating: 0, count: RandomPool.size)
        var used = RandomPool.size
    }

    private let state = Mutex(State())

    func take(_ count: Int) -> [UInt8] {
        state.withLock { state in
            if state.used + count > Self.size {
                state.bytes.withUnsafeMutableBufferPointer { buffer in
                    if let start = buffer.baseAddress { fill(start, Self.size) }
                }
                state.used = 0
            }
            let range = state.used..<state.used + count
            let taken = Array(state.bytes[range])
            for index in range { state.bytes[index] = 0 }
            state.used += count
            return taken
        }
    }
}
