import AuthorizationServer
import ConfigurationFile
import CredentialIssuer
import Foundation
import JOSE
import KeyStore
import Logging
import OAuth
import OutgoingHTTP
import PersonAuthentication
import Storage
import WebServer
import WireFormats

/// The authorization server of an installation, put together.
struct Provider: Sendable {
    let policy: AuthorizationPolicy
    let directory: ClientDirectory
    let clientStore: SQLClientStore
    let authenticator: ClientAuthenticator
    let registration: RegistrationEndpoint
    let initialTokens: TicketMint
    let grants: GrantTokens
    let accessTokens: AccessTokens
    let grantStore: SQLGrantStore
    let endpoints: AuthorizationSite.Endpoints
    let interactions: Interactions
    let authorization: AuthorizationEndpoint
    let logouts: Logouts
    let account: Account
    let claims: ProviderClaims
    let texts: ClaimTexts
    /// Nil where no data is shared.
    let desk: HubDesk?
}

/// What several parts of a process share.
struct SharedParts: Sendable {
    let roles: Set<ServerRole>
    let client: GuardedHTTPClient
    let documents: DocumentCache
    let nonces: DPoPNonces
    /// Makes `issuer_state`.
    let invitations: TicketMint
    let offers: SQLOfferStore
}

extension Installation {
    func mint(_ purpose: String) -> TicketMint {
        TicketMint(root: keys.ring.ticketKey, purpose: purpose, issuer: configuration.publicURL)
    }

    private var policy: AuthorizationPolicy {
        let settings = configuration.authorizationServer
        return AuthorizationPolicy(
            issuer: configuration.publicURL, codeLifetime: settings.codeLifetime,
            requestLifetime: settings.requestLifetime, loginTime: settings.loginTime,
            sessionLifetime: settings.sessionLifetime, sessionIdle: settings.sessionIdle,
            accessTokenLifetime: configuration.accessTokenLifetime,
            refreshTokenLifetime: settings.refreshTokenLifetime,
            profile: settings.profile == .fapi2 ? .fapi2 : .standard,
            dpopNonces: settings.dpopNonces == .required ? .required : .offered,
            levels: configuration.login?.levels ?? [], knowledge: configuration.login?.knowledge ?? [],
            resources: settings.resources.map { resource in
                AuthorizationPolicy.ProtectedResource(
                    identifier: resource.identifier, format: resource.tokenFormat == .jwt ? .jwt : .opaque,
                    subjectType: resource.subject == .registry ? .registry : .pairwise)
            }, tokenFormat: settings.tokenFormat == .jwt ? .jwt : .opaque,
            subjectType: settings.subject == .public ? .public : .pairwise)
    }

    private var claimTexts: ClaimTexts {
        ClaimTexts(
            configuration.authorizationServer.claims.map {
                ClaimDefinition(name: $0.name, scope: $0.scope, label: $0.display)
            })
    }

