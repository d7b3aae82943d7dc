import Foundation
import HTTPTypes
import JOSE
import OAuth
import Synchronization
import WireFormats

@testable import WalletClient

/// The back channel of an authorization server in memory, which checks what it is sent with the server's own code, and
/// does one thing wrong if a test wants it to. Its front channel is ``answer(to:)``.
final class FakeAuthorizationServer: Sendable {
    static let url = "https://auth.example"
    static let refreshToken = "rt-1"

    /// What a test changes.
    struct Behaviour: Sendable {
        /// Replaces the answer of an endpoint, by its path.
        var answers: [String: ExchangeResponse] = [:]
        /// Members of the token response that are other than they should be; null takes one away.
        var token: JSONObject = [:]
        /// Identifiers for each configuration; without any, the response has no authorization details.
        var identifiers: [String: String] = ["sd": "sd-2026", "w3c": "w3c-2026"]
        /// Wanted in each proof at the token endpoint; nil if none is.
        var nonce: String?
        /// Wants another nonce each time.
        var isNeverContent = false
        /// Wanted in each proof of an attested key; nil if none is.
        var challenge: String?
        var issuer = FakeAuthorizationServer.url
        var rotatesRefreshTokens = false
        var givesRefreshToken = true
    }

    private struct State {
        var request: AuthorizationRequest?
        var isCodeSpent = false
        var keyThumbprint: [UInt8]?
        var refreshToken = FakeAuthorizationServer.refreshToken
        var count = 0
        var seen: Set<String> = []
    }

    private let behaviour: Behaviour
    private let now: Date
    private let state = Mutex(State())

    init(_ behaviour: Behaviour, now: Date) {
        (self.behaviour, self.now) = (behaviour, now)
    }

    /// The authorization request as it was pushed, or as ``visit(_:)`` found it in the address.
    var request: AuthorizationRequest? { state.withLock { $0.request } }
    /// What the last token is bound to.
    var keyThumbprint: [UInt8]? { state.withLock { $0.keyThumbprint } }

    func bind(_ thumbprint: [UInt8]?) { state.withLock { $0.keyThumbprint = thumbprint } }

    /// What the browser does: takes over a request that was not pushed.
    func visit(_ url: String) {
        guard
            let parameters = try? AuthorizationParameters(
                in: EndpointRequest(method: .get, query: url.drop { $0 != "?" }.dropFirst())),
            let request = try? AuthorizationRequest(parameters)
        else { return }
        state.withLock { $0.request = request }
    }

    /// Where the browser is sent when the person has logged in and agreed.
    func answer(_ outcome: AuthorizationResponse.Outcome = .code("code-1")) -> String {
        guard let request, let redirectURI = request.redirectURI else { return "" }
        return AuthorizationResponse(outcome, state: request.state, issuer: Self.url).address(at: redirectURI)
    }

    func respond(to request: ExchangeRequest) -> ExchangeResponse {
        let path = String(request.url.dropFirst(Self.url.count))
        if let answer = behaviour.answers[path] { return answer }
        switch path {
        case "/par": return push(request)
        case "/token": return token(request)
        case "/challenge": return FakeIssuer.response(["attestation_challenge": .string(behaviour.challenge ?? "")])
        default: return ExchangeResponse(status: 404)
        }
    }

