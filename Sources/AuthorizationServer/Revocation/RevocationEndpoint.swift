package import Foundation
import HTTPTypes
package import OAuth
import WireFormats

/// Revocation endpoint, RFC 7009.
package struct RevocationEndpoint: Sendable {
    let authenticator: ClientAuthenticator
    let tokens: AccessTokens
    let refreshTokens: TicketMint
    let store: any GrantStore
    let uses: any SingleUseStore
    let now: @Sendable () -> Date

    package init(
        authenticator: ClientAuthenticator, tokens: AccessTokens, refreshTokens: TicketMint, store: any GrantStore,
        uses: any SingleUseStore, now: @escaping @Sendable () -> Date
    ) {
        self.authenticator = authenticator
        self.tokens = tokens
        self.refreshTokens = refreshTokens
        self.store = store
        self.uses = uses
        self.now = now
    }

    /// §2.2: what is unknown, or somebody else's, is answered as what was revoked.
    package func respond(to request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let form = try EndpointForm.read(request)
        let client = try await authenticator.authenticate(request, form, at: instant)
        guard try await uses.spend(client.uses, at: now()) else { throw ClientAuthenticationRefusal.replayed }
        guard let text = form["token"] else { throw MissingParameter(name: "token") }
        if let id = refreshTokens.recognise(text) {
            if let (grant, _) = try await store.grant(ofRefreshToken: id, at: instant),
                grant.clientID.hasSameBytes(as: client.client.id)
            {
                try await store.revoke(grant: id, at: instant)
            }
        } else if let id = tokens.identifier(of: text, at: instant),
            let live = try await store.token(id, at: instant), live.token.clientID.hasSameBytes(as: client.client.id)
        {
            try await store.revoke(token: id, at: instant)
        }
        return EndpointResponse(status: .ok, headers: [.cacheControl: "no-store"])
    }
}

/// A parameter that a request must have is not there.
struct MissingParameter: Refusal {
    let name: String

    var wire: WireRefusal { WireRefusal(.badRequest, "invalid_request", name + " is missing") }
    var reason: String { name + " is missing" }
}
