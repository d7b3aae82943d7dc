package import DataSharing
package import Foundation
package import OAuth

/// One entry of a push, ready to be stored.
package struct NewHolding: Sendable {
    package let id: TicketID
    package let person: LinkedPerson
    package let subject: String
    package let scope: ScopeName
    package let version: Int
    package let shape: Shape
    package let content: Holding.Content
    package let logged: LoggedValue
    package let expiresAt: Date?
}

/// A person as the links have them: what rows are found by.
package struct LinkedPerson: Sendable, Hashable {
    package let mark: [UInt8]

    package init(mark: [UInt8]) { self.mark = mark }
}

/// Everything of one push.
package struct NewPush: Sendable {
    package let idempotency: IdempotencyKey
    package let market: OrganizationID
    package let holdings: [NewHolding]
    package let at: Date
}

/// A push by what its market calls it.
package struct IdempotencyKey: Sendable, Equatable {
    /// SHA-256 of market and key.
    package let id: [UInt8]
    /// SHA-256 of what the push says.
    package let bodyHash: [UInt8]
}

/// A push that was stored before: what it said, and the identifiers of what it made.
package struct EarlierPush: Sendable {
    package let bodyHash: [UInt8]
    /// `id`, `subject`, `scope`, `version` of each result.
    package let results: [Result]

    package struct Result: Sendable {
        package let id: TicketID
        package let subject: String
        package let scope: ScopeName
        package let version: Int

        package init(id: TicketID, subject: String, scope: ScopeName, version: Int) {
            self.id = id
            self.subject = subject
            self.scope = scope
            self.version = version
        }
    }

    package init(bodyHash: [UInt8], results: [Result]) {
        self.bodyHash = bodyHash
        self.results = results
    }
}

/// Where pushes are stored.
package protocol PushStore: Sendable {
    /// The push of an idempotency key, if it was stored.
    func push(_ id: [UInt8]) async throws -> EarlierPush?

    /// The people that a market calls by `subjects`; those that nobody has are left out.
    func people(of subjects: [String], at market: OrganizationID) async throws -> [String: LinkedPerson]

    /// Stores a push: what it holds, in place of what there was of the same people and scopes, entries for the ledger, and
    /// its idempotency key, in one atomic step. Durable.
    ///
    /// - Returns: where the ledger will have it, in the order of the holdings; nil, and nothing is done, if there is a
    ///   push of that key.
    func store(_ push: NewPush) async throws -> [LoggedPlace]?

    /// The places of holdings that are still there.
    func places(of ids: [TicketID]) async throws -> [TicketID: LoggedPlace]

    /// Deletes a digest or deposit of a market; false if it has none by this identifier.
    func erase(_ id: TicketID, heldBy: ScopeDefinition.Holder, of market: OrganizationID) async throws -> Bool
}
