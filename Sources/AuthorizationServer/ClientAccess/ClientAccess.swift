package import Foundation
import HTTPTypes
import JOSE
package import OAuth

/// Takes access tokens that clients were given for themselves (RFC 6749 §4.4), at endpoints of this server: by RFC 6750,
/// or bound to a key by RFC 9449 §7.
package struct ClientAccess: Sendable {
    let tokens: AccessTokens
    let store: any GrantStore
    let uses: any SingleUseStore
    let nonces: DPoPNonces

    package init(tokens: AccessTokens, store: any GrantStore, uses: any SingleUseStore, nonces: DPoPNonces) {
        self.tokens = tokens
        self.store = store
        self.uses = uses
        self.nonces = nonces
    }

    /// The client that the request's token was given to for itself.
    ///
    /// - Parameters:
    ///   - scope: what the token must be for.
    ///   - url: the public address of the request, which a DPoP proof names.
    package func client(
        of request: EndpointRequest, scope: String, url: String, at instant: Date
    ) async throws -> String {
        let presented: AccessTokenPresentation
        do throws(AccessTokenPresentation.Malformation) {
            presented = try AccessTokenPresentation(in: request)
        } catch {
            throw ClientAccessRefusal.presentation(error)
        }
        guard let id = tokens.identifier(of: presented.text, at: instant),
            let live = try await store.token(id, at: instant), live.grant == nil, isForThisServer(live.token)
        else { throw ClientAccessRefusal.token(presented.scheme) }
        guard live.token.scope.contains(where: { $0.utf8.elementsEqual(scope.utf8) }) else {
            throw ClientAccessRefusal.scope(presented.scheme)
        }
        // A token that is bound to a key is no bearer token, RFC 9449 §7.2; nor the other way round.
        switch (live.token.keyThumbprint, presented.scheme) {
        case (nil, .bearer): break
        case (let thumbprint?, .dpop): try await prove(request, live, presented.text, thumbprint, url, at: instant)
        default: throw ClientAccessRefusal.token(presented.scheme)
        }
        return live.token.clientID
    }

    private func isForThisServer(_ token: AccessToken) -> Bool {
        token.audience.isEmpty || token.audience.contains { $0.utf8.elementsEqual(tokens.policy.issuer.utf8) }
    }

    private func prove(
        _ request: EndpointRequest, _ live: LiveToken, _ text: String, _ thumbprint: [UInt8], _ url: String,
        at instant: Date
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
            throw ClientAccessRefusal.possession(error, fresh: nonces.fresh(at: instant))
        }
        guard try await uses.spend([proof.use], for: live.token.id, at: instant) else {
            throw ClientAccessRefusal.possession(.replayed, fresh: nonces.fresh(at: instant))
        }
    }
}

/// Why a client is refused at an endpoint that takes its own tokens.
package enum ClientAccessRefusal: Refusal, Equatable {
    case presentation(AccessTokenPresentation.Malformation)
    case token(AccessTokenPresentation.Scheme)
    case scope(AccessTokenPresentation.Scheme)
    case possession(DPoPRefusal, fresh: String)

    package var wire: WireRefusal {
        switch self {
        case .presentation(let malformation): malformation.wire(dpopAlgorithms: Self.algorithms)
        case .token(let scheme):
            WireRefusal(
                .unauthorized, "invalid_token", "The access token is unknown, expired, revoked or not for this",
                challenge: Self.challenge(scheme))
        case .scope(let scheme):
            WireRefusal(
                .forbidden, "insufficient_scope", "The access token has not the scope that is needed",
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
        case .token: "access token unknown, expired, revoked or not for this"
        case .scope: "access token without the scope that is needed"
        case .possession(let refusal, _): refusal.reason
        }
    }

    private static func challenge(_ scheme: AccessTokenPresentation.Scheme) -> WireRefusal.Challenge {
        scheme == .bearer ? .bearer : .dpop(algorithms: algorithms)
    }

    private static let algorithms = DPoPProof.defaultAlgorithms.sorted { $0.rawValue < $1.rawValue }
}
