package import DataSharing
import Foundation
import HTTPTypes
package import HubClient
package import JOSE
import OAuth
import WalletClient
import WireFormats

/// A request that waits for the person.
package struct PendingSharing: Sendable {
    /// Where the browser goes.
    package let url: String
    /// Compares what is received with what was asked.
    package let requestHash: MessageHash
    package let order: SharingOrder
    let state: String
    let nonce: String
    let verifier: CodeVerifier
    let redirectURI: String
}

/// What the hub gave, nothing of it opened.
package struct ReceivedSharing: Sendable {
    package let subject: String
    package let scopes: SharedScopes
    package let requestHash: MessageHash
    package let order: SharingOrder
    /// For UserInfo, as long as something is pending.
    let token: TokenResponse

    package var isPending: Bool { scopes.pending.contains { $0.reason.isPassing } }
}

/// Asks persons for data over the hub: pushed and signed requests (RFC 9126, RFC 9101) with PKCE, tokens bound to a key.
package struct DataRequests: Sendable {
    package let hub: HubConversation
    package let identity: ProviderIdentity
    /// The hub's keys for ID tokens.
    private let keys: PublicJWKSet

    package init(hub: HubConversation, identity: ProviderIdentity, keys: PublicJWKSet) {
        (self.hub, self.identity, self.keys) = (hub, identity, keys)
    }

    package func begin(
        _ order: SharingOrder, redirectURI: String
    ) async throws(ProviderFailure) -> PendingSharing {
        guard let endpoint = hub.metadata.authorizationEndpoint else {
            throw .hub(.unsupported("the authorization code flow"))
        }
        let (state, nonce) = (Base64URL.encode(secureRandomBytes(16)), Base64URL.encode(secureRandomBytes(16)))
        let verifier = CodeVerifier()
        var request = AuthorizationRequest(clientID: identity.client.clientID, redirectURI: redirectURI)
        request.scopes = ["openid"] + order.scopes.map(\.name.text)
        request.state = state
        request.nonce = nonce
        request.codeChallenge = verifier.challenge
        request.dpopKeyThumbprint = hub.keyThumbprint
        let details = order.scopes.map { scope in
            DataSharingDetail(
                scope: scope.name.text, claims: scope.claims, purpose: scope.purpose,
                encryptionKey: identity.encryptionKey
            ).json
        }
        let object: String
        do {
            object = try RequestObjectMaker(
                signer: identity.client.signer, keyID: identity.client.keyID, clientID: identity.client.clientID,
                audience: hub.issuer
            ).sign(request, adding: ["authorization_details": .array(details)], now: hub.now())
        } catch {
            throw .signing
        }
        do throws(HubFailure) {
            let uri = try await hub.push(requestObject: object)
            return PendingSharing(
                url: AuthorizationRequest.url(
                    at: endpoint, clientID: identity.client.clientID, requestURI: uri),
                requestHash: MessageHash(of: object), order: order, state: state, nonce: nonce, verifier: verifier,
                redirectURI: redirectURI)
        } catch {
            throw .hub(error)
        }
    }

    /// - Parameter address: the whole address that the browser was sent to.
    package func finish(
        _ pending: PendingSharing, redirectedTo address: String
    ) async throws(ProviderFailure) -> ReceivedSharing {
        let code = try code(in: address, of: pending)
        let token: TokenResponse
        do throws(HubFailure) {
            token = try await hub.token(
                .authorizationCode(
                    code: code, redirectURI: pending.redirectURI, codeVerifier: pending.verifier.text))
        } catch {
            throw .hub(error)
        }
        guard let compact = token.idToken else { throw .missingIDToken }
        let idToken: IDToken
        do throws(IDTokenRefusal) {
            idToken = try IDToken(
                verifying: compact,
                expecting: .init(
                    token: TokenExpectation(
                        issuer: hub.issuer, audience: identity.client.clientID, keys: VerificationKeys(keys),
                        now: hub.now()),
                    nonce: .sent(pending.nonce), maxAge: nil, acrValues: [], accessToken: token.accessToken))
        } catch {
            throw .idToken(error)
        }
        let received = ReceivedSharing(
            subject: idToken.claims.subject, scopes: try Self.scopes(in: idToken.claims.others),
            requestHash: pending.requestHash, order: pending.order, token: token)
        // Longer ones are at the UserInfo endpoint, and what was pending may be there by now.
        return received.scopes.lacksContent ? try await again(received) : received
    }

    private func code(in address: String, of pending: PendingSharing) throws(ProviderFailure) -> String {
        let answer: ReceivedAuthorization
        do throws(AuthorizationResponseRefusal) {
            answer = try ReceivedAuthorization(
                callback: address,
                expecting: .init(
                    state: pending.state, issuer: hub.issuer,
                    requiresIssuer: hub.metadata.statesIssuerInResponses))
        } catch {
            throw .answer(error)
        }
        switch answer.outcome {
        case .code(let code): return code
        case .error(let code, let description): throw .refused(code: code, description: description)
        }
    }

    /// Asks the UserInfo endpoint, which asks the markets again for what is pending.
    package func again(_ received: ReceivedSharing) async throws(ProviderFailure) -> ReceivedSharing {
        guard let endpoint = hub.metadata.userInfoEndpoint else { throw .hub(.unsupported("UserInfo")) }
        let claims: JSONObject
        do throws(HubFailure) {
            let response = try await hub.send(.get, endpoint, token: received.token, for: .userInfo)
            guard response.status == 200 else { throw HubConversation.refusal(of: response, in: .userInfo) }
            guard let object = (try? JSON(parsing: response.body))?.object else { throw .malformed(.userInfo) }
            claims = object
        } catch {
            throw .hub(error)
        }
        guard claims["sub"] == .string(received.subject) else { throw .otherSubject }
        let scopes = try Self.scopes(in: claims)
        // What the ID token said stays so: it was signed, this was not.
        for (scope, content) in received.scopes.encrypted {
            guard let now = scopes.encrypted.first(where: { $0.scope == scope })?.content,
                now.content.hash == content.content.hash, now.approval == content.approval
            else { throw .malformedScopes }
        }
        return ReceivedSharing(
            subject: received.subject, scopes: scopes, requestHash: received.requestHash, order: received.order,
            token: received.token)
    }

    private static func scopes(in claims: JSONObject) throws(ProviderFailure) -> SharedScopes {
        do throws(SharedScopes.Malformation) {
            return try SharedScopes(reading: claims)
        } catch {
            throw .malformedScopes
        }
    }
}

extension SharedScopes {
    /// A hash stands where a JWE could.
    var lacksContent: Bool {
        encrypted.contains { entry in
            if case .hash = entry.content.content { true } else { false }
        }
    }
}
