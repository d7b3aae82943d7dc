package import Foundation
package import OAuth
package import TransactionTimeline

/// Token endpoint, RFC 6749 §3.2 and OpenID4VCI 1.0 §6 (#token-endpoint).
package struct TokenEndpoint: Sendable {
    let codes: TicketMint
    let tokens: TicketMint
    let store: any PreAuthorizedGrantStore
    let tokenLifetime: Duration
    let earlierEvents: EarlierEvents
    let now: @Sendable () -> Date

    package init(
        codes: TicketMint, tokens: TicketMint, store: any PreAuthorizedGrantStore, tokenLifetime: Duration,
        earlierEvents: EarlierEvents, now: @escaping @Sendable () -> Date
    ) {
        self.codes = codes
        self.tokens = tokens
        self.store = store
        self.tokenLifetime = tokenLifetime
        self.earlierEvents = earlierEvents
        self.now = now
    }

    package func respond(to request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let message = try decode(request)
        let token = try await redeem(message, from: request.clientHint, at: instant)
        return .privateJSON(TokenResponse(accessToken: token.text, lifetime: tokenLifetime).encoded())
    }

    private func decode(_ request: EndpointRequest) throws(TokenRefusal) -> TokenRequest {
        do throws(TokenRequest.Malformation) {
            return try TokenRequest(decoding: request)
        } catch {
            throw .malformed(error)
        }
    }

    private func redeem(_ message: TokenRequest, from client: String, at instant: Date) async throws -> Ticket {
        guard case .preAuthorizedCode(let code, let txCode) = message, let offer = codes.recognise(code) else {
            throw TokenRefusal.unrecognisedCode
        }
        let redemption = PreAuthorizedRedemption(
            offer: offer, txCodeMAC: txCode.map { codes.authenticate($0, for: offer) },
            tokenExpiresAt: instant.addingTimeInterval(Double(tokenLifetime.components.seconds)), at: instant,
            earlierEvents: earlierEvents.take(offer, client))
        switch try await store.redeem(redemption) {
        // A code gives one token, so the offer names it: the same identifier under the MAC of another purpose.
        case .success: return tokens.ticket(for: offer)
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
