#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Bytes from the operating system's generator, 256 at a time: the standard library's gives eight for each call to it.
package func secureRandomBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        while initialized < count, let start = buffer.baseAddress {
            let portion = min(256, count - initialized)
            // getentropy(3) fails only for more than 256 bytes or on a kernel without the call.
            guard getentropy(start + initialized, portion) == 0 else { fatalError("getentropy failed") }
            initialized += portion
        }
    }
}
