package import Foundation
import OAuth
package import OpenID4VCI
package import Verifier

/// The holder's side of the pre-authorized code flow, OpenID4VCI 1.0 §3.5: ``open(_:)-(String)`` finds out what is
/// offered, and when the holder has agreed, ``accept(_:txCode:)`` fetches and verifies it.
package struct PreAuthorizedIssuance: Sendable {
    private let means: IssuanceMeans

    /// - Parameter keys: how issuers' keys are found; nil for what the issuers publish themselves.
    package init(
        exchange: any HTTPExchange, keys: (any IssuerKeyResolver)? = nil, languages: LanguagePreference,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        means = IssuanceMeans(exchange: exchange, keys: keys, languages: languages, now: now)
    }

    /// Reads the link, fetches offer and metadata, and gives what to show.
    package func open(_ link: String) async throws(WalletRefusal) -> OfferedCredentials {
        try await open(means.discovery.offer(of: link))
    }

    /// Fetches the metadata of an offer that was read before.
    package func open(_ offer: CredentialOffer) async throws(WalletRefusal) -> OfferedCredentials {
        guard let grant = offer.preAuthorizedCode else { throw .loginNeeded }
        let described = try await means.discovery.describe(
            offer.credentialConfigurationIDs, of: offer.credentialIssuer)
        let server = try await means.discovery.authorizationServer(
            of: described.metadata, offered: grant.authorizationServer,
            fitting: { $0.grantTypes.contains(GrantType.preAuthorizedCode) })
        return OfferedCredentials(described: described, txCode: grant.txCode, code: grant.code, server: server)
    }

    /// Redeems the code and fetches every credential of the offer. What the issuer does not give, or gives in a state
    /// that the wallet cannot vouch for, is told apart from what may be stored.
    ///
    /// - Throws: `WalletRefusal` if there is no access at all; the offer may then be tried again.
    package func accept(
        _ offered: OfferedCredentials, txCode: String?
    ) async throws(WalletRefusal) -> IssuanceOutcome {
        let access = try await redeem(offered, txCode: txCode)
        let receipt = CredentialReceipt(means: means, described: offered.described, access: access, renewal: nil)
        return await receipt.receive(offered.credentials)
    }

    /// Token request, OpenID4VCI 1.0 §6.1, by an anonymous wallet.
    private func redeem(
        _ offered: OfferedCredentials, txCode: String?
    ) async throws(WalletRefusal) -> IssuanceAccess {
        if offered.txCode != nil, txCode?.isEmpty != false { throw .txCodeMissing }
        let grant = AccessTokenRequest.Grant.preAuthorizedCode(
            code: offered.code, txCode: offered.txCode == nil ? nil : txCode)
        let server = ServerConversation(means: means, server: TokenServer(offered.server), identity: nil)
        return try await server.requestToken(grant, with: server.newKey()).access(clientID: nil)
    }
}
