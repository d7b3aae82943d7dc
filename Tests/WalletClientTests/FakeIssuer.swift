import CredentialFormats
import Foundation
import HTTPTypes
import JOSE
import OAuth
import OpenID4VCI
import Synchronization
import Verifier
import WireFormats

@testable import WalletClient

/// An issuer in memory, with its authorization server, that does one thing wrong if a test wants it to.
final class FakeIssuer: HTTPExchange {
    static let url = "https://issuer.example/university"
    static let did = "did:web:issuer.example:university"
    static let server = "https://auth.example"
    static let key = seededKey(1)
    static let otherKey = seededKey(2)
    /// 2026-11-20T00:00:00Z.
    static let now = Date(timeIntervalSince1970: 1_795_132_800)
    static let vct = "https://issuer.example/vct/student"

    /// What a test changes. Documents are by address.
    struct Behaviour: Sendable {
        var documents: [String: JSON] = FakeIssuer.documents
        var failures: [String: FetchFailure] = [:]
        var txCode: String?
        var token: JSONObject = ["access_token": "at-1", "token_type": "Bearer", "expires_in": 300]
        /// So many proofs are refused with `invalid_nonce` first.
        var staleNonces = 0
        /// Replaces the answer of the credential endpoint for a configuration.
        var answers: [String: ExchangeResponse] = [:]
        var signer = FakeIssuer.key
        var issuerURL = FakeIssuer.url
        var issuerDID = FakeIssuer.did
        var keyID: String?
        var vct = FakeIssuer.vct
        var types = ["VerifiableCredential", "StudentCard"]
        /// The key that credentials are bound to; nil for the wallet's.
        var boundTo: PublicKey?
        var lifetime: Int64 = 86400
        /// Issues the other format than was asked for.
        var swapsFormats = false
        /// Wanted in each DPoP proof at the credential endpoint; nil if none is.
        var dpopNonce: String?
        /// Wants another nonce each time.
        var isNeverContent = false
        /// `DPoP-Nonce` of the nonce endpoint.
        var nonceAhead: String?
        var login = FakeAuthorizationServer.Behaviour()
    }

    let behaviour: Behaviour
    let authorizationServer: FakeAuthorizationServer
    private let log = Mutex<[ExchangeRequest]>([])
    private let nonces = Mutex(0)
    private let lastHolder = Mutex<PublicKey?>(nil)

    init(_ change: (inout Behaviour) -> Void = { _ in }) {
        var behaviour = Behaviour()
        change(&behaviour)
        self.behaviour = behaviour
        authorizationServer = FakeAuthorizationServer(behaviour.login, now: Self.now)
    }

    var requests: [ExchangeRequest] { log.withLock { $0 } }

    func requests(to path: String) -> [ExchangeRequest] { requests.filter { $0.url.hasSuffix(path) } }

    static func seededKey(_ seed: UInt8) -> PrivateKey {
        // Any 32 bytes from 1 to the order of the group are a key: these are.
        try! PrivateKey(.es256, rawRepresentation: [UInt8](repeating: seed, count: 32))
    }

    static func response(_ json: JSON, status: Int = 200) -> ExchangeResponse {
        ExchangeResponse(status: status, headers: [.contentType: "application/json"], body: json.encoded())
    }

    func send(_ request: ExchangeRequest) async throws(FetchFailure) -> ExchangeResponse {
        log.withLock { $0.append(request) }
        if let failure = behaviour.failures[request.url] { throw failure }
        switch (request.method, request.url) {
        case (.get, let url):
            guard let document = behaviour.documents[url] else { return ExchangeResponse(status: 404) }
            return Self.response(document)
        case (.post, Self.server + "/token"): return token(request)
        case (.post, Self.url + "/nonce"):
            let number = nonces.withLock { count in
                count += 1
                return count
            }
            let answer = Self.response(["c_nonce": .string("nonce-\(number)")])
            guard let ahead = behaviour.nonceAhead else { return answer }
            return ExchangeResponse(status: 200, headers: [.dpopNonce: ahead], body: answer.body)
        case (.post, Self.url + "/credential"): return credential(request)
        case (.post, let url) where url.hasPrefix(Self.server + "/"): return authorizationServer.respond(to: request)
        default: return ExchangeResponse(status: 405)
        }
    }

