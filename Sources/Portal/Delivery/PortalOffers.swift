package import Foundation
package import WireFormats

/// Makes offers that put the person's credential into a wallet, under the person's own access token.
package protocol PortalOffers: Sendable {
    /// Whether the issuer makes them for others at all.
    func areMade() async -> Bool

    /// - Parameter access: of the ``CredentialInHand``.
    func offer(of credentialID: String, with access: JSON) async throws(WalletOfferRefusal) -> WalletOffer
}

/// Why there is no offer.
package enum WalletOfferRefusal: Error, Sendable, Equatable {
    /// The issuer makes none for others.
    case notMadeHere
    /// A reason for the operator, without tokens and codes.
    case refused(reason: String)
}

/// An offer with a pre-authorized code, OpenID4VCI 1.0 §4.1.
package struct WalletOffer: Sendable, Equatable {
    /// What a wallet opens: `openid-credential-offer://…`
    package let link: String
    /// What the wallet asks its user for; nil if it asks nothing.
    package let txCode: String?
    package let expiresAt: Date

    package init(link: String, txCode: String?, expiresAt: Date) {
        (self.link, self.txCode, self.expiresAt) = (link, txCode, expiresAt)
    }
}
