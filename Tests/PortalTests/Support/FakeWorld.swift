import CredentialFormats
import Foundation
import HTTPTypes
import JOSE
import OAuth
import OpenID4VCI
import Synchronization
import Verifier
import WalletClient
import WireFormats

/// A provider and an issuer of different operators in memory, which check what they are sent with the servers' own code,
/// and do one thing wrong if a test wants it to.
final class FakeWorld: HTTPExchange {
    static let issuer = TestCredentials.issuer
    static let provider = "https://auth.example"
    static let clientKey = TestCredentials.seededKey(3)
    static let token = "at-secret"

    /// What a test changes. Documents are by address.
    struct Behaviour: Sendable {
        var documents: [String: JSON] = FakeWorld.documents
        var failures: [String: FetchFailure] = [:]
        /// Replaces the answer at an address.
        var answers: [String: ExchangeResponse] = [:]
        var grantsAddress = true
        var userInfo: JSONObject = ["sub": "pairwise-1", "email": "ana@students.example"]
        var offer: JSONObject? = FakeWorld.offer
    }

    private struct State {
        var request: AuthorizationRequest?
        var isCodeSpent = false
        var tokenKey: [UInt8]?
        var seen: Set<String> = []
    }

    private let behaviour: Mutex<Behaviour>
    private let state = Mutex(State())
    private let log = Mutex<[ExchangeRequest]>([])
    private let now: @Sendable () -> Date

    init(now: @escaping @Sendable () -> Date, _ change: (inout Behaviour) -> Void = { _ in }) {
        var behaviour = Behaviour()
        change(&behaviour)
        self.behaviour = Mutex(behaviour)
        self.now = now
    }

    var requests: [ExchangeRequest] { log.withLock { $0 } }
    /// The authorization request as it was pushed.
    var request: AuthorizationRequest? { state.withLock { $0.request } }

    func change(_ change: @Sendable (inout Behaviour) -> Void) { behaviour.withLock { change(&$0) } }

    /// Where the browser is sent when the person has answered.
    func answer(_ outcome: AuthorizationResponse.Outcome = .code("code-1"), issuer: String = provider) -> String {
        guard let request, let redirectURI = request.redirectURI else { return "" }
        return AuthorizationResponse(outcome, state: request.state, issuer: issuer).address(at: redirectURI)
    }

    func send(_ request: ExchangeRequest) async throws(FetchFailure) -> ExchangeResponse {
        log.withLock { $0.append(request) }
        let behaviour = behaviour.withLock { $0 }
        if let failure = behaviour.failures[request.url] { throw failure }
        if let answer = behaviour.answers[request.url] { return answer }
        switch (request.method, request.url) {
        case (.post, Self.provider + "/par"): return push(request)
        case (.post, Self.provider + "/token"): return token(request, behaviour)
        case (.get, Self.provider + "/userinfo"):
            guard possession(of: request) else { return ExchangeResponse(status: 401) }
            return Self.json(.object(behaviour.userInfo), behaviour.grantsAddress ? 200 : 403)
        case (.post, Self.issuer + "/nonce"): return Self.json(["c_nonce": "nonce-1"])
        case (.post, Self.issuer + "/credential"): return credential(request)
        case (let method, Self.offerEndpoint): return offer(method, request, behaviour)
        case (.get, let url):
            return behaviour.documents[url].map { Self.json($0) } ?? ExchangeResponse(status: 404)
        default: return ExchangeResponse(status: 405)
        }
    }

    private static func json(_ json: JSON, _ status: Int = 200) -> ExchangeResponse {
        ExchangeResponse(status: status, headers: [.contentType: "application/json"], body: json.encoded())
    }

    static func error(_ code: String, _ status: Int = 400) -> ExchangeResponse {
        json(["error": .string(code), "error_description": .string("for Ana, with " + token)], status)
    }
}

// MARK: The provider

