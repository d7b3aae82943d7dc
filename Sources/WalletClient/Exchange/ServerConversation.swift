import HTTPTypes
import JOSE
import OAuth
import WireFormats

/// The wallet's requests to one authorization server: as a client that may have to authenticate, with tokens that are
/// bound to a key where the server binds them.
struct ServerConversation {
    let means: IssuanceMeans
    let server: TokenServer
    /// Nil for an anonymous wallet, OpenID4VCI 1.0 §6.1.
    let identity: WalletClientIdentity?

    /// What a token shall be bound to; nil if the server binds none.
    func newKey() -> PrivateKey? { server.bindsTokens ? .generateP256() : nil }

    /// Token request, RFC 6749 §3.2.
    func requestToken(
        _ grant: AccessTokenRequest.Grant, with key: PrivateKey?
    ) async throws(WalletRefusal) -> TokenAnswer {
        let form = AccessTokenRequest(grant).parameters
        let response = try await post(form, to: server.tokenEndpoint, with: key, for: .token)
        guard response.status == 200 else { throw CheckedExchange.refusal(of: response, in: .token) }
        return try TokenAnswer(parsing: response.body, from: server, for: key)
    }

    /// Pushes an authorization request, RFC 9126 §2; gives its `request_uri`.
    func push(_ request: AuthorizationRequest, to endpoint: String) async throws(WalletRefusal) -> String {
        // The client's name is part of its authentication.
        let form = request.parameters.filter { $0.name != "client_id" }
        let response = try await post(form, to: endpoint, with: nil, for: .pushedRequest)
        // RFC 9126 §2.2 says 201; some servers say 200, and mean it.
        guard [200, 201].contains(response.status) else {
            throw CheckedExchange.refusal(of: response, in: .pushedRequest)
        }
        guard let answer = try? PushedAuthorizationResponse(parsing: response.body) else {
            throw .malformedAnswer(.pushedRequest)
        }
        return answer.requestURI
    }

    /// Sends a form. Once each, if the server asks for it, again with its DPoP nonce and with its challenge: everything
    /// that is good for one request only is made anew.
    private func post(
        _ form: [(name: String, value: String)], to url: String, with key: PrivateKey?, for step: IssuanceStep
    ) async throws(WalletRefusal) -> ExchangeResponse {
        var challenge = try await challenge()
        var (mayRepeatForNonce, mayRepeatForChallenge) = (key != nil, true)
        while true {
            let request = try await request(form, to: url, with: key, challenge: challenge)
            let response = try await means.exchange.send(request, for: step)
            let hasNonce = means.nonces.take(from: response, of: url)
            if mayRepeatForNonce, hasNonce, DPoPSession.asksForNonce(response) {
                mayRepeatForNonce = false
            } else if mayRepeatForChallenge, let fresh = Self.challenge(in: response) {
                mayRepeatForChallenge = false
                challenge = fresh
            } else {
                return response
            }
        }
    }

    private func request(
        _ form: [(name: String, value: String)], to url: String, with key: PrivateKey?, challenge: String?
    ) async throws(WalletRefusal) -> ExchangeRequest {
        let shown = try await identity?.credentials(for: server.issuer, challenge: challenge, at: means.now())
        let pairs = form + (shown?.parameters ?? [])
        let body = pairs.map { FormParameters.percentEncode($0.name) + "=" + FormParameters.percentEncode($0.value) }
        let request = ExchangeRequest(
            .post, url, headers: [.accept: "application/json", .contentType: "application/x-www-form-urlencoded"],
            body: Array(body.joined(separator: "&").utf8)
        ).adding(shown?.headers ?? [:])
        guard let key else { return request }
        return request.adding([.dpop: try means.session(with: key).proof(for: request)])
    }

    /// A challenge for the proof of an attested key, draft-ietf-oauth-attestation-based-client-auth §8.
    private func challenge() async throws(WalletRefusal) -> String? {
        guard case .attested = identity, let endpoint = server.challengeEndpoint else { return nil }
        let response = try await means.exchange.send(
            ExchangeRequest(.post, endpoint, headers: [.accept: "application/json"]), for: .challenge)
        guard (200..<300).contains(response.status) else {
            throw CheckedExchange.refusal(of: response, in: .challenge)
        }
        guard let challenge = AttestationChallenge(parsing: response.body) else { throw .malformedAnswer(.challenge) }
        return challenge.text
    }

    private static func challenge(in response: ExchangeResponse) -> String? {
        guard [400, 401].contains(response.status), ServerError(response)?.code == "use_attestation_challenge" else {
            return nil
        }
        return response.headers[.clientAttestationChallenge].flatMap { $0.isEmpty ? nil : $0 }
    }
}
