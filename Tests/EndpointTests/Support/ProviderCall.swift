import Foundation
import HTTPTypes
import JOSE
import OAuth
import WebServer
import WireFormats

/// A client's request that is good until a test changes it.
struct ProviderCall {
    let provider: TestProvider
    /// Below the issuer identifier.
    let path: String
    var method = HTTPRequest.Method.post
    var form: [(name: String, value: String)]
    var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
    var query = ""

    subscript(name: String) -> String? {
        get { form.first { $0.name == name }?.value }
        set {
            let index = form.firstIndex { $0.name == name }
            form.removeAll { $0.name == name }
            if let newValue { form.insert((name, newValue), at: index ?? form.endIndex) }
        }
    }

    func with(_ name: String, _ value: String?) -> ProviderCall {
        var call = self
        call[name] = value
        return call
    }

    func with(_ name: HTTPField.Name, _ value: String?) -> ProviderCall {
        var call = self
        call.headers[name] = value
        return call
    }

    var url: String { provider.issuer.identifier + path }

    func send() async -> Reply {
        await provider.issuer.send(
            method, provider.issuer.path + path + query, headers: headers,
            body: Array(FormParameters.encode(form).utf8))
    }
}

extension FormParameters {
    /// Names may be repeated here.
    static func encode(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { percentEncode($0.name) + "=" + percentEncode($0.value) }.joined(separator: "&")
    }
}

extension TestProvider {
    /// A request by which a client shows who it is.
    func call(
        _ path: String, _ form: [(name: String, value: String)] = [], as client: TestClient, nonce: String? = nil
    ) throws -> ProviderCall {
        var call = ProviderCall(provider: self, path: path, form: form)
        switch client.authentication {
        case .none: call["client_id"] = client.id
        case .secret(let secret): call.headers[.authorization] = Self.basic(client.id, secret)
        case .assertion(let key):
            call.form += ClientAssertionMaker.parameters(
                try ClientAssertionMaker(signer: key, keyID: TestClient.bankKeyID, clientID: client.id)
                    .assertion(audience: issuer.identifier, now: issuer.clock.now))
        case .attestation(let key):
            call.headers[.clientAttestation] = try attestation(of: client.id, key)
            call.headers[.clientAttestationPoP] = try ClientAttestationProofMaker(signer: key, clientID: client.id)
                .proof(audience: issuer.identifier, challenge: nil, now: issuer.clock.now)
        }
        if let proofs = client.proofs {
            call.headers[.dpop] = try proofs.proof(
                method: .post, url: call.url, nonce: nonce, now: issuer.clock.now)
        }
        return call
    }

    static func basic(_ id: String, _ secret: String) -> String {
        let pair = FormParameters.percentEncode(id) + ":" + FormParameters.percentEncode(secret)
        return "Basic " + Data(pair.utf8).base64EncodedString()
    }

    func attestation(of id: String, _ key: PrivateKey, by attester: PrivateKey? = nil) throws -> String {
        try ClientAttestationMaker(
            signer: attester ?? Self.attesterKey, attester: "https://attester.example.org",
            header: ["kid": .string(Self.attesterKeyID)]
        ).attest(clientID: id, key: key.publicKey, now: issuer.clock.now, lifetime: .seconds(3600))
    }

    func push(_ draft: AuthorizationDraft, nonce: String? = nil) throws -> ProviderCall {
        try push(draft.request.parameters, as: draft.client, nonce: nonce)
    }

    func push(
        _ form: [(name: String, value: String)], as client: TestClient, nonce: String? = nil
    ) throws -> ProviderCall {
        try call(AuthorizationSite.Paths.push, form, as: client, nonce: nonce)
    }

    /// What redeems a code.
    func redemption(
        _ code: String, _ draft: AuthorizationDraft, as client: TestClient? = nil
    ) throws -> ProviderCall {
        let request = AccessTokenRequest(
            .authorizationCode(
                code: code, redirectURI: draft.request.redirectURI, codeVerifier: draft.verifier.text))
        return try call(AuthorizationSite.Paths.token, request.parameters, as: client ?? draft.client)
    }

    func refreshing(_ token: String, scopes: [String] = [], as client: TestClient) throws -> ProviderCall {
        let request = AccessTokenRequest(.refreshToken(token, scopes: scopes))
        return try call(AuthorizationSite.Paths.token, request.parameters, as: client)
    }
}
