import Foundation
package import OAuth
package import TransactionTimeline

/// Gives access tokens for pre-authorized codes, OpenID4VCI 1.0 §6.
package struct PreAuthorizedTokens: Sendable {
    let codes: TicketMint
    let tokens: TicketMint
    let store: any PreAuthorizedGrantStore
    let tokenLifetime: Duration
    let earlierEvents: EarlierEvents

    package init(
        codes: TicketMint, tokens: TicketMint, store: any PreAuthorizedGrantStore, tokenLifetime: Duration,
        earlierEvents: EarlierEvents
    ) {
        self.codes = codes
        self.tokens = tokens
        self.store = store
        self.tokenLifetime = tokenLifetime
        self.earlierEvents = earlierEvents
    }

    func redeem(
        _ code: String, txCode: String?, proof: DPoPProof?, uses: [SingleUse], from client: String, at instant: Date
    ) async throws -> TokenResponse {
        guard let offer = codes.recognise(code) else { throw TokenRefusal.unrecognisedCode }
        let redemption = PreAuthorizedRedemption(
            offer: offer, txCodeMAC: txCode.map { codes.authenticate($0, for: offer) },
            tokenExpiresAt: instant.addingTimeInterval(tokenLifetime.seconds), keyThumbprint: proof?.thumbprint,
            uses: uses, at: instant, earlierEvents: earlierEvents.take(offer, client))
        switch try await store.redeem(redemption) {
        // A code gives one token, so the offer names it: the same identifier under the MAC of another purpose.
        case .success(let end):
            return TokenResponse(
                accessToken: tokens.ticket(for: offer).text, tokenType: proof == nil ? "Bearer" : "DPoP",
                lifetime: .seconds(Int64(end.timeIntervalSince(instant).rounded())))
        case .failure(.replayed(let kind)): throw kind.refusal
        case .failure(let refusal): throw TokenRefusal.redemption(refusal)
        }
    }
}

/// Gives, once, what a client did before it said which offer it was acting on.
package struct EarlierEvents: Sendable {
    let take: @Sendable (_ offer: TicketID, _ client: String) -> [TimelineEvent]

    package init(_ take: @escaping @Sendable (_ offer: TicketID, _ client: String) -> [TimelineEvent]) {
        self.take = take
    }
}
