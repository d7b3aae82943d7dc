package import Foundation

/// What an access token allows: where authorization server and credential issuer meet.
package struct AccessGrant: Sendable, Equatable {
    /// The offer that the grant began with; its timeline records what is done under the grant.
    package let transaction: TicketID
    package let credentialConfigurationIDs: [String]
    package let subject: Subject
    package let expiresAt: Date

    package enum Subject: Sendable, Equatable {
        /// A person of the identity registry.
        case registry(id: String)
        /// Claims that came with the offer: a JSON object.
        case pushed(claims: [UInt8])
    }

    package init(
        transaction: TicketID, credentialConfigurationIDs: [String], subject: Subject,
        expiresAt: Date
    ) {
        self.transaction = transaction
        self.credentialConfigurationIDs = credentialConfigurationIDs
        self.subject = subject
        self.expiresAt = expiresAt
    }
}
