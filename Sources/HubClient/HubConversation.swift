package import Foundation
package import HTTPTypes
package import JOSE
package import OAuth
import Verifier
package import WalletClient
package import WireFormats

/// As whom an organization's program shows itself: `private_key_jwt` with a key of the organization's JWK Set.
package struct OrganizationIdentity: Sendable {
    package let clientID: String
    package let signer: any JWSSigner
    package let keyID: String

    package init(clientID: String, signer: any JWSSigner, keyID: String) {
        (self.clientID, self.signer, self.keyID) = (clientID, signer, keyID)
    }
}

/// The requests of an organization's program to the hub: authenticated by its key, with tokens bound to another key
/// (RFC 9449), to one server whose metadata was read first.
package struct HubConversation: Sendable {
    package let metadata: AuthorizationServerMetadata
    package let identity: OrganizationIdentity
    package let now: @Sendable () -> Date
    private let exchange: any HTTPExchange
    private let dpop: DPoPProofMaker
    private let nonces = ServerNonces()

    package var issuer: String { metadata.issuer }

    /// Reads the metadata of `issuer` (OpenID Connect Discovery §4) and talks to no other server from then on.
    package static func open(
        issuer: String, identity: OrganizationIdentity, exchange: any HTTPExchange,
        now: @escaping @Sendable () -> Date = { Date() }
    ) async throws(HubFailure) -> HubConversation {
        let metadata = try await HubMetadata(exchange: exchange).metadata(of: issuer)
        return HubConversation(
            metadata: metadata, identity: identity, exchange: exchange, dpopKey: .generateP256(), now: now)
    }

    package init(
        metadata: AuthorizationServerMetadata, identity: OrganizationIdentity, exchange: any HTTPExchange,
        dpopKey: PrivateKey, now: @escaping @Sendable () -> Date
    ) {
        self.metadata = metadata
        self.identity = identity
        self.exchange = exchange
        self.now = now
        dpop = DPoPProofMaker(key: dpopKey)
    }

    /// The 43 characters of the thumbprint of the key that tokens are bound to.
    package var keyThumbprint: String { dpop.thumbprintText }

    /// Token request, RFC 6749 §3.2, for a token that is bound to this conversation's key.
    package func token(_ grant: AccessTokenRequest.Grant) async throws(HubFailure) -> TokenResponse {
        let response = try await post(
            form: AccessTokenRequest(grant).parameters, to: metadata.tokenEndpoint, isBound: true, for: .token)
        guard response.status == 200 else { throw Self.refusal(of: response, in: .token) }
        guard let token = try? TokenResponse(parsing: response.body), token.isBoundByDPoP else {
            throw .malformed(.token)
        }
        return token
    }

    /// Pushes a request object, RFC 9126 §3; gives its `request_uri`.
    package func push(requestObject: String) async throws(HubFailure) -> String {
        guard let endpoint = metadata.pushedAuthorizationRequestEndpoint else {
            throw .unsupported("pushed authorization requests")
        }
        let response = try await post(
            form: [("request", requestObject)], to: endpoint, isBound: true, for: .pushedRequest)
        guard [200, 201].contains(response.status) else { throw Self.refusal(of: response, in: .pushedRequest) }
        guard let answer = try? PushedAuthorizationResponse(parsing: response.body) else {
            throw .malformed(.pushedRequest)
        }
        return answer.requestURI
    }

    /// A form with this client's assertion; again, with all that is good for one request made anew, if the server wants
    /// its nonce in the proof.
    private func post(
        form: [(name: String, value: String)], to url: String, isBound: Bool, for step: HubStep
    ) async throws(HubFailure) -> ExchangeResponse {
        try await repeatingForNonce(url, step) { () throws(HubFailure) in
            let assertion: String
            do {
                assertion = try ClientAssertionMaker(
                    signer: identity.signer, keyID: identity.keyID, clientID: identity.clientID
                ).assertion(audience: issuer, now: now())
            } catch {
                throw .signing
            }
            let pairs = form + [("client_id", identity.clientID)] + ClientAssertionMaker.parameters(assertion)
            let body = pairs.map { pair in
                FormParameters.percentEncode(pair.0) + "=" + FormParameters.percentEncode(pair.1)
            }
            var headers: HTTPFields = [
                .accept: "application/json", .contentType: "application/x-www-form-urlencoded",
            ]
            if isBound { headers[.dpop] = try proof(.post, url, accessToken: nil) }
            return ExchangeRequest(.post, url, headers: headers, body: Array(body.joined(separator: "&").utf8))
        }
    }

    /// A request with an access token that is bound to this conversation's key.
    ///
    /// - Parameter path: appended to the issuer's address, or a whole address of the hub's.
    package func send(
        _ method: HTTPRequest.Method, _ path: String, token: TokenResponse, headers extra: HTTPFields = [:],
        body: JSON? = nil, for step: HubStep
    ) async throws(HubFailure) -> ExchangeResponse {
        let url = address(path)
        return try await repeatingForNonce(url, step) { () throws(HubFailure) in
            var headers = extra
            headers[.accept] = "application/json"
            headers[.authorization] = "DPoP " + token.accessToken
            headers[.dpop] = try proof(method, url, accessToken: token.accessToken)
            if body != nil { headers[.contentType] = "application/json" }
            return ExchangeRequest(method, url, headers: headers, body: body?.encoded() ?? [])
        }
    }

    /// A public document of the hub's.
    package func document(_ path: String, for step: HubStep) async throws(HubFailure) -> JSON {
        try await HubMetadata(exchange: exchange).document(at: address(path), for: step)
    }

    private func address(_ path: String) -> String {
        guard path.hasPrefix("/") else { return path }
        return (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + path
    }

    private func proof(
        _ method: HTTPRequest.Method, _ url: String, accessToken: String?
    ) throws(HubFailure) -> String {
        do {
            return try dpop.proof(
                method: method, url: url, accessToken: accessToken, nonce: nonces.nonce(for: url), now: now())
        } catch {
            throw .signing
        }
    }

    private func repeatingForNonce(
        _ url: String, _ step: HubStep, _ make: () throws(HubFailure) -> ExchangeRequest
    ) async throws(HubFailure) -> ExchangeResponse {
        var mayRepeat = true
        while true {
            let request = try make()
            let response = try await Self.send(request, over: exchange, for: step)
            let hasNonce = nonces.take(from: response, of: url)
            guard mayRepeat, hasNonce, [400, 401].contains(response.status), Self.asksForNonce(response) else {
                return response
            }
            mayRepeat = false
        }
    }

    private static func asksForNonce(_ response: ExchangeResponse) -> Bool {
        OAuthErrorResponse(parsing: response.body)?.wantsDPoPNonce == true
            || response.headers[values: .wwwAuthenticate].contains { $0.contains("error=\"use_dpop_nonce\"") }
    }

    static func send(
        _ request: ExchangeRequest, over exchange: any HTTPExchange, for step: HubStep
    ) async throws(HubFailure) -> ExchangeResponse {
        do throws(FetchFailure) {
            _ = try WebAddress(checking: request.url)
            return try await exchange.send(request)
        } catch {
            throw .exchange(step, error)
        }
    }

    /// What a response that is no success says.
    package static func refusal(of response: ExchangeResponse, in step: HubStep) -> HubFailure {
        guard let error = OAuthErrorResponse(parsing: response.body) else { return .status(step, response.status) }
        return .refused(step, status: response.status, error)
    }
}
