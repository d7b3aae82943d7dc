package import Foundation

/// Limits how often something that costs is begun from one network address, right or wrong.
package struct AddressLimiter: Sendable {
    private let store: any AttemptStore
    private let label: String
    private let limit: Int
    private let window: Duration
    private let digest: KeyedDigest

    /// - Parameters:
    ///   - label: what is counted; one of another label is counted apart.
    ///   - window: begins with the first one.
    package init(store: any AttemptStore, label: String, limit: Int, window: Duration, keys: IdentityKeys) {
        (self.store, self.label, self.limit, self.window) = (store, label, limit, window)
        digest = keys.attempts
    }

    /// Counts one.
    ///
    /// - Parameter address: of IPv6 the /64 counts; this machine itself is not counted.
    /// - Returns: seconds after which there will be another; nil if this one may begin.
    package func wait(from address: String, at instant: Date) async throws -> Int? {
        guard let key = NetworkBlock(address).counterKey(label, by: digest) else { return nil }
        let counter = AttemptCounter(key: key, limit: limit, window: window)
        switch try await store.reserve([counter], watching: [], at: instant) {
        case .success: return nil
        case .failure(let exhausted): return exhausted.secondsLeft(at: instant)
        }
    }
}
