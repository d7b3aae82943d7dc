package import Foundation
package import OAuth
package import TransactionTimeline

/// A wallet's attempt to turn a pre-authorized code into an access token.
package struct PreAuthorizedRedemption: Sendable {
    /// The offer that the code belongs to; the code's own MAC has been checked.
    package let offer: TicketID
    /// MAC of the transaction code that was sent, nil if none was.
    package let txCodeMAC: [UInt8]?
    package let tokenExpiresAt: Date
    /// Of the key that the token is to be bound to; nil for a bearer token.
    package let keyThumbprint: [UInt8]?
    /// Proofs and assertions of the request, spent with the code.
    package let uses: [SingleUse]
    package let at: Date
    /// Happened before and belongs into the timeline now that the offer is known.
    package let earlierEvents: [TimelineEvent]

    package init(
        offer: TicketID, txCodeMAC: [UInt8]?, tokenExpiresAt: Date, keyThumbprint: [UInt8]? = nil,
        uses: [SingleUse] = [], at: Date, earlierEvents: [TimelineEvent]
    ) {
        self.offer = offer
        self.txCodeMAC = txCodeMAC
        self.tokenExpiresAt = tokenExpiresAt
        self.keyThumbprint = keyThumbprint
        self.uses = uses
        self.at = at
        self.earlierEvents = earlierEvents
    }
}

/// Why a pre-authorized code gave no token.
package enum RedemptionRefusal: Error, Equatable {
    case unknown
    case expired
    case spent
    case cancelled
    case locked
    case txCodeMissing
    case txCodeUnexpected
    /// The code was wrong; after `triesLeft` more wrong ones the offer is locked.
    case txCodeWrong(triesLeft: Int)
    /// A proof or assertion of the request was used before.
    case replayed(SingleUse.Kind)
}

/// Where pre-authorized codes are spent.
package protocol PreAuthorizedGrantStore: Sendable {
    /// Spends the code, and with it lets the access token of the offer begin, in one atomic step; or says why not. Either
    /// way the attempt is on record before this returns, and what is returned survives a crash.
    ///
    /// - Returns: when the token ends. If this is the same request made again because its answer was lost, the token is
    ///   the one that was given before.
    func redeem(_ redemption: PreAuthorizedRedemption) async throws -> Result<Date, RedemptionRefusal>
}
