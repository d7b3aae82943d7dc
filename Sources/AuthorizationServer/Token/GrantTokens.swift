import Foundation
package import OAuth
import TransactionTimeline
import WireFormats

/// Gives access tokens for codes, refresh tokens and clients themselves: RFC 6749 §4.1.3, §4.4, §6.
package struct GrantTokens: Sendable {
    let authenticator: ClientAuthenticator
    let policy: AuthorizationPolicy
    let store: any GrantStore
    let tokens: AccessTokens
    let idTokens: IDTokens
    let codes: TicketMint
    let refreshTokens: TicketMint
    let catalog: any CredentialCatalogSource

    package init(
        authenticator: ClientAuthenticator, policy: AuthorizationPolicy, store: any GrantStore, tokens: AccessTokens,
        idTokens: IDTokens, codes: TicketMint, refreshTokens: TicketMint, catalog: any CredentialCatalogSource
    ) {
        self.authenticator = authenticator
        self.policy = policy
        self.store = store
        self.tokens = tokens
        self.idTokens = idTokens
        self.codes = codes
        self.refreshTokens = refreshTokens
        self.catalog = catalog
    }

    func give(
        _ request: AccessTokenRequest, to recipient: TokenRecipient, at instant: Date
    ) async throws -> TokenResponse {
        guard recipient.client.client.mayUse(request.grant.type) else { throw TokenRefusal.unauthorizedClient }
        try checkBinding(recipient)
        switch request.grant {
        case .authorizationCode(let code, let redirectURI, let verifier):
            return try await redeem(
                code, redirectURI: redirectURI, verifier: verifier, request, recipient, at: instant)
        case .refreshToken(let token, let scopes):
            return try await refresh(token, scopes: scopes.isEmpty ? nil : scopes, request, recipient, at: instant)
        case .clientCredentials(let scopes):
            return try await give(scopes: scopes.isEmpty ? nil : scopes, request, toClient: recipient, at: instant)
        case .preAuthorizedCode: throw TokenRefusal.unsupportedGrantType
        }
    }

    /// FAPI 2.0 §5.3.2.1, and clients that registered for it: no token that anybody could use.
    private func checkBinding(_ recipient: TokenRecipient) throws(DPoPRefusal) {
        let isNeeded = policy.profile == .fapi2 || recipient.client.client.metadata.bindsTokensByDPoP
        guard !isNeeded || recipient.proof != nil else { throw .missing }
    }

    private func redeem(
        _ code: String, redirectURI: String?, verifier: String?, _ request: AccessTokenRequest,
        _ recipient: TokenRecipient, at instant: Date
    ) async throws -> TokenResponse {
        guard let id = codes.recognise(code), let grant = try await store.grant(ofCode: id) else {
            throw TokenRefusal.unrecognisedCode
        }
        do {
            try check(grant, redirectURI: redirectURI, verifier: verifier, recipient)
            let refresh = refreshTerms(of: grant, recipient, at: instant)
            let token = try await record(
                TokenIssue(
                    token: token(for: grant, request, scope: grant.scope, recipient, at: instant),
                    source: .code(id, refresh: refresh), uses: recipient.uses, at: instant,
                    transaction: grant.transaction))
            return try await response(
                token, grant, recipient, nonce: grant.nonce, isFirst: true,
                refreshToken: refresh.map { _ in refreshTokens.ticket(for: id).text }, at: instant)
        } catch let refusal as any Refusal {
            try await note(refusal, grant, at: instant)
            throw refusal
        }
    }

    /// RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9449 §10.
    private func check(
        _ grant: Grant, redirectURI: String?, verifier: String?, _ recipient: TokenRecipient
    ) throws {
        guard grant.clientID.hasSameBytes(as: recipient.client.client.id) else { throw TokenRefusal.otherClient }
        if let expected = grant.redirectURI {
            guard redirectURI?.hasSameBytes(as: expected) == true else { throw TokenRefusal.otherRedirectURI }
        }
        try CodeChallenge.check(
            verifier: verifier,
            against: try grant.codeChallenge.map { try CodeChallenge($0, method: CodeChallenge.method) })
        if let thumbprint = grant.keyThumbprint {
            guard let proof = recipient.proof else { throw DPoPRefusal.missing }
            guard constantTimeEqual(proof.thumbprint, thumbprint) else { throw TokenRefusal.otherKey }
        }
    }

    /// RFC 9700 §2.2.2: bound to the client's own authentication, or to a key.
    private func refreshTerms(of grant: Grant, _ recipient: TokenRecipient, at instant: Date) -> RefreshTerms? {
        guard let limit = grant.refreshLimit, recipient.client.client.mayUse(GrantType.refreshToken) else { return nil }
        let until = min(limit, instant.addingTimeInterval(policy.refreshTokenLifetime.seconds))
        if let instance = recipient.client.instanceKey { return RefreshTerms(until: until, keyThumbprint: instance) }
        guard recipient.client.isPublic else { return RefreshTerms(until: until, keyThumbprint: nil) }
        return recipient.proof.map { RefreshTerms(until: until, keyThumbprint: $0.thumbprint) }
    }

    private func refresh(
        _ text: String, scopes: [String]?, _ request: AccessTokenRequest, _ recipient: TokenRecipient,
        at instant: Date
    ) async throws -> TokenResponse {
        guard let id = refreshTokens.recognise(text),
            let (grant, terms) = try await store.grant(ofRefreshToken: id, at: instant),
            grant.clientID.hasSameBytes(as: recipient.client.client.id)
        else { throw TokenRefusal.refreshTokenOver }
        if let key = terms.keyThumbprint {
            let shown = recipient.client.instanceKey ?? recipient.proof?.thumbprint
            guard let shown, constantTimeEqual(shown, key) else { throw TokenRefusal.refreshTokenOver }
        }
        if let scopes, !scopes.allSatisfy(grant.scope.contains) { throw TokenRefusal.scope }
        let token = try await record(
            TokenIssue(
                token: token(for: grant, request, scope: scopes ?? grant.scope, recipient, at: instant),
                source: .refresh(id), uses: recipient.uses, at: instant, transaction: grant.transaction))
        return try await response(
            token, grant, recipient, nonce: nil, isFirst: false, refreshToken: nil, at: instant)
    }

    private func give(
        scopes: [String]?, _ request: AccessTokenRequest, toClient recipient: TokenRecipient, at instant: Date
    ) async throws -> TokenResponse {
        let client = recipient.client.client
        guard !client.isPublic else { throw TokenRefusal.unauthorizedClient }
        let allowed = client.metadata.scope ?? []
        guard (scopes ?? []).allSatisfy(allowed.contains) else { throw TokenRefusal.scope }
        let known = [policy.issuer] + policy.resources.map(\.identifier)
        guard request.resources.allSatisfy(known.contains) else { throw TokenRefusal.target }
        let new = AccessToken(
            id: TicketID(at: instant), clientID: client.id, scope: scopes ?? allowed, audience: request.resources,
            configurationIDs: [], keyThumbprint: recipient.proof?.thumbprint, issuedAt: instant,
            expiresAt: instant.addingTimeInterval(policy.accessTokenLifetime.seconds))
        let token = try await record(
            TokenIssue(token: new, source: .clientCredentials, uses: recipient.uses, at: instant, transaction: nil))
        return TokenResponse(
            accessToken: try tokens.text(of: token, nil, client: client),
            tokenType: recipient.proof == nil ? "Bearer" : "DPoP", lifetime: policy.accessTokenLifetime,
            scopes: token.scope.isEmpty ? nil : token.scope)
    }

    private func record(_ issue: TokenIssue) async throws -> AccessToken {
        switch try await store.issue(issue) {
        case .success(let token): return token
        case .failure(.replayed(let kind)): throw kind.refusal
        case .failure(let refusal): throw TokenRefusal.issue(refusal)
        }
    }

    private func response(
        _ token: AccessToken, _ grant: Grant, _ recipient: TokenRecipient, nonce: String?, isFirst: Bool,
        refreshToken: String?, at instant: Date
    ) async throws -> TokenResponse {
        let client = recipient.client.client
        let text = try tokens.text(of: token, grant, client: client)
        let idToken =
            token.scope.contains("openid")
            ? try await idTokens.idToken(
                grant, for: client, nonce: nonce, isFirst: isFirst, accessToken: text, at: instant) : nil
        return TokenResponse(
            accessToken: text, tokenType: token.keyThumbprint == nil ? "Bearer" : "DPoP",
            lifetime: .seconds(Int64(token.expiresAt.timeIntervalSince(instant).rounded())), refreshToken: refreshToken,
            idToken: idToken,
            scopes: token.scope.isEmpty ? nil : token.scope, authorizationDetails: grant.details(for: token))
    }

    private func note(_ refusal: any Refusal, _ grant: Grant, at instant: Date) async throws {
        let outcome = TimelineEvent.Outcome.refused(code: refusal.wire.code, reason: refusal.reason)
        try await store.append(
            TimelineEvent(at: instant, step: .token, outcome: outcome), to: grant.transaction)
    }
}

