import ConfigurationFile
import IdentityRegistry
import JOSE
import KeyStore
import OutgoingHTTP
import Storage
import Verifier
import WalletClient
import WebServer

extension Installation {
    /// The portal, which reaches provider and issuer over HTTP, this same process too.
    func portal(_ messages: MessageChannels, _ pages: SitePages) throws -> PortalSite {
        let settings = configuration.portal
        // The operator has named these two servers, so they may stand anywhere.
        let named = [settings.provider, settings.issuer].compactMap { try? WebAddress($0) }
        let allowed = configuration.destinations
        let client = GuardedHTTPClient(
            destinations: AllowedDestinations(loopback: false) { address, host in
                named.contains { $0.host == host.host && $0.port == host.port } || allowed.allow(address, for: host)
            })
        let key = try keys.ring.plainKey(.portalClient, at: now())
        let liveKeys = keys
        let role = PortalRole(
            provider: settings.provider, issuer: settings.issuer, publicURL: configuration.publicURL, exchange: client,
            identity: .privateKeyJWT(clientID: settings.clientID, signer: key.privateKey, keyID: key.keyID),
            mail: messages.mail, store: SQLPortalVisits(database: database),
            limiter: AddressLimiter(
                store: SQLAttemptStore(database: database), label: "portal starts by address",
                limit: settings.starts.address, window: settings.starts.window,
                keys: IdentityKeys(root: keys.ring.codeKey)), now: now)
        return role.site(pages: pages, keys: { PublishedDocument(liveKeys.portalKeys) }, logger: logger)
    }
}
