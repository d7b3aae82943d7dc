package import DataSharing
package import Foundation

/// A key of an organization, as it was logged when the organization was approved or changed.
package struct LoggedKey: Sendable {
    /// RFC 7638.
    package let thumbprint: [UInt8]
    package let place: LoggedPlace

    package init(thumbprint: [UInt8], place: LoggedPlace) {
        (self.thumbprint, self.place) = (thumbprint, place)
    }
}

/// Where organizations are kept.
package protocol OrganizationStore: Sendable {
    func organization(_ id: OrganizationID) async throws -> Organization?

    /// In the order of their identifiers, at most ``Organizations/maximumCount``.
    func organizations() async throws -> [Organization]

    /// False if the identifier is taken, or if `limit` organizations are pending already.
    func insert(_ organization: Organization, pendingLimit limit: Int?, at instant: Date) async throws -> Bool

    /// Stores `organization` in place of `old`, and logs keys, in one atomic step.
    ///
    /// - Returns: false, and nothing is done, if it is not as `old` any more.
    func replace(
        _ old: Organization, with organization: Organization, logging keys: [(thumbprint: [UInt8], value: LoggedValue)],
        at instant: Date
    ) async throws -> Bool

    /// Removes the organization with everything it has stored; false if there is none.
    func remove(_ id: OrganizationID) async throws -> Bool

    /// Every key that was ever logged for an organization.
    func loggedKeys(of id: OrganizationID) async throws -> [LoggedKey]
}

/// The OAuth clients of organizations: they authenticate as such.
package protocol OrganizationClients: Sendable {
    /// Makes the client of an approved organization, or brings it up to date.
    func put(_ organization: Organization, at instant: Date) async throws

    /// Removes the client; what was granted to it ends.
    func remove(_ id: OrganizationID, at instant: Date) async throws

    /// Whether an OAuth client that is none of an organization has this identifier.
    func isForeign(_ id: OrganizationID) async throws -> Bool
}
