import AuthorizationServer
import ConfigurationFile
import CredentialIssuer
import Foundation
import JOSE
import KeyStore
import Logging
import NIOCore
import OAuth
import RegistryRecords
import ServiceLifecycle
import Storage
import UnixSignals
import WebServer
import WireFormats

extension Installation {
    /// Runs both addresses until the process is told to stop.
    func serve() async throws {
        let metrics = Metrics()
        let sites = try await sites(metrics)
        let publicServer = SiteServer.service(
            sites.issuer, at: SiteServer.Address(host: configuration.host, port: settings.port), logger: logger
        ) { announce() }
        let managementServer = SiteServer.service(
            sites.management, at: SiteServer.Address(host: "127.0.0.1", port: settings.managementPort), logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    managementServer, publicServer, KeyRefresh(keys: keys, logger: logger, now: now), retentionSweep,
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw CommandFailure(
                "port \(settings.port) or \(settings.managementPort) is in use; set PORT and MANAGEMENT_PORT")
        }
        database.close()
    }

    var retentionSweep: RetentionSweep {
        RetentionSweep(
            retention: SQLRetention(database: database, nonceLifetime: configuration.nonceLifetime), logger: logger,
            now: now)
    }

    private func announce() {
        logger.notice(
            "ready",
            metadata: [
                "issuer": "\(configuration.publicURL)", "management": "\(settings.managementURL)",
                "data": "\(settings.dataDirectory.path)",
            ])
    }

    /// The table of everything that is served, by address.
    func sites(_ metrics: Metrics) async throws -> (issuer: Site, management: Site) {
        let identifier = configuration.publicURL
        let ring = keys.ring
        let mint = { (purpose: String) in
            TicketMint(root: ring.ticketKey, purpose: purpose, issuer: identifier)
        }
        let (codes, tokens, nonces) = (mint("pre-authorized code"), mint("access token"), mint("nonce"))
        let cache = GrantCache()
        let store = SQLIssuanceStore(database: database, sealer: ring.dataSealer, cache: cache)
        let liveKeys = keys
        let issuance = CredentialIssuance(
            issuerIdentifier: identifier, configurations: configuration.credentials,
            encoder: { try liveKeys.encoder($0, at: $1) }, nonces: nonces, persons: people,
            store: CountingIssuanceStore(store: store, metrics: metrics),
            policy: CredentialIssuance.Policy(
                batchSize: configuration.batchSize, nonceLifetime: configuration.nonceLifetime))
        let offers = Offers(
            issuerIdentifier: identifier, offerEndpoint: identifier + IssuerSite.Paths.offer, codes: codes,
            store: SQLOfferStore(database: database, sealer: ring.dataSealer, cache: cache), issuance: issuance,
            policy: Offers.Policy(
                lifetime: configuration.offerLifetime, txCodeLength: configuration.transactionCodeLength),
            now: now)
        let trail = ClientTrail()
        let token = TokenEndpoint(
            codes: codes, tokens: tokens, store: SQLPreAuthorizedGrantStore(database: database, cache: cache),
            tokenLifetime: configuration.accessTokenLifetime,
            earlierEvents: EarlierEvents { _, client in trail.takeEvents(client: client) }, now: now)
        let credential = CredentialEndpoint(
            access: AccessTokenAuthentication(tokens: tokens, grants: store), issuance: issuance, now: now)
        let issuer = IssuerSite(
            identifier: identifier, metadata: metadataDocument, authorizationServer: authorizationServerMetadata,
            keys: { liveKeys.documents }, offers: offers, token: token,
            nonce: NonceEndpoint(nonces: nonces, now: now), credential: credential, trail: trail, now: now)
        let landing = try LandingSite(
            publicURL: identifier, display: configuration.display, configurations: configuration.credentials,
            offers: offers, offerByValue: offers.offer(for:), tryOut: await tryOutPeople(), now: now)
        let management = ManagementSite(
            offers: offers, people: people, schema: configuration.registry, keys: keyAdministration,
            metrics: metrics, now: now)
        return (
            Site(routes: issuer.routes + landing.routes, metrics: metrics),
            Site(routes: management.routes, managementKey: managementKey, metrics: metrics)
        )
    }

    /// The people that the landing page offers, by the names that the registry has; those it does not have are left out.
    private func tryOutPeople() async throws -> [TryOutPerson] {
        var found: [TryOutPerson] = []
        for id in configuration.tryOut {
            guard let person = try await people.person(id: id) else { continue }
            let names = ["given_name", "family_name"].compactMap { name -> String? in
                guard case .text(let text)? = person.fields[name] else { return nil }
                return text
            }
            found.append(TryOutPerson(id: id, name: names.isEmpty ? id : names.joined(separator: " ")))
        }
        return found
    }

    private var metadataDocument: IssuerMetadataDocument {
        IssuerMetadataDocument(
            credentialIssuer: configuration.publicURL, authorizationServers: [configuration.publicURL],
            credentialEndpoint: configuration.publicURL + IssuerSite.Paths.credential,
            nonceEndpoint: configuration.publicURL + IssuerSite.Paths.nonce, batchSize: configuration.batchSize,
            display: configuration.display, configurations: configuration.credentials)
    }

    private var authorizationServerMetadata: AuthorizationServerMetadata {
        AuthorizationServerMetadata(
            issuer: configuration.publicURL, tokenEndpoint: configuration.publicURL + IssuerSite.Paths.token,
            grantTypes: [GrantType.preAuthorizedCode], allowsAnonymousPreAuthorizedGrant: true)
    }

    private var keyAdministration: ManagementSite.KeyAdministration {
        let (keys, now) = (keys, now)
        return ManagementSite.KeyAdministration(
            list: { keys.ring.listing(at: now()) },
            rotate: {
                let instant = now()
                // Twice the refresh interval: by then every process publishes the new key.
                try keys.replace(
                    await keys.ring.rotate(now: instant, activationDelay: KeyRefresh.interval * 2), now: instant)
                return keys.ring.listing(at: instant)
            })
    }
}

extension KeyRing {
    /// What an operator may know of the signing keys.
    fileprivate func listing(at instant: Date) -> JSON {
        let current = try? currentSigningKey(at: instant).keyID
        return .array(
            signingKeys.map { key in
                [
                    "id": .string(key.keyID), "generation": .integer(Int64(key.generation)),
                    "algorithm": .string(key.privateKey.algorithm.rawValue),
                    "signing": .bool(key.keyID == current),
                    "active_from": .string(key.activeFrom.formatted(.iso8601)),
                    "certificate_expires": .string(key.certificateExpires.formatted(.iso8601)),
                ]
            })
    }
}
