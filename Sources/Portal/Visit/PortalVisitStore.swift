package import Foundation

/// What the portal keeps of visits, none of which it can read without the browser.
package protocol PortalVisitStore: Sendable {
    /// Keeps a visit that was not there.
    func insert(_ visit: SealedVisit) async throws

    /// Nil if there is none, or its time is over.
    func visit(_ id: [UInt8], at instant: Date) async throws -> SealedVisit?

    /// In one atomic step; false if the visit is not `old` any more.
    func replace(_ old: SealedVisit, with new: SealedVisit) async throws -> Bool

    /// Leaves nothing of it.
    func delete(_ id: [UInt8]) async throws
}

/// A visit at rest.
package struct SealedVisit: Sendable, Equatable {
    package let id: [UInt8]
    package let sealed: [UInt8]
    package let expiresAt: Date

    package init(id: [UInt8], sealed: [UInt8], expiresAt: Date) {
        (self.id, self.sealed, self.expiresAt) = (id, sealed, expiresAt)
    }
}
