package import Foundation
package import OAuth

/// An offer whose `issuer_state` an authorization request brings back, OpenID4VCI 1.0 §5.1.3.
package struct OfferInvitation: Sendable, Equatable {
    package let id: TicketID
    package let configurationIDs: [String]
    /// The registry's id of whom the offer is for; nil if it is for anybody.
    package let person: String?

    package init(id: TicketID, configurationIDs: [String], person: String?) {
        self.id = id
        self.configurationIDs = configurationIDs
        self.person = person
    }
}

/// Where offers with an authorization code grant are found.
package protocol OfferInvitations: Sendable {
    /// The offer, unless it is over.
    func invitation(_ id: TicketID, at instant: Date) async throws -> OfferInvitation?
}