extension GrantTokens {
    /// The token for a grant, or for the part of it that is asked for: RFC 8707 §2.2, RFC 9396 §6.
    fileprivate func token(
        for grant: Grant, _ request: AccessTokenRequest, scope: [String], _ recipient: TokenRecipient,
        at instant: Date
    ) throws -> AccessToken {
        let issuers = grant.credentials.map(\.issuer).reduce(into: [String]()) { unique, issuer in
            if !unique.contains(issuer) { unique.append(issuer) }
        }
        let granted = grant.resources.isEmpty ? issuers : grant.resources
        guard request.resources.allSatisfy({ granted.contains($0) || issuers.contains($0) }) else {
            throw TokenRefusal.target
        }
        let audience = request.resources.isEmpty ? granted : request.resources
        return AccessToken(
            id: TicketID(at: instant), clientID: grant.clientID, scope: scope,
            audience: audience == [policy.issuer] ? [] : audience,
            configurationIDs: try configurations(of: grant, scope, request), keyThumbprint: recipient.proof?.thumbprint,
            issuedAt: instant, expiresAt: instant.addingTimeInterval(policy.accessTokenLifetime.seconds))
    }

    /// Credentials that were asked for by a scope go with it.
    private func configurations(
        of grant: Grant, _ scope: [String], _ request: AccessTokenRequest
    ) throws -> [String] {
        let all = grant.credentials.filter { credential in
            credential.identifier != nil || credential.scope.map(scope.contains) ?? true
        }.map(\.configurationID)
        guard let details = request.authorizationDetails else { return all }
        let asked = details.entries.map(\.credentialConfigurationID)
        guard asked.allSatisfy(all.contains) else { throw AuthorizationDetailsRefusal.unknownConfiguration }
        return asked
    }
}
