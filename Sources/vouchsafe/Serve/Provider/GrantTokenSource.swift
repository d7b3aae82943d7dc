import AuthorizationServer
import CredentialIssuer
import Foundation
import OAuth
import WireFormats

/// The access tokens of this server's own authorization server, as the issuer asks for them.
struct GrantTokenSource: AccessTokenSource {
    let tokens: AccessTokens
    let store: any GrantStore
    /// The credential issuer identifier.
    let issuer: String

    func grant(of token: String, at instant: Date) async throws -> AccessGrant? {
        guard let id = tokens.identifier(of: token, at: instant),
            let live = try await store.recentToken(id, at: instant),
            let grant = live.grant,
            live.token.audience.isEmpty || live.token.audience.contains(where: { $0.hasSameBytes(as: issuer) })
        else { return nil }
        let own = grant.credentials.filter {
            $0.issuer.hasSameBytes(as: issuer) && live.token.configurationIDs.contains($0.configurationID)
        }
        return AccessGrant(
            transaction: grant.transaction, origin: .token(id), credentialConfigurationIDs: own.map(\.configurationID),
            credentialIdentifiers: Dictionary(
                own.compactMap { credential in credential.identifier.map { ($0, credential.configurationID) } },
                uniquingKeysWith: { first, _ in first }),
            subject: .registry(id: grant.person), clientID: grant.clientID,
            keyThumbprint: live.token.keyThumbprint, expiresAt: live.token.expiresAt)
    }
}

/// The offers that authorization requests begin with.
struct Invitations: OfferInvitations {
    let offers: any OfferStore

    func invitation(_ id: TicketID, at instant: Date) async throws -> OfferInvitation? {
        guard let offer = try await offers.offer(id), offer.grant == .authorizationCode,
            offer.state(at: instant) == .open
        else { return nil }
        var person: String?
        if case .registry(let id)? = offer.subject { person = id }
        return OfferInvitation(id: id, configurationIDs: offer.credentialConfigurationIDs, person: person)
    }
}
