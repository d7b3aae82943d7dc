import AuthorizationServer
import ConfigurationFile
import CredentialIssuer
import Foundation
import IdentityRegistry
import JOSE
import KeyStore
import Logging
import NIOCore
import OAuth
import OutgoingHTTP
import RegistryRecords
import SQLStatements
import ServiceLifecycle
import Storage
import TransparencyLog
import UnixSignals
import WebServer
import WireFormats

extension Installation {
    /// Runs both addresses until the process is told to stop.
    func serve(_ roles: Set<ServerRole> = Set(ServerRole.allCases)) async throws {
        if let faults = configuration.faults(for: roles) { throw CommandFailure("\(faults)") }
        let database = database
        let clock = ClockWatch(database: database, logger: logger)
        try await clock.check()
        let metrics = Metrics { database.usage?.samples ?? [] }
        let readiness = readiness(clock)
        let served = try await sites(metrics, roles: roles, readiness: readiness)
        let proxies = configuration.trustedProxies
        let manager = ServiceManager(socket: settings.notifySocket, logger: logger)
        let opening = Opening(addresses: 2) {
            readiness.start()
            announce(roles)
            manager.tell(.ready)
        }
        let publicServer = SiteServer.service(
            served.issuer,
            at: SiteServer.Address(host: settings.listenHost ?? configuration.host, port: settings.port),
            clientAddress: ClientAddress { address in proxies.contains { $0.contains(address) } }, logger: logger,
            onRunning: opening.addressIsOpen)
        let managementServer = SiteServer.service(
            served.management, at: SiteServer.Address(host: "127.0.0.1", port: settings.managementPort),
            logger: logger, onRunning: opening.addressIsOpen)
        var services: [any Service] = [
            managementServer, publicServer, KeyRefresh(keys: keys, logger: logger, now: now),
            retentionSweep(served.identity), clock,
        ]
        services += served.ledger?.services ?? []
        services += served.withdrawals.map { [$0] } ?? []
        if let ledger = served.ledger?.ledger {
            services += try anchorServices {
                // Without an answer there is nothing to anchor now; what is wrong with the database is told elsewhere.
                (try? await ledger.published()).flatMap(\.self).map { ($0.head.size, $0.head.root.bytes) }
            }
        }
        if let dispatch = served.identity?.dispatch { services.append(CodeSending(dispatch: dispatch)) }
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: logger))
        let stop = GracefulStop(
            readiness: readiness, delay: settings.stopDelay, limit: settings.stopLimit, logger: logger
        ) { manager.tell(.stopping) }
        do {
            try await stop.run(group, until: await UnixSignalsSequence(trapping: .sigterm, .sigint))
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw CommandFailure(
                "port \(settings.port) or \(settings.managementPort) is in use; set PORT and MANAGEMENT_PORT")
        }
        await database.close()
    }

    /// Ready while the database answers, and has much the same time.
    func readiness(_ clock: ClockWatch) -> Readiness {
        Readiness { [database] in
            do {
                _ = try await database.first("SELECT COUNT(*) FROM schema_migrations") { _ in }
                return clock.isRight ? nil : .clock
            } catch {
                return .database
            }
        }
    }

    func retentionSweep(_ identity: Identity?) -> RetentionSweep {
        RetentionSweep(
            retention: SQLRetention(database: database, nonceLifetime: configuration.nonceLifetime),
            identity: SQLIdentityRetention(
                database: database,
                longestWindow: max(identity?.limits.longestWindow ?? .zero, configuration.portal.starts.window)),
            visits: SQLPortalVisits(database: database),
            pushes: configuration.sharing.map { _ in
                SQLPushStore(database: database, sealer: keys.ring.dataSealer)
            }, logger: logger, now: now)
    }

    private func announce(_ roles: Set<ServerRole>) {
        logger.notice(
            "ready",
            metadata: [
                "issuer": "\(configuration.publicURL)", "management": "\(settings.managementURL)",
                "data": "\(settings.dataDirectory.path)",
                "roles": "\(roles.map(\.rawValue).sorted().joined(separator: ","))",
            ])
    }

    /// Everything that is served, by address.
    struct ServedSites: Sendable {
        let issuer: Site
        let management: Site
        let identity: Identity?
        /// Nil where no data is shared.
        let ledger: LedgerParts?
        let withdrawals: WithdrawalDelivery?
    }

    /// The table of everything that is served, by address.
    func sites(
        _ metrics: Metrics, roles: Set<ServerRole> = Set(ServerRole.allCases), readiness: Readiness = .always
    ) async throws -> ServedSites {
        let client = GuardedHTTPClient(destinations: configuration.destinations)
        let shared = SharedParts(
            roles: roles, client: client, documents: DocumentCache(client: client, now: now),
            nonces: DPoPNonces(
                mint: mint("DPoP nonce"), areRequired: configuration.authorizationServer.dpopNonces == .required),
            invitations: mint("issuer state"),
            offers: SQLOfferStore(database: database, sealer: keys.ring.dataSealer, recent: recent))
        let pages = try SitePages(
            publicURL: configuration.publicURL, display: configuration.display,
            configurations: roles.contains(.issuer) ? configuration.credentials : [],
            links: HeaderLinks(
                account: roles.contains(.authorizationServer) && configuration.login != nil,
                portal: servesPortal(roles)))
        let messages = try MessageChannels(self, pages: pages, client: client, logger: logger)
        let identity = roles.contains(.authorizationServer) ? try identity(client, messages) : nil
        let ledger = try await ledger()
        let hub = ledger.map { self.hub($0.ledger) }
        let provider = try identity.map { identity in
            try self.provider(
                identity, shared,
                sharing: hub.map { hub in
                    { subjects, clients, grants in
                        self.desk(hub, subjects, clients) { try await grants.append($0, to: $1) }
                    }
                })
        }
        let issuer = roles.contains(.issuer) ? try issuerParts(provider, shared, metrics) : nil
        var routes = CommonRoutes.all
        if let issuer {
            routes += issuer.site.routes + (try await landing(issuer, pages)).routes
        } else {
            routes += pages.assetRoutes
        }
        routes += tokenSite(issuer, provider, shared, pages).routes
        if let provider, let identity {
            let vaults = vaults(provider, nonces: shared.nonces)
            routes += authorizationSite(provider, identity, vaults, pages).routes + (vaults?.site.routes ?? [])
        }
        if let anchorsSite { routes += anchorsSite.routes }
        if servesPortal(roles) { routes += try portal(messages, pages).routes }
        routes += ledger?.site.routes ?? []
        let members = try await members(hub, provider, nonces: shared.nonces)
        routes += members?.site.routes ?? []
        let management = ManagementSite(
            offers: issuer?.offers, people: people, schema: configuration.registry, keys: keyAdministration,
            clients: provider.map(clientAdministration), logins: identity?.administration, logouts: provider?.logouts,
            sharing: members?.administration,
            secretColumns: configuration.login?.secretColumns ?? .none,
            timeline: { Offers.told(and: try await shared.offers.timeline(of: $0)) }, metrics: metrics, now: now)
        return ServedSites(
            issuer: Site(routes: routes, metrics: metrics, readiness: readiness),
            management: Site(
                routes: management.routes + (members == nil ? [] : try ConsoleSite().routes),
                managementKey: managementKey,
                metrics: metrics, readiness: readiness),
            identity: identity, ledger: ledger,
            withdrawals: hub.flatMap { hub in provider?.desk.map { withdrawalDelivery(hub, $0) } })
    }

    /// A portal needs somewhere to log in.
    private func servesPortal(_ roles: Set<ServerRole>) -> Bool {
        guard roles.contains(.portal) else { return false }
        let isOwn = configuration.portal.provider == configuration.publicURL
        return !isOwn || roles.contains(.authorizationServer) && configuration.login != nil
    }

    private func authorizationSite(
        _ provider: Provider, _ identity: Identity, _ vaults: Vaults?, _ pages: SitePages
    ) -> AuthorizationSite {
        let liveKeys = keys
        let sealer = keys.ring.dataSealer
        let browser = BrowserSite(
            authorization: provider.authorization, interactions: provider.interactions, logouts: provider.logouts,
            account: provider.account,
            passkeys: PasskeysOfAccount(
                registration: identity.passkeys, administration: identity.administration, claims: provider.claims,
                now: now),
            vault: vaults?.account,
            cookies: BrowserCookies(
                isSecure: configuration.publicURL.hasPrefix("https:"), sessions: mint("session"),
                seal: { sealer.seal($0, context: "device cookie") },
                open: { try? sealer.open($0, context: "device cookie") }),
            pages: pages, now: now)
        return AuthorizationSite(
            path: WellKnownRoutes.path(of: configuration.publicURL), endpoints: provider.endpoints, browser: browser,
            keys: { liveKeys.documents.tokenKeys }, now: now)
    }

    private func tokenSite(
        _ issuer: IssuerParts?, _ provider: Provider?, _ shared: SharedParts, _ pages: SitePages
    ) -> TokenSite {
        let token = TokenEndpoint(
            preAuthorized: issuer?.preAuthorized, grants: provider?.grants,
            proofs: ProofOfPossession(
                nonces: shared.nonces, url: configuration.publicURL + IssuerSite.Paths.token), now: now)
        let metadata = provider.map { providerMetadata($0, languages: pages.languages) } ?? preAuthorizedMetadata
        return TokenSite(
            identifier: configuration.publicURL, metadata: metadata, isOpenIDProvider: provider != nil,
            token: { try await token.respond(to: $0) })
    }

    /// Of an issuer without login: it gives tokens for its own pre-authorized codes only.
    private var preAuthorizedMetadata: AuthorizationServerMetadata {
        var metadata = AuthorizationServerMetadata(
            issuer: configuration.publicURL, tokenEndpoint: configuration.publicURL + IssuerSite.Paths.token,
            grantTypes: [GrantType.preAuthorizedCode], allowsAnonymousPreAuthorizedGrant: true)
        metadata.dpopAlgorithms = DPoPProof.defaultAlgorithms.map(\.rawValue).sorted()
        return metadata
    }

    /// The credential issuer, put together.
    struct IssuerParts: Sendable {
        let site: IssuerSite
        let offers: Offers
        let preAuthorized: PreAuthorizedTokens
    }

    private func issuerParts(_ provider: Provider?, _ shared: SharedParts, _ metrics: Metrics) throws -> IssuerParts {
        let identifier = configuration.publicURL
        let ring = keys.ring
        let (codes, tokens, nonces) = (mint("pre-authorized code"), mint("access token"), mint("nonce"))
        let store = SQLIssuanceStore(database: database, sealer: ring.dataSealer, recent: recent)
        let liveKeys = keys
        let counting = CountingIssuanceStore(store: store, metrics: metrics)
        let issuance = CredentialIssuance(
            issuerIdentifier: identifier, configurations: configuration.credentials,
            encoder: { try liveKeys.encoder($0, at: $1) }, nonces: nonces, persons: try recordSource(shared),
            store: counting,
            policy: CredentialIssuance.Policy(
                batchSize: configuration.batchSize, nonceLifetime: configuration.nonceLifetime))
        let foreign = configuration.authorizationServers.map(\.issuer)
        // With several authorization servers, an offer says which of them each grant is for (OpenID4VCI 1.0 §4.1.1).
        let hasSeveral = !foreign.isEmpty
        let offers = Offers(
            issuerIdentifier: identifier, offerEndpoint: identifier + IssuerSite.Paths.offer, codes: codes,
            invitations: provider != nil || hasSeveral ? shared.invitations : nil, store: shared.offers,
            issuance: issuance,
            policy: Offers.Policy(
                lifetime: configuration.offerLifetime, txCodeLength: configuration.transactionCodeLength,
                preAuthorizedServer: hasSeveral ? identifier : nil,
                loginServer: hasSeveral ? (provider == nil ? foreign[0] : identifier) : nil), now: now)
        var sources: [any AccessTokenSource] = [OfferTokens(tokens: tokens, grants: store)]
        if let provider {
            sources.append(
                GrantTokenSource(tokens: provider.accessTokens, store: provider.grantStore, issuer: identifier))
        }
        sources += try foreignTokens(shared)
        let access = { (path: String) in
            AccessTokenAuthentication(sources: sources, nonces: shared.nonces, url: identifier + path)
        }
        let trail = ClientTrail()
        let site = IssuerSite(
            identifier: identifier, metadata: metadataDocument(foreign, hasLogin: provider != nil),
            keys: { liveKeys.documents }, offers: offers,
            delegated: DelegatedOffers(
                access: access(IssuerSite.Paths.offer), offers: offers, store: store, now: now),
            nonce: NonceEndpoint(nonces: nonces, proofs: shared.nonces, now: now),
            credential: CredentialEndpoint(
                access: access(IssuerSite.Paths.credential), issuance: issuance, now: now), trail: trail, now: now)
        let preAuthorized = PreAuthorizedTokens(
            codes: codes, tokens: tokens, store: SQLPreAuthorizedGrantStore(database: database, recent: recent),
            tokenLifetime: configuration.accessTokenLifetime,
            earlierEvents: EarlierEvents { _, client in trail.takeEvents(client: client) })
        return IssuerParts(site: site, offers: offers, preAuthorized: preAuthorized)
    }

    /// Where the claims of credentials come from.
    private func recordSource(_ shared: SharedParts) throws -> any PersonSource {
        switch configuration.registrySource {
        case .builtIn: return people
        case .sql(let settings):
            return SQLTableSource(
                path: file(settings.file).path,
                statements: SQLTableSource.Statements(
                    person: settings.person, match: settings.match, username: settings.username),
                schema: configuration.registry, knowledge: configuration.login?.knowledge ?? [])
        case .http(let url, let secretFile):
            return ServiceRecords(source: try httpSource(url, secretFile, shared.client))
        }
    }

    private func foreignTokens(_ shared: SharedParts) throws -> [ForeignTokens] {
        let exchange = ForeignServers(documents: shared.documents, client: shared.client)
        return try configuration.authorizationServers.map { server in
            let verification: ForeignAuthorizationServer.Verification =
                switch server.tokens {
                case .jwt: .signature
                case .introspection(let id, let file): .introspection(clientID: id, secret: try secret(file))
                }
            return ForeignTokens(
                server: ForeignAuthorizationServer(
                    issuer: server.issuer, verification: verification, subjectClaim: server.subjectClaim),
                audience: configuration.publicURL, configurations: configuration.credentials, exchange: exchange,
                person: personFinder(server.subjectKey))
        }
    }

    private func personFinder(
        _ key: TrustedAuthorizationServer.SubjectKey
    ) -> @Sendable (String) async throws -> String? {
        switch key {
        case .identifier: return { $0 }
        case .field:
            guard let index = people.index else { return { _ in nil } }
            let found = RegisteredPeople(index: index, entries: people, people: people)
            return { try await found.find(username: $0) }
        }
    }

    private func landing(_ issuer: IssuerParts, _ pages: SitePages) async throws -> LandingSite {
        LandingSite(
            pages: pages, offers: issuer.offers, offerByValue: issuer.offers.offer(for:),
            tryOut: try await tryOutPeople(), now: now)
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

    /// Wallets take the first authorization server that suits: an issuer without login gives tokens for its own
    /// pre-authorized codes only.
    private func metadataDocument(_ foreign: [String], hasLogin: Bool) -> IssuerMetadataDocument {
        IssuerMetadataDocument(
            credentialIssuer: configuration.publicURL,
            authorizationServers: hasLogin ? [configuration.publicURL] + foreign : foreign + [configuration.publicURL],
            credentialEndpoint: configuration.publicURL + IssuerSite.Paths.credential,
            nonceEndpoint: configuration.publicURL + IssuerSite.Paths.nonce, batchSize: configuration.batchSize,
            display: configuration.display, configurations: configuration.credentials)
    }

    private var keyAdministration: ManagementSite.KeyAdministration {
        let (keys, now) = (keys, now)
        return ManagementSite.KeyAdministration(
            list: { keys.ring.listing(at: now()) },
            rotate: {
                let instant = now()
                // Twice the refresh interval: by then every process publishes the new key.
                let delay = KeyRefresh.interval * 2
                var ring = try await keys.ring.rotate(now: instant, activationDelay: delay)
                for purpose in [KeyPurpose.tokenSigning, .tokenSigningRSA] {
                    ring = try await ring.rotate(purpose, now: instant, activationDelay: delay)
                }
                try keys.replace(ring, now: instant)
                return keys.ring.listing(at: instant)
            })
    }
}

