package import OpenID4VCI

/// Reads credential offers before it is decided which flow takes them.
package struct OfferReader: Sendable {
    private let discovery: IssuerDiscovery

    package init(exchange: any HTTPExchange, languages: LanguagePreference) {
        discovery = IssuerDiscovery(exchange: CheckedExchange(exchange: exchange, languages: languages))
    }

    /// The offer that a link has in it, or leads to.
    package func read(_ link: String) async throws(WalletRefusal) -> CredentialOffer {
        try await discovery.offer(of: link)
    }
}