    private func push(_ request: ExchangeRequest) -> ExchangeResponse {
        guard let form = try? RequestForm(decoding: request.received),
            let pushed = try? AuthorizationRequest(AuthorizationParameters(form: form))
        else { return Self.error("invalid_request") }
        if let refusal = authenticate(request, form, as: pushed.clientID) { return refusal }
        state.withLock { $0.request = pushed }
        return FakeIssuer.response(
            ["request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 60], status: 201)
    }

    private func token(_ request: ExchangeRequest) -> ExchangeResponse {
        guard let form = try? RequestForm(decoding: request.received), let clientID = form["client_id"],
            let message = try? AccessTokenRequest(form: form)
        else { return Self.error("invalid_request") }
        if let refusal = authenticate(request, form, as: clientID) { return refusal }
        let proof: DPoPProof
        switch self.proof(of: request) {
        case .success(let valid): proof = valid
        case .failure(let refusal): return refusal.response
        }
        return state.withLock { state in
            switch message.grant {
            case .authorizationCode(let code, let redirectURI, let verifier):
                guard code == "code-1", !state.isCodeSpent, redirectURI == state.request?.redirectURI,
                    (try? CodeChallenge.check(verifier: verifier, against: state.request?.codeChallenge)) != nil,
                    state.request?.dpopKeyThumbprint == proof.thumbprintText
                else { return Self.error("invalid_grant") }
                state.isCodeSpent = true
            case .refreshToken(let token, _):
                guard token == state.refreshToken, state.keyThumbprint == proof.thumbprint else {
                    return Self.error("invalid_grant")
                }
                if behaviour.rotatesRefreshTokens { state.refreshToken += "'" }
            default: return Self.error("unsupported_grant_type")
            }
            state.keyThumbprint = proof.thumbprint
            return FakeIssuer.response(.object(response(to: state)))
        }
    }

    private func response(to state: State) -> JSONObject {
        var response: JSONObject = ["access_token": "at-1", "token_type": "DPoP", "expires_in": 300]
        if behaviour.givesRefreshToken { response["refresh_token"] = .string(state.refreshToken) }
        let details = state.request?.authorizationDetails?.granted { detail in
            behaviour.identifiers[detail.credentialConfigurationID].map { [$0] } ?? []
        }
        response["authorization_details"] = details
        for member in behaviour.token.members {
            response[member.name] = member.value == .null ? nil : member.value
        }
        return response
    }

    private struct ProofRefusal: Error {
        let response: ExchangeResponse
    }

    private func proof(of request: ExchangeRequest) -> Result<DPoPProof, ProofRefusal> {
        guard
            let proof = try? DPoPProof(
                in: request.received,
                expecting: .init(method: request.method, url: request.url, accessToken: nil, now: now)),
            state.withLock({ $0.seen.insert(proof.identifier).inserted })
        else { return .failure(ProofRefusal(response: Self.error("invalid_dpop_proof"))) }
        let count = state.withLock { state in
            state.count += 1
            return state.count
        }
        let wanted = behaviour.isNeverContent ? "nonce-\(count)" : behaviour.nonce
        guard let wanted, proof.nonce != wanted else { return .success(proof) }
        return .failure(ProofRefusal(response: Self.error("use_dpop_nonce", headers: [.dpopNonce: wanted])))
    }

    /// Public clients by their name, others by whatever they sent, which is checked.
    private func authenticate(_ request: ExchangeRequest, _ form: RequestForm, as clientID: String) -> ExchangeResponse?
    {
        guard let credentials = try? ClientCredentials(in: request.received, form: form) else {
            return Self.error("invalid_client", status: 401)
        }
        let identifier: String?
        switch credentials {
        case .none: return nil
        case .assertion(let assertion):
            let verified = try? ClientAssertion(
                verifying: assertion,
                expecting: .init(issuer: Self.url, keys: VerificationKeys(FakeIssuer.otherKey.publicKey), now: now))
            identifier = verified?.clientID == clientID ? verified?.identifier : nil
        case .attestation(let attestation):
            let verified = try? ClientAttestation(
                verifying: attestation, expecting: .init(issuer: Self.url, now: now),
                trustedKey: { _, _ in FakeIssuer.key.publicKey })
            if verified != nil, verified?.challenge != behaviour.challenge, let challenge = behaviour.challenge {
                return Self.error(
                    "use_attestation_challenge", headers: [.clientAttestationChallenge: challenge])
            }
            identifier = verified?.clientID == clientID ? verified?.proofIdentifier : nil
        default: identifier = nil
        }
        guard let identifier, state.withLock({ $0.seen.insert(identifier).inserted }) else {
            return Self.error("invalid_client", status: 401)
        }
        return nil
    }

    static func error(_ code: String, status: Int = 400, headers: HTTPFields = [:]) -> ExchangeResponse {
        ExchangeResponse(status: status, headers: headers, body: JSON.object(["error": .string(code)]).encoded())
    }
}

extension ExchangeRequest {
    /// As a server sees it.
    var received: EndpointRequest {
        EndpointRequest(method: method, query: url.drop { $0 != "?" }.dropFirst(), headers: headers, body: body)
    }
}

extension FakeIssuer {
    /// Of a server with a login, which is careful.
    static let loginServerMetadata: JSONObject = [
        "issuer": .string(server), "token_endpoint": .string(server + "/token"),
        "authorization_endpoint": .string(server + "/authorize"),
        "pushed_authorization_request_endpoint": .string(server + "/par"),
        "grant_types_supported": ["authorization_code", "refresh_token"], "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "authorization_response_iss_parameter_supported": true,
        "dpop_signing_alg_values_supported": ["ES384", "ES256"],
    ]

    /// An issuer whose authorization server has a login.
    static func withLogin(_ change: (inout Behaviour) -> Void = { _ in }) -> FakeIssuer {
        FakeIssuer {
            $0.documents[serverMetadataURL] = .object(loginServerMetadata)
            change(&$0)
        }
    }
}

let redirectURI = "http://127.0.0.1:4711/callback"

/// The wallet with a login, against a fake issuer.
func loginIssuance(
    _ issuer: FakeIssuer, identity: WalletClientIdentity = .public(clientID: "wallet"), now: Date = FakeIssuer.now
) -> AuthorizationCodeIssuance {
    AuthorizationCodeIssuance(
        exchange: issuer, languages: LanguagePreference(["en"]), identity: identity, now: { now })
}

/// A request whose login is still to come.
func beginLogin(
    _ issuer: FakeIssuer, _ ids: [String] = ["sd", "w3c"], by style: RequestStyle = .authorizationDetails,
    identity: WalletClientIdentity = .public(clientID: "wallet")
) async throws -> PendingAuthorization {
    let wallet = loginIssuance(issuer, identity: identity)
    let wanted = try await wallet.open(issuer: FakeIssuer.url, configurationIDs: ids)
    return try await wallet.begin(wanted, redirectURI: redirectURI, by: style)
}

/// The whole flow, with a person who agrees.
func loginOutcome(
    _ issuer: FakeIssuer, by style: RequestStyle = .authorizationDetails,
    identity: WalletClientIdentity = .public(clientID: "wallet")
) async throws -> IssuanceOutcome {
    let pending = try await beginLogin(issuer, by: style, identity: identity)
    let wallet = loginIssuance(issuer, identity: identity)
    let authorized = try await wallet.finish(pending, redirectedTo: issuer.authorizationServer.answer())
    return try await wallet.fetchAll(authorized)
}