extension KeyRing {
    /// What an operator may know of the signing keys.
    fileprivate func listing(at instant: Date) -> JSON {
        let current = try? currentSigningKey(at: instant).keyID
        let credentialKeys = signingKeys.map { key -> JSON in
            [
                "id": .string(key.keyID), "purpose": .string(KeyPurpose.credentialSigning.rawValue),
                "generation": .integer(Int64(key.generation)),
                "algorithm": .string(key.privateKey.algorithm.rawValue), "signing": .bool(key.keyID == current),
                "active_from": .string(key.activeFrom.formatted(.iso8601)),
                "certificate_expires": .string(key.certificateExpires.formatted(.iso8601)),
            ]
        }
        let tokenKeys = [KeyPurpose.tokenSigning, .tokenSigningRSA].flatMap { purpose -> [JSON] in
            let signing = try? plainKey(purpose, at: instant).keyID
            return (plainKeys[purpose] ?? []).map { key in
                [
                    "id": .string(key.keyID), "purpose": .string(purpose.rawValue),
                    "generation": .integer(Int64(key.generation)),
                    "algorithm": .string(key.privateKey.algorithm.rawValue), "signing": .bool(key.keyID == signing),
                    "active_from": .string(key.activeFrom.formatted(.iso8601)),
                ]
            }
        }
        return .array(credentialKeys + tokenKeys)
    }
}