    /// - Parameter sharing: makes the desk for data that others have; nil where none is shared.
    func provider(
        _ identity: Identity, _ shared: SharedParts,
        sharing: ((SubjectNames, ClientDirectory, SQLGrantStore) -> HubDesk)? = nil
    ) throws -> Provider {
        let url = configuration.publicURL
        let ring = keys.ring
        let policy = policy
        let mark = PersonMark(root: ring.codeKey)
        let interactions = SQLInteractionStore(
            database: database, sealer: ring.dataSealer, mark: mark, recent: recent)
        let sessions = SQLSessionStore(database: database, sealer: ring.dataSealer, recent: recent)
        let consents = SQLConsentStore(database: database, sealer: ring.dataSealer, mark: mark, recent: recent)
        let grantStore = SQLGrantStore(database: database, sealer: ring.dataSealer, recent: recent)
        let clientStore = SQLClientStore(database: database)
        let uses = SQLSingleUseStore(database: database)
        let directory = ClientDirectory(
            configured: try configuredClients(shared.roles), store: clientStore, documents: shared.documents)
        let catalog = catalogs(shared)
        let texts = claimTexts
        let subjects = SubjectNames(root: ring.codeKey, standard: policy.subjectType)
        let desk = sharing?(subjects, directory, grantStore)
        let rules = AuthorizationRules(
            policy: policy, clients: directory, catalog: catalog, claims: texts,
            invitations: Invitations(offers: shared.offers), offers: shared.invitations, subjects: subjects,
            sharing: desk)
        let codes = mint("authorization code")
        let refreshTokens = mint("refresh token")
        let requests = mint("pushed request")
        let claims = ProviderClaims(definitions: configuration.authorizationServer.claims, source: identity.source)
        let accessTokens = AccessTokens(
            policy: policy, tickets: mint("granted access token"), subjects: subjects, keys: keys)
        let idTokens = IDTokens(
            policy: policy, subjects: subjects, keys: keys, claims: claims, clients: directory, sharing: desk)
        let logger = logger
        let logouts = Logouts(
            sessions: sessions, clients: directory, idTokens: idTokens, keys: keys,
            messages: BackChannelLogout(client: shared.client) { clientID in
                logger.warning("a client could not be told of a logout", metadata: ["client_id": "\(clientID)"])
            }, csrf: mint("account form"), now: now)
        let engine = Interactions(
            policy: policy, rules: rules,
            stores: Interactions.Stores(
                interactions: interactions, sessions: sessions, consents: consents, grants: grantStore),
            tickets: Interactions.Tickets(
                pages: mint("interaction"), requests: requests, codes: codes, offers: shared.invitations),
            login: identity.verification, endings: logouts, texts: texts, now: now)
        let authenticator = ClientAuthenticator(
            clients: directory, policy: policy, attesters: try Attesters(self),
            challenges: mint("attestation challenge"))
        let initialTokens = mint("initial access token")
        let registration = RegistrationEndpoint(
            policy: policy, store: clientStore, documents: shared.documents, initialTokens: initialTokens,
            registrationTokens: mint("registration access token"),
            url: url + AuthorizationSite.Paths.register, now: now)
        let endpoints = AuthorizationSite.Endpoints(
            push: PushedRequests(
                rules: rules, authenticator: authenticator, interactions: interactions, tickets: requests,
                proofs: ProofOfPossession(nonces: shared.nonces, url: url + AuthorizationSite.Paths.push), now: now),
            userInfo: UserInfoEndpoint(
                tokens: accessTokens, store: grantStore, uses: uses, idTokens: idTokens, clients: directory,
                nonces: shared.nonces, url: url + AuthorizationSite.Paths.userInfo, now: now),
            introspection: IntrospectionEndpoint(
                authenticator: authenticator, tokens: accessTokens, idTokens: idTokens,
                refreshTokens: refreshTokens, store: grantStore, uses: uses, now: now),
            revocation: RevocationEndpoint(
                authenticator: authenticator, tokens: accessTokens, refreshTokens: refreshTokens, store: grantStore,
                uses: uses, now: now),
            registration: registration, authenticator: authenticator)
        return Provider(
            policy: policy, directory: directory, clientStore: clientStore, authenticator: authenticator,
            registration: registration, initialTokens: initialTokens,
            grants: GrantTokens(
                authenticator: authenticator, policy: policy, store: grantStore, tokens: accessTokens,
                idTokens: idTokens, codes: codes, refreshTokens: refreshTokens, catalog: catalog),
            accessTokens: accessTokens, grantStore: grantStore, endpoints: endpoints, interactions: engine,
            authorization: AuthorizationEndpoint(
                interactions: engine, clients: directory, subjects: subjects, now: now),
            logouts: logouts,
            account: Account(
                consents: consents, clients: directory, catalog: catalog, texts: texts, claims: claims, keys: keys,
                issuer: url, sharing: desk, now: now), claims: claims, texts: texts, desk: desk)
    }

    private func catalogs(_ shared: SharedParts) -> Catalogs {
        let name =
            LocalizedText(configuration.display.map { .init(language: $0.locale, text: $0.name) })
            ?? LocalizedText(configuration.publicURL)
        let own =
            shared.roles.contains(.issuer)
            ? configuration.credentials.map { $0.catalogEntry(issuer: configuration.publicURL, issuerName: name) } : []
        return Catalogs(
            own: CredentialCatalog(own), foreign: configuration.authorizationServer.credentialIssuers,
            documents: shared.documents)
    }
}