    private func token(_ request: ExchangeRequest) -> ExchangeResponse {
        let form = try? FormParameters(parsing: request.body)
        guard form?["grant_type"] == GrantType.preAuthorizedCode else {
            return authorizationServer.respond(to: request)
        }
        guard form?["pre-authorized_code"] == "code-1", form?["tx_code"] == behaviour.txCode else {
            return Self.response(
                ["error": "invalid_grant", "error_description": "wrong\u{1B}[2J code\n"], status: 400)
        }
        let proof = try? DPoPProof(
            in: request.received,
            expecting: .init(method: request.method, url: request.url, accessToken: nil, now: Self.now))
        authorizationServer.bind(proof?.thumbprint)
        return Self.response(.object(behaviour.token))
    }

    private func credential(_ request: ExchangeRequest) -> ExchangeResponse {
        if let refusal = refusal(of: request) { return refusal }
        guard let body = try? JSON(parsing: request.body),
            let id = body["credential_configuration_id"]?.string ?? body["credential_identifier"]?.string,
            let proof = body["proofs"]?["jwt"]?.array?.first?.string,
            let verified = try? VerifiedKeyProof(
                verifying: proof,
                against: .init(audience: Self.url, algorithms: [.es256], now: Self.now, maximumAge: 60))
        else { return Self.response(["error": "invalid_credential_request"], status: 400) }
        let issuedNonces = nonces.withLock { $0 }
        guard verified.nonce == "nonce-\(issuedNonces)", issuedNonces > behaviour.staleNonces else {
            return Self.response(["error": "invalid_nonce"], status: 400)
        }
        if let answer = behaviour.answers[id] { return answer }
        lastHolder.withLock { $0 = verified.key }
        let holder = CredentialContent.Holder(key: behaviour.boundTo ?? verified.key, did: nil)
        guard let credential = try? issue(id, to: holder) else { return ExchangeResponse(status: 500) }
        return Self.response(["credentials": [["credential": .string(String(decoding: credential, as: UTF8.self))]]])
    }

    /// RFC 6750 §2.1, or RFC 9449 §7.1 if the token is bound.
    private func refusal(of request: ExchangeRequest) -> ExchangeResponse? {
        guard let bound = authorizationServer.keyThumbprint else {
            return request.headers[.authorization] == "Bearer at-1" ? nil : ExchangeResponse(status: 401)
        }
        guard request.headers[.authorization] == "DPoP at-1",
            let proof = try? DPoPProof(
                in: request.received,
                expecting: .init(method: request.method, url: request.url, accessToken: "at-1", now: Self.now)),
            proof.thumbprint == bound
        else { return ExchangeResponse(status: 401) }
        let wanted = behaviour.isNeverContent ? "dn-\(requests.count)" : behaviour.dpopNonce
        guard let wanted, proof.nonce != wanted else { return nil }
        return ExchangeResponse(
            status: 401,
            headers: [.wwwAuthenticate: "DPoP error=\"use_dpop_nonce\", algs=\"ES256\"", .dpopNonce: wanted])
    }

    /// The key of the last credential that was asked for.
    var holder: PublicKey? { lastHolder.withLock { $0 } }

