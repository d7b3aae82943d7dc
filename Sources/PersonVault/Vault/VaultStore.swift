package import Foundation

/// A vault as it was read.
package struct StoredVault: Sendable {
    package let vault: Vault
    /// Counts the vault's changes.
    package let version: Int64
    /// When each way was last used.
    package let uses: [VaultWayID: Date]

    package init(vault: Vault, version: Int64, uses: [VaultWayID: Date]) {
        self.vault = vault
        self.version = version
        self.uses = uses
    }
}

/// Where vaults are kept. Each of these is one atomic step; what appears of keys is logged in the same step.
package protocol VaultStore: Sendable {
    func vault(of person: String) async throws -> StoredVault?

    /// False if the person has one.
    func create(_ vault: Vault, of person: String, at instant: Date) async throws -> Bool

    /// False if the vault's version is not the one given any more.
    func replace(_ version: Int64, with vault: Vault, of person: String, at instant: Date) async throws -> Bool

    func noteUse(of way: VaultWayID, of person: String, at instant: Date) async throws
}

/// Counts wrong answers to the question for a vault's password or recovery code, in the database.
package protocol VaultAttempts: Sendable {
    /// Takes a place under the person's limit before an answer is checked.
    ///
    /// - Returns: what gives the place back; or after how many seconds there will be another.
    func take(for person: String, at instant: Date) async throws -> Result<VaultAttempt, VaultAttemptsExhausted>

    /// Forgets the person's wrong answers: this one was right.
    func forget(_ attempt: VaultAttempt) async throws
}

/// A place that was taken.
package struct VaultAttempt: Sendable {
    package let key: [UInt8]
    package let windowStart: Date

    package init(key: [UInt8], windowStart: Date) {
        (self.key, self.windowStart) = (key, windowStart)
    }
}

package struct VaultAttemptsExhausted: Error {
    package let retryAfter: Int

    package init(retryAfter: Int) { self.retryAfter = retryAfter }
}
