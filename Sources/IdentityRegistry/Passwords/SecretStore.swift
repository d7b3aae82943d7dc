/// Where the hashes of people's secrets are kept.
package protocol SecretStore: Sendable {
    /// One read, whether the person exists or not.
    func secret(_ kind: SecretKind, of person: String) async throws -> ScryptHash?

    /// Sets all of them or none; durable when it returns.
    ///
    /// - Returns: the identifiers of the sessions that have ended with it.
    @discardableResult
    func set(_ secrets: [StoredSecret]) async throws -> [[UInt8]]

    /// Whether there was one.
    func remove(_ kind: SecretKind, of person: String) async throws -> Bool
}

/// A person's secret as it is kept.
package struct StoredSecret: Sendable, Equatable {
    package let person: String
    package let kind: SecretKind
    package let hash: ScryptHash
    /// Whether the person is logged out everywhere: an import that is repeated does not, since it sets what was set.
    package let endsSessions: Bool

    package init(person: String, kind: SecretKind, hash: ScryptHash, endsSessions: Bool = false) {
        (self.person, self.kind, self.hash, self.endsSessions) = (person, kind, hash, endsSessions)
    }
}
