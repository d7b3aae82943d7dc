import Foundation
import IdentityRegistry
import Logging
import MessageDelivery
import Portal
import Verifier
import WalletClient
import WebServer

/// The portal as a role of its own. It reaches provider and issuer over HTTP only, also when they are the same process.
struct PortalRole {
    /// The authorization server's issuer identifier.
    let provider: String
    /// The credential issuer identifier.
    let issuer: String
    /// The portal's own public address.
    let publicURL: String
    /// A way to provider and issuer.
    let exchange: any HTTPExchange
    /// As whom the portal shows itself to the provider.
    let identity: WalletClientIdentity
    /// Nil if letters are not sent.
    let mail: (any MessageChannel)?
    let store: any PortalVisitStore
    /// Nil without limit.
    var limiter: AddressLimiter?
    let now: @Sendable () -> Date

    /// To be registered at the provider.
    var redirectURI: String { publicURL.trimmingFinalSlash + PortalSite.Paths.callback }

    /// - Parameter keys: the public keys of `identity`.
    func site(
        pages: SitePages, keys: @escaping @Sendable () -> PublishedDocument, logger: Logger
    ) -> PortalSite {
        let issuance = WalletPortalIssuance(
            exchange: exchange, identity: identity, provider: provider, issuer: issuer, redirectURI: redirectURI,
            sendsLetters: mail != nil, now: now)
        let visits = PortalVisits(
            catalogue: IssuerCatalogue(exchange: exchange, issuer: issuer, now: now), issuance: issuance,
            offers: IssuerOffers(
                flow: issuance.flow, exchange: exchange, endpoint: issuer.trimmingFinalSlash + IssuerSite.Paths.offer),
            store: store, now: now)
        let (limiter, now) = (limiter, now)
        return PortalSite(
            visits: visits, mail: mail.map { ChannelMail(channel: $0, now: now) }, pages: pages, keys: keys,
            report: { trouble in
                logger.error(
                    "portal",
                    metadata: [
                        "reference": "\(trouble.reference)", "place": "\(trouble.place.rawValue)",
                        "reason": "\(trouble.reason)",
                    ])
            }, wait: { try await limiter?.wait(from: $0, at: now()) }, now: now)
    }
}

extension String {
    fileprivate var trimmingFinalSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
