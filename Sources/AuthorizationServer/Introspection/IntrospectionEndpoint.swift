package import Foundation
import HTTPTypes
import JOSE
package import OAuth
import WireFormats

/// Introspection endpoint, RFC 7662, and signed answers, RFC 9701.
package struct IntrospectionEndpoint: Sendable {
    let authenticator: ClientAuthenticator
    let tokens: AccessTokens
    let idTokens: IDTokens
    let refreshTokens: TicketMint
    let store: any GrantStore
    let uses: any SingleUseStore
    let now: @Sendable () -> Date

    package init(
        authenticator: ClientAuthenticator, tokens: AccessTokens, idTokens: IDTokens, refreshTokens: TicketMint,
        store: any GrantStore, uses: any SingleUseStore, now: @escaping @Sendable () -> Date
    ) {
        self.authenticator = authenticator
        self.tokens = tokens
        self.idTokens = idTokens
        self.refreshTokens = refreshTokens
        self.store = store
        self.uses = uses
        self.now = now
    }

    private static let signedType = "application/token-introspection+jwt"

    package func respond(to request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let form = try EndpointForm.read(request)
        let authenticated = try await authenticator.authenticate(request, form, at: instant)
        // RFC 7662 §2.1: who may ask is known, or anybody could try tokens out.
        guard !authenticated.isPublic else { throw ClientAuthenticationRefusal.noClient }
        guard try await uses.spend(authenticated.uses, at: now()) else { throw ClientAuthenticationRefusal.replayed }
        guard let text = form["token"] else { throw MissingParameter(name: "token") }
        let answer = try await introspect(text, for: authenticated.client, at: instant)
        let wantsSigned = (request.headers[.accept] ?? "").contains(Self.signedType)
        guard wantsSigned || authenticated.client.metadata.introspectionAlgorithm != nil else {
            return .privateJSON(.object(answer))
        }
        let claims: JSONObject = [
            "iss": .string(tokens.policy.issuer), "aud": .string(authenticated.client.id),
            "iat": .integer(Int64(instant.timeIntervalSince1970)), "token_introspection": .object(answer),
        ]
        let signed = try await idTokens.protect(
            claims, type: "token-introspection+jwt", for: authenticated.client,
            algorithm: authenticated.client.metadata.introspectionAlgorithm ?? .es256, encryption: nil, at: instant)
        return EndpointResponse(
            headers: [.contentType: Self.signedType, .cacheControl: "no-store"], body: Array(signed.utf8))
    }

    /// RFC 7662 §2.2. Towards anybody else than its client and its audience a token is no token.
    private func introspect(
        _ text: String, for asker: RegisteredClient, at instant: Date
    ) async throws -> JSONObject {
        guard let id = tokens.identifier(of: text, at: instant), let live = try await store.token(id, at: instant),
            isForAsker(live.token, asker)
        else { return try await introspectRefreshToken(text, for: asker, at: instant) }
        guard let client = try await authenticator.clients.client(live.token.clientID) ?? attested(live) else {
            return ["active": false]
        }
        var answer: JSONObject = ["active": true]
        for member in tokens.claims(of: live.token, live.grant, client).members where member.name != "jti" {
            answer[member.name] = member.value
        }
        answer["token_type"] = live.token.keyThumbprint == nil ? "Bearer" : "DPoP"
        return answer
    }

    /// A wallet that is known by its attester's word has no registration.
    private func attested(_ live: LiveToken) -> RegisteredClient? {
        live.grant?.isOfAttestedWallet == true ? .attestedWallet(live.token.clientID, attester: nil) : nil
    }

    private func isForAsker(_ token: AccessToken, _ asker: RegisteredClient) -> Bool {
        if token.clientID.hasSameBytes(as: asker.id) { return true }
        guard let resource = asker.resource else { return false }
        let audience = token.audience.isEmpty ? [tokens.policy.issuer] : token.audience
        return audience.contains { $0.hasSameBytes(as: resource) }
    }

    private func introspectRefreshToken(
        _ text: String, for asker: RegisteredClient, at instant: Date
    ) async throws -> JSONObject {
        guard let id = refreshTokens.recognise(text),
            let (grant, terms) = try await store.grant(ofRefreshToken: id, at: instant),
            grant.clientID.hasSameBytes(as: asker.id)
        else { return ["active": false] }
        var answer: JSONObject = [
            "active": true, "client_id": .string(grant.clientID), "iss": .string(tokens.policy.issuer),
            "exp": .integer(Int64(terms.until.timeIntervalSince1970)),
        ]
        if !grant.scope.isEmpty { answer["scope"] = .string(ScopeList.text(grant.scope)) }
        return answer
    }
}
