package import Foundation
package import OAuth

/// What is known of the sharings under grants.
package protocol SharingGrantStore: Sendable {
    func sharing(of grant: TicketID) async throws -> RecordedSharing?

    /// JWEs that markets have given under the grant and that are still kept, by scope.
    func releases(of grant: TicketID, at instant: Date) async throws -> [String: String]

    /// Keeps a JWE that a market has given, in place of an earlier one.
    func keep(_ release: String, of scope: String, under grant: TicketID, until end: Date) async throws
}
