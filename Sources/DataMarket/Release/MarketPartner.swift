package import DataSharing
package import OAuth

/// A service provider that the market gives data to, as the market itself knows it: whoever stands in between cannot add
/// one, nor change its keys.
package struct MarketPartner: Sendable {
    package let clientID: String
    /// Its signature keys.
    package let keys: VerificationKeys
    /// Its encryption key, where requests that nobody signed are accepted; then this key alone is encrypted to.
    package let pinnedEncryptionKey: PublicEncryptionKey?

    package init(clientID: String, keys: VerificationKeys, pinnedEncryptionKey: PublicEncryptionKey?) {
        self.clientID = clientID
        self.keys = keys
        self.pinnedEncryptionKey = pinnedEncryptionKey
    }
}

/// Who this market is, whose word it listens to, and whom it gives data to.
package struct MarketTrust: Sendable {
    /// The organization's identifier.
    package let organization: String
    package let marketURI: String
    /// The hub's issuer identifier.
    package let hub: String
    /// By `client_id`.
    package let partners: [String: MarketPartner]

    package init(organization: String, marketURI: String, hub: String, partners: [String: MarketPartner]) {
        self.organization = organization
        self.marketURI = marketURI
        self.hub = hub
        self.partners = partners
    }
}

/// The hub's keys for tokens, as it publishes them.
package protocol HubKeySource: Sendable {
    /// - Parameter unknown: true where the ones at hand have not verified something: they may have changed.
    func keys(refreshing unknown: Bool) async throws -> VerificationKeys
}
