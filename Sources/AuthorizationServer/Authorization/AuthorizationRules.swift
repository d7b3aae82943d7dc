import Foundation
import JOSE
package import OAuth
import PersonAuthentication
import WireFormats

/// Decides what a client may ask: RFC 6749 §4.1.1, RFC 9700 §2.1, OpenID4VCI 1.0 §5.
package struct AuthorizationRules: Sendable {
    let policy: AuthorizationPolicy
    let clients: ClientDirectory
    let catalog: any CredentialCatalogSource
    let claims: ClaimTexts
    let invitations: any OfferInvitations
    /// `issuer_state` of our own offers.
    let offers: TicketMint
    let subjects: SubjectNames
    /// Nil where no data is shared.
    let sharing: (any SharingDesk)?

    package init(
        policy: AuthorizationPolicy, clients: ClientDirectory, catalog: any CredentialCatalogSource,
        claims: ClaimTexts, invitations: any OfferInvitations, offers: TicketMint, subjects: SubjectNames,
        sharing: (any SharingDesk)? = nil
    ) {
        self.subjects = subjects
        self.sharing = sharing
        self.policy = policy
        self.clients = clients
        self.catalog = catalog
        self.claims = claims
        self.invitations = invitations
        self.offers = offers
    }

    /// The address that answers go to, if it is the client's.
    ///
    /// - Parameter isAuthenticated: the client has shown who it is, and may name an address that nobody registered
    ///   (RFC 9126 §2.4).
    func redirectURI(
        _ requested: String?, of client: RegisteredClient, isAuthenticated: Bool
    ) -> String? {
        guard let requested else { return client.onlyRedirectURI }
        if client.metadata.redirectURIs.contains(where: { $0.admits(requested) }) { return requested }
        guard isAuthenticated, client.metadata.authenticationMethod == .attestation, RedirectURI(requested) != nil
        else { return nil }
        return requested
    }

    /// The order of a request that was validated before.
    func order(of interaction: Interaction) async throws -> AuthorizationOrder {
        let request = interaction.request
        guard
            let client = try await clients.client(interaction.clientID)
                ?? Self.attested(interaction.clientID, request)
        else {
            throw InteractionRefusal.request(code: "invalid_client", reason: "the client was removed")
        }
        guard let parsed = interaction.parsed ?? Self.parse(request) else {
            throw DamagedState("authorization request")
        }
        return try await order(parsed, of: client, isAuthenticated: request["authenticated"]?.bool ?? false)
    }

    private static func parse(_ request: JSON) -> AuthorizationRequest? {
        request["request"]?.object.flatMap { try? AuthorizationRequest(json: $0) }
    }

    /// A wallet that nobody registered, known by its attester's word.
    private static func attested(_ id: String, _ request: JSON) -> RegisteredClient? {
        guard request["attested"]?.bool == true else { return nil }
        return .attestedWallet(id, attester: request["attester"]?.string)
    }

    /// - Throws: ``AuthorizationRefusal``; `InteractionRefusal.request` if the redirect URI is not the client's.
    func order(
        _ request: AuthorizationRequest, of client: RegisteredClient, isAuthenticated: Bool
    ) async throws -> AuthorizationOrder {
        guard let address = redirectURI(request.redirectURI, of: client, isAuthenticated: isAuthenticated) else {
            throw InteractionRefusal.request(
                code: "invalid_request", reason: "redirect_uri is missing or not registered for this client")
        }
        try checkProtocol(request, client)
        let catalog = await catalog.catalog()
        let credentials = try credentials(request, client, catalog)
        let shared = try await sharing(request, client)
        let scope = knownScopes(request, client, catalog, shared)
        guard !credentials.isEmpty || !scope.isEmpty else { throw AuthorizationRefusal.request(.scope) }
        try checkResources(request, credentials)
        return AuthorizationOrder(
            client: client, redirectURI: address, namesRedirectURI: request.redirectURI != nil,
            responseMode: request.responseMode ?? .query, state: request.state, nonce: request.nonce, scope: scope,
            credentials: credentials, claims: orderedClaims(request, scope), sharing: shared,
            codeChallenge: request.codeChallenge,
            keyThumbprint: request.dpopKeyThumbprint.flatMap { try? Base64URL.decode($0) },
            resources: request.resources, issuerState: request.issuerState, prompts: request.prompts,
            maxAge: request.maxAge.map { Int($0.components.seconds) } ?? client.metadata.defaultMaxAge,
            level: try level(request, client), loginHint: request.loginHint, languages: request.uiLocales,
            purpose: request.purpose, hintedSubject: hintedSubject(request),
            allowsRefresh: allowsRefresh(request, client, scope))
    }

    private func checkProtocol(
        _ request: AuthorizationRequest, _ client: RegisteredClient
    ) throws(AuthorizationRefusal) {
        guard client.mayUse(GrantType.authorizationCode) else { throw .unauthorizedClient }
        // RFC 9700 §2.1.1: for every client, so that nobody can leave it out on behalf of one that uses it.
        guard request.codeChallenge != nil else { throw .request(.pkce(.missingChallenge)) }
        if policy.profile == .fapi2 {
            guard !client.isPublic else { throw .unauthorizedClient }
            guard request.redirectURI != nil else { throw .request(.missing("redirect_uri")) }
        }
    }

    /// OpenID4VCI 1.0 §5.1: details and scopes are both heard; of the same credential the details count.
    private func credentials(
        _ request: AuthorizationRequest, _ client: RegisteredClient, _ catalog: CredentialCatalog
    ) throws(AuthorizationRefusal) -> [OrderedCredential] {
        var ordered: [OrderedCredential] = []
        for detail in request.authorizationDetails?.entries ?? [] {
            guard let entry = catalog.entry(configurationID: detail.credentialConfigurationID, at: detail.locations),
                client.mayAsk(for: entry.scope)
            else { throw .request(.authorizationDetails(.unknownConfiguration)) }
            guard !ordered.contains(where: { $0.entry == entry }) else { continue }
            ordered.append(OrderedCredential(entry: entry, byDetails: true))
        }
        for scope in request.scopes {
            guard let entry = catalog.entry(scope: scope), client.mayAsk(for: scope),
                !ordered.contains(where: { $0.entry == entry })
            else {
                continue
            }
            ordered.append(OrderedCredential(entry: entry, byDetails: false))
        }
        return ordered
    }

    /// Unknown scopes are ignored, OpenID4VCI 1.0 §5.1.2; so are those that the client is not registered for.
    private func knownScopes(
        _ request: AuthorizationRequest, _ client: RegisteredClient, _ catalog: CredentialCatalog,
        _ shared: (any SharingOrder)?
    ) -> [String] {
        request.scopes.filter { scope in
            let isKnown =
                scope == "openid" || scope == "offline_access" || catalog.entry(scope: scope) != nil
                || claims.scopes.contains(scope)
            return shared?.scopes.contains(scope) == true || isKnown && client.mayAsk(for: scope)
        }
    }

    /// Data is shared with whoever asks for an ID token, which carries it.
    private func sharing(
        _ request: AuthorizationRequest, _ client: RegisteredClient
    ) async throws -> (any SharingOrder)? {
        let details = request.authorizationDetails?.sharing ?? []
        guard let desk = sharing else {
            guard details.isEmpty else {
                throw AuthorizationRefusal.request(.authorizationDetails(.unsupportedType))
            }
            return nil
        }
        do {
            // Which scopes of data a client may ask for, markets and the operator say.
            let ask = SharingAsk(client: client, scopes: request.scopes, details: details)
            guard let order = try await desk.order(ask) else { return nil }
            guard request.scopes.contains("openid") else { throw AuthorizationRefusal.request(.scope) }
            return order
        } catch let refusal as SharingAskRefusal {
            throw AuthorizationRefusal.sharing(refusal)
        }
    }

    private func checkResources(
        _ request: AuthorizationRequest, _ credentials: [OrderedCredential]
    ) throws(AuthorizationRefusal) {
        let known = [policy.issuer] + policy.resources.map(\.identifier) + credentials.map(\.entry.issuer)
        guard request.resources.allSatisfy({ wanted in known.contains { $0.hasSameBytes(as: wanted) } }) else {
            throw .request(.target)
        }
    }

    private func orderedClaims(_ request: AuthorizationRequest, _ scope: [String]) -> [OrderedClaim] {
        guard scope.contains("openid") else { return [] }
        var ordered: [OrderedClaim] = []
        func add(_ claim: ClaimsRequest.Claim, inUserInfo: Bool, inIDToken: Bool) {
            guard claims.knows(claim.name) else { return }
            let index = ordered.firstIndex { $0.name.hasSameBytes(as: claim.name) }
            let known = index.map { ordered[$0] }
            let merged = OrderedClaim(
                name: claim.name, isEssential: claim.isEssential || known?.isEssential == true,
                purpose: claim.purpose ?? known?.purpose, inUserInfo: inUserInfo || known?.inUserInfo == true,
                inIDToken: inIDToken || known?.inIDToken == true)
            if let index { ordered[index] = merged } else { ordered.append(merged) }
        }
        for claim in request.claims?.userinfo ?? [] { add(claim, inUserInfo: true, inIDToken: false) }
        for claim in request.claims?.idToken ?? [] { add(claim, inUserInfo: false, inIDToken: true) }
        // OpenID Connect Core §5.4: claims by scope are voluntary.
        for name in scope.flatMap({ claims.names(inScope: $0) }) {
            add(ClaimsRequest.Claim(name: name), inUserInfo: true, inIDToken: false)
        }
        return ordered
    }

    /// What the client asks for, by name or in its registration, but never less than the operator wants.
    private func level(
        _ request: AuthorizationRequest, _ client: RegisteredClient
    ) throws(AuthorizationRefusal) -> AuthenticationLevel {
        guard let weakest = policy.levels.first else { throw .unauthorizedClient }
        var wanted: AuthenticationLevel?
        if let claim = request.claims?.idToken.first(where: { $0.name == "acr" }), !claim.values.isEmpty {
            wanted = claim.values.compactMap(\.string).compactMap(policy.level).first
            if wanted == nil, claim.isEssential { throw .unmetAuthenticationRequirements }
        }
        let values = request.acrValues.isEmpty ? client.metadata.defaultACRValues : request.acrValues
        let asked = wanted ?? values.compactMap(policy.level).first ?? weakest
        let least = client.leastACR.flatMap(policy.level) ?? weakest
        return strength(of: asked) < strength(of: least) ? least : asked
    }

    private func strength(of level: AuthenticationLevel) -> Int {
        policy.levels.firstIndex(of: level) ?? 0
    }

    /// OpenID Connect Core §11, and for wallets without asking: they renew credentials.
    private func allowsRefresh(
        _ request: AuthorizationRequest, _ client: RegisteredClient, _ scope: [String]
    ) -> Bool {
        guard client.mayUse(GrantType.refreshToken) else { return false }
        // RFC 9700 §2.2.2: what a public client holds must be bound to a key.
        guard !client.isPublic || client.metadata.bindsTokensByDPoP || request.dpopKeyThumbprint != nil else {
            return false
        }
        return !scope.contains("openid") || scope.contains("offline_access")
    }

    /// The `sub` of an ID token hint. It is compared, not believed: whoever sends it gains nothing.
    private func hintedSubject(_ request: AuthorizationRequest) -> String? {
        request.idTokenHint.flatMap { try? UnverifiedJWS(parsing: $0) }.flatMap { token in
            (try? JSON(parsing: token.payload))?["sub"]?.string
        }
    }

    /// The offer that a request began with. One that is over is refused; a state that is not ours is somebody else's.
    func offer(of order: AuthorizationOrder, at instant: Date) async throws -> OfferInvitation? {
        guard let text = order.issuerState, let id = offers.recognise(text) else { return nil }
        guard let invitation = try await invitations.invitation(id, at: instant) else {
            throw AuthorizationRefusal.offerOver
        }
        return invitation
    }
}
