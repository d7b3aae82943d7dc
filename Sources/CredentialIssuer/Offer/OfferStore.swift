package import Foundation
package import OAuth
package import TransactionTimeline

/// An offer as it is stored.
package struct StoredOffer: Sendable, Equatable {
    package let id: TicketID
    package let credentialConfigurationIDs: [String]
    /// Whom it is for; nil only with the authorization code grant: anybody who logs in.
    package let subject: AccessGrant.Subject?
    package let grant: OfferGrant
    /// MAC of the transaction code under the offer's identifier; nil if none is asked for.
    package let txCodeMAC: [UInt8]?
    package let createdAt: Date
    package let expiresAt: Date
    package let progress: Progress

    package struct Progress: Sendable, Equatable {
        package let failedTries: Int
        package let redeemedAt: Date?
        package let cancelledAt: Date?

        package init(failedTries: Int = 0, redeemedAt: Date? = nil, cancelledAt: Date? = nil) {
            self.failedTries = failedTries
            self.redeemedAt = redeemedAt
            self.cancelledAt = cancelledAt
        }
    }

    package init(
        id: TicketID, credentialConfigurationIDs: [String], subject: AccessGrant.Subject?,
        grant: OfferGrant = .preAuthorizedCode, txCodeMAC: [UInt8]?, createdAt: Date, expiresAt: Date,
        progress: Progress = Progress()
    ) {
        self.id = id
        self.credentialConfigurationIDs = credentialConfigurationIDs
        self.subject = subject
        self.grant = grant
        self.txCodeMAC = txCodeMAC
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.progress = progress
    }
}

/// How a wallet gets its access token, OpenID4VCI 1.0 §4.1.1.
package enum OfferGrant: String, Sendable, CaseIterable {
    case preAuthorizedCode = "pre-authorized_code"
    case authorizationCode = "authorization_code"
}

/// Where offers are kept.
package protocol OfferStore: Sendable {
    func insert(_ offer: StoredOffer) async throws
    func offer(_ id: TicketID) async throws -> StoredOffer?
    /// The newest first, older than `before` if it is given.
    func offers(before: TicketID?, limit: Int) async throws -> [StoredOffer]
    /// Ends an offer and the access tokens that came from it; false if there is none or it was cancelled before.
    func cancel(_ id: TicketID, at instant: Date) async throws -> Bool
    func timeline(of id: TicketID) async throws -> [TimelineEvent]
    func append(_ event: TimelineEvent, to id: TicketID) async throws
}
