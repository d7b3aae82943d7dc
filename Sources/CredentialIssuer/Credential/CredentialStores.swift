import Foundation
package import OAuth
package import RegistryRecords
package import TransactionTimeline

/// Where the issuer finds what an access token allows.
package protocol AccessGrantSource: Sendable {
    /// The grant of a token whose MAC has been checked; nil if it is unknown or revoked.
    func grant(for token: TicketID) async throws -> AccessGrant?
}

/// Where the issuer finds what is known about a person.
package protocol PersonSource: Sendable {
    func person(id: String) async throws -> PersonRecord?
}

/// Where nonces are spent and issued credentials recorded.
package protocol IssuanceStore: Sendable {
    /// Spends every nonce and records the event in one atomic step, or says why not, and then nothing changed. What is
    /// returned survives a crash.
    func record(_ issuance: Issuance) async throws -> Result<Void, IssuanceRefusal>

    /// Adds what happened to a transaction to its timeline.
    func append(_ event: TimelineEvent, to transaction: TicketID) async throws
}

/// Why credentials that were made are not handed out.
package enum IssuanceRefusal: Error, Equatable {
    /// A nonce was spent before.
    case nonceSpent
    /// The DPoP proof was used before.
    case proofReplayed
    /// The access token is gone: its offer was cancelled, or it expired, while the credentials were made.
    case accessEnded
}

/// Credentials about to be handed out.
package struct Issuance: Sendable {
    package let grant: AccessGrant
    /// The DPoP proof that the token came with.
    package let uses: [SingleUse]
    /// At least one unless the credential is not bound to a key; no two alike.
    package let nonces: [TicketID]
    package let event: TimelineEvent

    package init(grant: AccessGrant, uses: [SingleUse] = [], nonces: [TicketID], event: TimelineEvent) {
        self.grant = grant
        self.uses = uses
        self.nonces = nonces
        self.event = event
    }
}
