package import Foundation
import HTTPTypes
import JOSE
package import OAuth
import WireFormats

/// UserInfo endpoint, OpenID Connect Core §5.3.
package struct UserInfoEndpoint: Sendable {
    let tokens: AccessTokens
    let store: any GrantStore
    let uses: any SingleUseStore
    let idTokens: IDTokens
    let clients: ClientDirectory
    let nonces: DPoPNonces
    /// The endpoint's public address.
    let url: String
    let now: @Sendable () -> Date

    package init(
        tokens: AccessTokens, store: any GrantStore, uses: any SingleUseStore, idTokens: IDTokens,
        clients: ClientDirectory, nonces: DPoPNonces, url: String, now: @escaping @Sendable () -> Date
    ) {
        self.tokens = tokens
        self.store = store
        self.uses = uses
        self.idTokens = idTokens
        self.clients = clients
        self.nonces = nonces
        self.url = url
        self.now = now
    }

    package func respond(to request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let live = try await authenticate(request, at: instant)
        guard let grant = live.grant, live.token.scope.contains("openid"),
            let client = try await clients.client(live.token.clientID) ?? attested(live)
        else { throw UserInfoRefusal.scope(live.token.keyThumbprint == nil ? .bearer : .dpop) }
        var claims = try await idTokens.claims.claims(grant.userInfoClaims, of: grant.person)
        claims.add(try await idTokens.shared(grant, for: client, in: .userInfo, at: instant))
        claims["sub"] = .string(idTokens.subjects.subject(grant.person, for: client))
        let metadata = client.metadata
        guard metadata.userInfoAlgorithm != nil || metadata.userInfoEncryption != nil else {
            return .privateJSON(.object(claims))
        }
        claims["iss"] = .string(idTokens.policy.issuer)
        claims["aud"] = .string(client.id)
        let text = try await idTokens.protect(
            claims, type: "JWT", for: client, algorithm: metadata.userInfoAlgorithm ?? metadata.idTokenAlgorithm,
            encryption: metadata.userInfoEncryption, at: instant)
        return EndpointResponse(
            headers: [.contentType: "application/jwt", .cacheControl: "no-store"], body: Array(text.utf8))
    }

    /// A wallet that is known by its attester's word has no registration; whoever else has none was removed.
    private func attested(_ live: LiveToken) -> RegisteredClient? {
        live.grant?.isOfAttestedWallet == true ? .attestedWallet(live.token.clientID, attester: nil) : nil
    }

    private func authenticate(_ request: EndpointRequest, at instant: Date) async throws -> LiveToken {
        let presented: AccessTokenPresentation
        do throws(AccessTokenPresentation.Malformation) {
            presented = try AccessTokenPresentation(in: request, acceptsBody: true)
        } catch {
            throw UserInfoRefusal.presentation(error)
        }
        guard let id = tokens.identifier(of: presented.text, at: instant),
            let live = try await store.token(id, at: instant), isForUserInfo(live)
        else { throw UserInfoRefusal.token(presented.scheme) }
        guard let thumbprint = live.token.keyThumbprint else {
            guard presented.scheme == .bearer else { throw UserInfoRefusal.token(.bearer) }
            return live
        }
        guard presented.scheme == .dpop else { throw UserInfoRefusal.token(.dpop) }
        try await prove(request, live, presented.text, thumbprint, at: instant)
        return live
    }

    /// Another service that was sent a token for itself must not get the person's claims by it. Where no resource was
    /// asked for, the audience is the issuers of the credentials, who cannot use a token that is bound to a key.
    private func isForUserInfo(_ live: LiveToken) -> Bool {
        let audience = live.token.audience
        if audience.isEmpty || audience.contains(where: { $0.hasSameBytes(as: idTokens.policy.issuer) }) { return true }
        return live.grant?.resources.isEmpty == true && live.token.keyThumbprint != nil
    }

    private func prove(
        _ request: EndpointRequest, _ live: LiveToken, _ text: String, _ thumbprint: [UInt8], at instant: Date
    ) async throws {
        let proof: DPoPProof
        do throws(DPoPRefusal) {
            proof = try DPoPProof(
                in: request,
                expecting: DPoPProof.Expectation(
                    method: request.method, url: url, accessToken: text, now: instant,
                    maximumAge: DPoPProof.lifetime, clockSkew: DPoPProof.skew))
            guard constantTimeEqual(proof.thumbprint, thumbprint) else { throw DPoPRefusal.otherKey }
            try nonces.check(proof.nonce, at: instant)
        } catch {
            throw UserInfoRefusal.possession(error, fresh: nonces.fresh(at: instant))
        }
        guard try await uses.spend([proof.use], for: live.token.id, at: instant) else {
            throw UserInfoRefusal.possession(.replayed, fresh: nonces.fresh(at: instant))
        }
    }
}

/// Why UserInfo is not told, OpenID Connect Core §5.3.3.
package enum UserInfoRefusal: Refusal, Equatable {
    case presentation(AccessTokenPresentation.Malformation)
    case token(AccessTokenPresentation.Scheme)
    case scope(AccessTokenPresentation.Scheme)
    case possession(DPoPRefusal, fresh: String)

    package var wire: WireRefusal {
        switch self {
        case .presentation(let malformation): malformation.wire(dpopAlgorithms: Self.algorithms)
        case .token(let scheme):
            WireRefusal(
                .unauthorized, "invalid_token", "The access token is unknown, expired or revoked",
                challenge: Self.challenge(scheme))
        case .scope(let scheme):
            WireRefusal(
                .forbidden, "insufficient_scope", "The access token has not the scope openid",
                challenge: Self.challenge(scheme))
        case .possession(let refusal, let fresh):
            refusal == .nonceNeeded || refusal == .nonceUnusable
                ? refusal.resourceWire(algorithms: Self.algorithms).with(.dpopNonce, fresh)
                : refusal.resourceWire(algorithms: Self.algorithms)
        }
    }

    package var reason: String {
        switch self {
        case .presentation(let malformation): malformation.reason
        case .token: "access token unknown, expired or revoked"
        case .scope: "access token without scope openid"
        case .possession(let refusal, _): refusal.reason
        }
    }

    private static func challenge(_ scheme: AccessTokenPresentation.Scheme) -> WireRefusal.Challenge {
        scheme == .bearer ? .bearer : .dpop(algorithms: algorithms)
    }

    private static let algorithms = DPoPProof.defaultAlgorithms.sorted { $0.rawValue < $1.rawValue }
}
