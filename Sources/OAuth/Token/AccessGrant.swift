package import Foundation

/// What an access token allows: where authorization server and credential issuer meet.
package struct AccessGrant: Sendable, Equatable {
    /// The offer that the grant began with, or the grant itself: its timeline records what is done under it.
    package let transaction: TicketID
    package let origin: Origin
    package let credentialConfigurationIDs: [String]
    /// What the token response called the credentials: configuration by `credential_identifier` (OpenID4VCI 1.0 §6.2).
    /// Empty if it gave no identifiers: credentials are then asked for by configuration.
    package let credentialIdentifiers: [String: String]
    package let subject: Subject
    /// Nil for anonymous clients.
    package let clientID: String?
    /// SHA-256 thumbprint of the key that the token is bound to (RFC 9449 §6); nil for a bearer token.
    package let keyThumbprint: [UInt8]?
    package let expiresAt: Date

    /// What must still hold when something is issued under the grant.
    package enum Origin: Sendable, Equatable {
        /// The pre-authorized code of an offer.
        case offer
        /// An access token of this server, by its identifier.
        case token(TicketID)
        /// A token of another authorization server, which has been asked or believed.
        case foreign
    }

    package enum Subject: Sendable, Equatable {
        /// A person of the identity registry.
        case registry(id: String)
        /// Claims that came with the offer: a JSON object.
        case pushed(claims: [UInt8])
    }

    package init(
        transaction: TicketID, origin: Origin = .offer, credentialConfigurationIDs: [String],
        credentialIdentifiers: [String: String] = [:], subject: Subject, clientID: String? = nil,
        keyThumbprint: [UInt8]? = nil, expiresAt: Date
    ) {
        self.transaction = transaction
        self.origin = origin
        self.credentialConfigurationIDs = credentialConfigurationIDs
        self.credentialIdentifiers = credentialIdentifiers
        self.subject = subject
        self.clientID = clientID
        self.keyThumbprint = keyThumbprint
        self.expiresAt = expiresAt
    }
}
