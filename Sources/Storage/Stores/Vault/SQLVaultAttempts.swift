import Crypto
package import Foundation
package import IdentityRegistry
package import PersonVault

/// Wrong answers for vaults, counted beside those for logins: by a MAC of the person, on the disk.
package struct SQLVaultAttempts: VaultAttempts {
    let store: any AttemptStore
    let mark: PersonMark
    /// Wrong answers in ``window``.
    let limit: Int
    let window: Duration

    package init(store: any AttemptStore, mark: PersonMark, limit: Int = 10, window: Duration = .seconds(900)) {
        self.store = store
        self.mark = mark
        self.limit = limit
        self.window = window
    }

    package func take(
        for person: String, at instant: Date
    ) async throws -> Result<VaultAttempt, VaultAttemptsExhausted> {
        let counter = counter(of: Self.key(mark(person)))
        switch try await store.reserve([counter], watching: [], at: instant) {
        case .success(let taken):
            return .success(VaultAttempt(key: counter.key, windowStart: taken.first?.windowStart ?? instant))
        case .failure(let exhausted):
            let seconds = exhausted.until.timeIntervalSince(instant).rounded(.up)
            return .failure(VaultAttemptsExhausted(retryAfter: max(1, Int(seconds))))
        }
    }

    package func forget(_ attempt: VaultAttempt) async throws {
        try await store.release([], forgetting: [counter(of: attempt.key)])
    }

    private func counter(of key: [UInt8]) -> AttemptCounter { AttemptCounter(key: key, limit: limit, window: window) }

    private static func key(_ mark: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: Array("vault attempts".utf8) + mark))
    }
}
