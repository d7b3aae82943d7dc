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
        let key: [UInt8]
        switch NetworkBlock(address) {
        case .loopback: return nil
        case .block(let bytes): key = digest.mac(label, [bytes])
        case .unknown: key = digest.mac(label, [])
        }
        let counter = AttemptCounter(key: key, limit: limit, window: window)
        switch try await store.reserve([counter], watching: [], at: instant) {
        case .success: return nil
        case .failure(let exhausted):
            return max(1, Int(exhausted.until.timeIntervalSince(instant).rounded(.up)))
        }
    }
}