extension FakeWorld {
    private func push(_ request: ExchangeRequest) -> ExchangeResponse {
        guard let form = try? RequestForm(decoding: request.received),
            let pushed = try? AuthorizationRequest(AuthorizationParameters(form: form))
        else { return Self.error("invalid_request") }
        guard isPortal(request, form) else { return Self.error("invalid_client", 401) }
        state.withLock { $0.request = pushed }
        return Self.json(["request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 60], 201)
    }

    private func isPortal(_ request: ExchangeRequest, _ form: RequestForm) -> Bool {
        guard case .assertion(let assertion)? = try? ClientCredentials(in: request.received, form: form),
            let verified = try? ClientAssertion(
                verifying: assertion,
                expecting: .init(
                    issuer: Self.provider, keys: VerificationKeys(Self.clientKey.publicKey), now: now())),
            verified.clientID == "portal"
        else { return false }
        return state.withLock { $0.seen.insert(verified.identifier).inserted }
    }

    private func token(_ request: ExchangeRequest, _ behaviour: Behaviour) -> ExchangeResponse {
        guard let form = try? RequestForm(decoding: request.received), isPortal(request, form),
            let message = try? AccessTokenRequest(form: form),
            case .authorizationCode(let code, let redirectURI, let verifier) = message.grant,
            let proof = try? DPoPProof(
                in: request.received,
                expecting: .init(method: request.method, url: request.url, accessToken: nil, now: now()))
        else { return Self.error("invalid_request") }
        return state.withLock { state in
            guard code == "code-1", !state.isCodeSpent, redirectURI == state.request?.redirectURI,
                (try? CodeChallenge.check(verifier: verifier, against: state.request?.codeChallenge)) != nil,
                state.request?.dpopKeyThumbprint == proof.thumbprintText
            else { return Self.error("invalid_grant") }
            state.isCodeSpent = true
            state.tokenKey = proof.thumbprint
            var response: JSONObject = [
                "access_token": .string(Self.token), "token_type": "DPoP", "expires_in": 300,
            ]
            response["authorization_details"] = state.request?.authorizationDetails?.granted { detail in
                [detail.credentialConfigurationID + "-2026"]
            }
            if state.request?.scopes.contains("openid") == true {
                let claims: JSON = ["sub": "pairwise-1", "nonce": .string(state.request?.nonce ?? "")]
                response["id_token"] = .string("e30." + Base64URL.encode(claims.encoded()) + ".AA")
            }
            return Self.json(.object(response))
        }
    }

    /// RFC 9449 §7.1.
    private func possession(of request: ExchangeRequest) -> Bool {
        guard request.headers[.authorization] == "DPoP " + Self.token,
            let proof = try? DPoPProof(
                in: request.received,
                expecting: .init(method: request.method, url: request.url, accessToken: Self.token, now: now()))
        else { return false }
        return state.withLock { $0.tokenKey == proof.thumbprint && $0.seen.insert(proof.identifier).inserted }
    }
}

// MARK: The issuer

extension FakeWorld {
    private func credential(_ request: ExchangeRequest) -> ExchangeResponse {
        guard possession(of: request) else { return ExchangeResponse(status: 401) }
        guard let body = try? JSON(parsing: request.body), let id = body["credential_identifier"]?.string else {
            return Self.error("invalid_credential_request")
        }
        var holder: PublicKey?
        if id != "card-2026" {
            guard let proof = body["proofs"]?["jwt"]?.array?.first?.string,
                let verified = try? VerifiedKeyProof(
                    verifying: proof,
                    against: .init(audience: Self.issuer, algorithms: [.es256], now: now(), maximumAge: 60)),
                verified.nonce == "nonce-1"
            else { return Self.error("invalid_proof") }
            holder = verified.key
        }
        let name = Claim("given_name", .json("Ana"), isSelectivelyDisclosable: true)
        let text =
            switch id {
            case "card-2026": try? TestCredentials.sdJWT(ClaimTree([name]))
            case "student-2026": try? TestCredentials.sdJWT(TestCredentials.student(), boundTo: holder)
            default: try? TestCredentials.w3cJWT(ClaimTree([name]), boundTo: holder)
            }
        guard let text else { return ExchangeResponse(status: 500) }
        return Self.json(["credentials": [["credential": .string(text)]]])
    }

    private func offer(
        _ method: HTTPRequest.Method, _ request: ExchangeRequest, _ behaviour: Behaviour
    ) -> ExchangeResponse {
        guard let offer = behaviour.offer else { return ExchangeResponse(status: 404) }
        guard method == .post else { return ExchangeResponse(status: 405) }
        guard possession(of: request), let body = try? JSON(parsing: request.body), body["tx_code"] == true,
            body["credential_configuration_ids"]?.array?.count == 1
        else { return ExchangeResponse(status: 401) }
        return Self.json(.object(offer), 201)
    }
}

// MARK: Documents

extension FakeWorld {
    static let offerEndpoint = issuer + "/issuance/oid4vci/credential-offer"
    static let issuerMetadataURL = "https://issuer.example/.well-known/openid-credential-issuer/university"
    static let providerMetadataURL = provider + "/.well-known/oauth-authorization-server"

    static let offer: JSONObject = [
        "credential_offer_uri": "https://issuer.example/offers/1", "credential_offer": "openid-credential-offer://?x=y",
        "credential_offer_link":
            "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffers%2F1",
        "tx_code": "482913", "expires_at": "2026-11-20T00:05:00Z",
    ]

    private static let proofTypes: JSON = ["jwt": ["proof_signing_alg_values_supported": ["ES256"]]]

    static let issuerMetadata: JSONObject = [
        "credential_issuer": .string(issuer), "authorization_servers": ["https://other.example", .string(provider)],
        "credential_endpoint": .string(issuer + "/credential"), "nonce_endpoint": .string(issuer + "/nonce"),
        "display": [["name": "Northmere", "locale": "en"], ["name": "Нортмір", "locale": "uk"]],
        "credential_configurations_supported": [
            "student": [
                "format": "dc+sd-jwt", "vct": .string(TestCredentials.vct), "proof_types_supported": proofTypes,
                "credential_metadata": [
                    "display": [
                        [
                            "name": "Student card", "locale": "en", "description": "Shows that you study",
                            "background_color": "#1f3a5f",
                        ], ["name": "Carte", "locale": "fr"],
                    ],
                    "claims": [
                        ["path": ["given_name"], "display": [["name": "First name", "locale": "en"]]],
                        ["path": ["email"]], ["path": ["languages", nil]], ["path": []],
                    ],
                ],
            ],
            "unreadable": ["format": "mso_mdoc"],
            "card": [
                "format": "dc+sd-jwt", "vct": .string(TestCredentials.vct),
                "credential_metadata": ["claims": [["path": ["given_name"]]]],
            ],
            "w3c": [
                "format": "jwt_vc_json", "proof_types_supported": proofTypes,
                "credential_definition": ["type": ["VerifiableCredential", "StudentCard"]],
                "credential_metadata": [
                    "display": [["name": "W3C", "locale": "en"]],
                    "claims": [["path": ["credentialSubject", "given_name"], "display": [["name": "Name"]]]],
                ],
            ],
        ],
    ]

    static let providerMetadata: JSONObject = [
        "issuer": .string(provider), "token_endpoint": .string(provider + "/token"),
        "authorization_endpoint": .string(provider + "/authorize"),
        "pushed_authorization_request_endpoint": .string(provider + "/par"),
        "userinfo_endpoint": .string(provider + "/userinfo"),
        "grant_types_supported": ["authorization_code", "refresh_token"], "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"], "authorization_response_iss_parameter_supported": true,
        "dpop_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "email", "offline_access"],
    ]

    static var documents: [String: JSON] {
        let did = TestCredentials.issuerKey.issuerDID
        let keyURL = did + "#" + TestCredentials.issuerKey.keyID
        let jwk = TestCredentials.publicKeys["keys"]?.array?.first ?? .null
        return [
            issuerMetadataURL: .object(issuerMetadata), providerMetadataURL: .object(providerMetadata),
            "https://issuer.example/.well-known/jwt-vc-issuer/university":
                ["issuer": .string(issuer), "jwks": TestCredentials.publicKeys],
            issuer + "/did.json": [
                "id": .string(did), "assertionMethod": [.string(keyURL)],
                "verificationMethod": [["id": .string(keyURL), "publicKeyJwk": jwk]],
            ],
        ]
    }
}

extension ExchangeRequest {
    /// As a server sees it.
    var received: EndpointRequest {
        EndpointRequest(method: method, query: url.drop { $0 != "?" }.dropFirst(), headers: headers, body: body)
    }
}