    private func issue(_ id: String, to holder: CredentialContent.Holder) throws -> [UInt8] {
        let now = Int64(Self.now.timeIntervalSince1970)
        let content = CredentialContent(
            claims: ClaimTree([
                Claim("given_name", .json("Ana"), isSelectivelyDisclosable: true),
                Claim("university", .json("Example")),
            ]), holder: holder, issuedAt: now - 3600, expiresAt: now + behaviour.lifetime)
        let key = IssuerKey(
            signer: behaviour.signer, keyID: behaviour.keyID ?? Base64URL.encode(Self.key.publicKey.thumbprint),
            certificateChain: [], issuerURL: behaviour.issuerURL, issuerDID: behaviour.issuerDID)
        if id.hasPrefix("sd") != behaviour.swapsFormats {
            return try SDJWTVCEncoder(key: key, vct: behaviour.vct, decoys: 1).issue(content)
        }
        let type = W3CCredentialType(
            dataModel: .version1, types: behaviour.types, contexts: ["https://www.w3.org/2018/credentials/v1"])
        return try W3CJWTEncoder(key: key, type: type).issue(content)
    }
}

extension FakeIssuer {
    static let offerURL = url + "/offers/1"
    static let link =
        "openid-credential-offer://?credential_offer_uri="
        + FormParameters.percentEncode(offerURL)
    static let metadataURL = "https://issuer.example/.well-known/openid-credential-issuer/university"
    static let serverMetadataURL = server + "/.well-known/oauth-authorization-server"

    static let offer: JSONObject = [
        "credential_issuer": .string(url), "credential_configuration_ids": ["sd", "w3c"],
        "grants": .object([GrantType.preAuthorizedCode: ["pre-authorized_code": "code-1"]]),
    ]

    private static let proofTypes: JSON = ["jwt": ["proof_signing_alg_values_supported": ["EdDSA", "ES256"]]]

    static let metadata: JSONObject = [
        "credential_issuer": .string(url), "authorization_servers": [.string(server)],
        "credential_endpoint": .string(url + "/credential"), "nonce_endpoint": .string(url + "/nonce"),
        "display": [["name": "Example University", "locale": "en"], ["name": "Universidad", "locale": "es-ES"]],
        "credential_configurations_supported": [
            "sd": [
                "format": "dc+sd-jwt", "vct": .string(vct), "proof_types_supported": proofTypes,
                "credential_metadata": [
                    "display": [["name": "Student card", "locale": "en"], ["name": "Carné", "locale": "es"]],
                    "claims": [
                        ["path": ["given_name"], "display": [["name": "First name", "locale": "en"]]],
                        ["path": ["university"]],
                    ],
                ],
            ],
            "w3c": [
                "format": "jwt_vc_json",
                "credential_definition": [
                    "type": ["VerifiableCredential", "StudentCard"], "credentialSubject": ["given_name": [:]],
                ],
                "proof_types_supported": ["jwt": ["proof_signing_alg_values_supported": ["ES256"]]],
            ],
        ],
    ]

    static let serverMetadata: JSONObject = [
        "issuer": .string(server), "token_endpoint": .string(server + "/token"),
        "grant_types_supported": [.string(GrantType.preAuthorizedCode)],
    ]

    static var documents: [String: JSON] {
        var jwk = key.publicKey.jwk
        jwk["kid"] = .string(Base64URL.encode(key.publicKey.thumbprint))
        let keyURL = did + "#" + Base64URL.encode(key.publicKey.thumbprint)
        return [
            offerURL: .object(offer), metadataURL: .object(metadata), serverMetadataURL: .object(serverMetadata),
            "https://issuer.example/.well-known/jwt-vc-issuer/university":
                ["issuer": .string(url), "jwks": ["keys": [.object(jwk)]]],
            url + "/did.json": [
                "id": .string(did), "assertionMethod": [.string(keyURL)],
                "verificationMethod": [["id": .string(keyURL), "publicKeyJwk": .object(jwk)]],
            ],
        ]
    }
}

extension JSONObject {
    /// This object with one member replaced or, for nil, left out.
    func with(_ name: String, _ value: JSON?) -> JSON {
        var copy = self
        copy[name] = value
        return .object(copy)
    }
}

/// The wallet against a fake issuer.
func issuance(_ issuer: FakeIssuer, languages: [String] = ["en"]) -> PreAuthorizedIssuance {
    PreAuthorizedIssuance(
        exchange: issuer, languages: LanguagePreference(languages), now: { FakeIssuer.now })
}
