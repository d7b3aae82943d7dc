package import DataSharing
package import Foundation

/// A version of a scope's definition, and where the ledger has it.
package struct StoredDefinition: Sendable {
    package let definition: ScopeDefinition
    package let place: LoggedPlace
    package let registeredAt: Date

    package init(definition: ScopeDefinition, place: LoggedPlace, registeredAt: Date) {
        self.definition = definition
        self.place = place
        self.registeredAt = registeredAt
    }
}

/// Where scope definitions are kept. A version never changes.
package protocol DefinitionStore: Sendable {
    /// - Parameter version: nil for the newest.
    func definition(_ scope: ScopeName, version: Int?) async throws -> StoredDefinition?

    /// All versions of a scope, the newest first.
    func versions(of scope: ScopeName) async throws -> [StoredDefinition]

    /// The newest version of every scope, of one market or of all, in the order of names; at most 10,000.
    func newest(of market: OrganizationID?) async throws -> [StoredDefinition]

    /// Adds a version and its entry for the ledger in one atomic step; false if there is that version already.
    func insert(_ definition: ScopeDefinition, logging value: LoggedValue, at instant: Date) async throws -> Bool
}
