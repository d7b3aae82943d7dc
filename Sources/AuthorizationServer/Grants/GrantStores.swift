package import Foundation
package import OAuth
package import TransactionTimeline

/// An access token about to be given, and what is used up for it.
package struct TokenIssue: Sendable {
    package let token: AccessToken
    package let source: Source
    /// Proofs and assertions of the request: each is spent, or nothing happens.
    package let uses: [SingleUse]
    package let at: Date

    package enum Source: Sendable {
        /// The code of a grant, which is spent.
        case code(TicketID, refresh: RefreshTerms?)
        case refresh(TicketID)
        case clientCredentials
    }

    /// The timeline of `transaction` says that the token was given; nil where there is none to tell.
    package let transaction: TicketID?

    package init(token: AccessToken, source: Source, uses: [SingleUse], at: Date, transaction: TicketID?) {
        self.transaction = transaction
        self.token = token
        self.source = source
        self.uses = uses
        self.at = at
    }
}

/// Under which terms a refresh token may be used.
package struct RefreshTerms: Sendable, Equatable {
    package let until: Date
    /// The key that it is bound to: of a public client's proofs, or of an attested wallet.
    package let keyThumbprint: [UInt8]?

    package init(until: Date, keyThumbprint: [UInt8]?) {
        (self.until, self.keyThumbprint) = (until, keyThumbprint)
    }
}

/// Why a token was not given.
package enum TokenIssueRefusal: Error, Sendable, Equatable {
    /// A proof or assertion was used before.
    case replayed(SingleUse.Kind)
    /// The code was used before: what it gave has been taken back.
    case codeSpent
    case codeExpired
    /// Withdrawn, or logged out of, or the refresh token is over.
    case ended
}

/// Where grants and their tokens are kept.
package protocol GrantStore: Sendable {
    /// The grant of a code whose MAC has been checked, spent or not; nil if there is none.
    func grant(ofCode id: TicketID) async throws -> Grant?

    /// The grant of a refresh token; nil if it is over.
    func grant(ofRefreshToken id: TicketID, at instant: Date) async throws -> (grant: Grant, terms: RefreshTerms)?

    /// Spends what the token is given for and records the token, in one atomic step; or says why not. Durable.
    ///
    /// - Returns: the token; or the one that was given before, if this is the same request made again because its answer
    ///   was lost.
    func issue(_ issue: TokenIssue) async throws -> Result<AccessToken, TokenIssueRefusal>

    /// The token if it can still be used.
    func token(_ id: TicketID, at instant: Date) async throws -> LiveToken?

    /// As ``token(_:at:)``; another process may have taken it back since. For what asks again before it acts.
    func recentToken(_ id: TicketID, at instant: Date) async throws -> LiveToken?

    /// Takes back one token.
    func revoke(token id: TicketID, at instant: Date) async throws

    /// Takes back a grant with everything it gave.
    func revoke(grant id: TicketID, at instant: Date) async throws

    /// Adds to the timeline of a transaction.
    func append(_ event: TimelineEvent, to transaction: TicketID) async throws
}

/// Where single-use identifiers are spent that go with no other change.
package protocol SingleUseStore: Sendable {
    /// Spends all of them; false, and nothing is spent, if one was spent before. Where they came with an access token, it
    /// is known from then on that its client has it.
    func spend(_ uses: [SingleUse], for token: TicketID?, at instant: Date) async throws -> Bool
}

extension SingleUseStore {
    /// Spends all of them; false, and nothing is spent, if one was spent before.
    func spend(_ uses: [SingleUse], at instant: Date) async throws -> Bool {
        guard !uses.isEmpty else { return true }
        return try await spend(uses, for: nil, at: instant)
    }
}
