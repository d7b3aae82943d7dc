import Crypto
import Foundation
import HTTPTypes
import JOSE
import OAuth
import PersonVault
import Testing
import WebServer
import WireFormats

/// What a person's page does with their vault: keys, a token, and messages that are good until a test changes them.
final class VaultHand {
    static let tokenPath = AuthorizationSite.Paths.account + "/vault/token"

    let provider: TestProvider
    let browser: TestBrowser
    let csrf: String
    let proofs = DPoPProofMaker(key: .generateP256())
    var token = ""
    var signing = PrivateKey.generateP256()
    var encryption = PrivateKey.generateP256()

    /// Logs in and gets a token.
    init(_ provider: TestProvider, as person: TestPerson = .zubeida) async throws {
        self.provider = provider
        browser = TestBrowser(provider)
        csrf = try #require(try await browser.account(as: person).form("sign-out")["csrf"])
        token = try await askForToken().string("access_token")
    }

    private var issuer: String { provider.issuer.identifier }
    private var now: Date { provider.issuer.clock.now }

    func askForToken(csrf: String? = nil, proof: String? = nil, headers: HTTPFields = [:]) async throws -> Reply {
        var headers = headers
        headers[.dpop] = try proof ?? proofs.proof(method: .post, url: issuer + Self.tokenPath, now: now)
        headers[try #require(HTTPField.Name("X-CSRF"))] = csrf ?? self.csrf
        return await browser.post(provider.issuer.path + Self.tokenPath, [], headers: headers)
    }

    func headers(_ method: HTTPRequest.Method, _ path: String, by proofs: DPoPProofMaker? = nil) throws -> HTTPFields {
        let proof = try (proofs ?? self.proofs).proof(
            method: method, url: issuer + VaultEndpoint.path + path, accessToken: token, now: now)
        return [.authorization: "DPoP " + token, .dpop: proof, .contentType: "application/json"]
    }

    func call(
        _ method: HTTPRequest.Method, _ path: String = "", _ body: JSON? = nil, headers: HTTPFields? = nil
    ) async throws -> Reply {
        await provider.issuer.send(
            method, provider.issuer.path + VaultEndpoint.path + path,
            headers: try headers ?? self.headers(method, path),
            body: body?.encoded() ?? [])
    }

    // MARK: Messages

    static func jwk(_ key: PrivateKey, _ use: String, _ algorithm: String) -> JSON {
        var jwk = key.publicKey.jwk
        jwk["use"] = .string(use)
        jwk["alg"] = .string(algorithm)
        jwk["kid"] = .string(Base64URL.encode(key.publicKey.thumbprint))
        return .object(jwk)
    }

    func sign(_ type: String, _ claims: JSONObject, by key: PrivateKey? = nil) throws -> String {
        let key = key ?? signing
        let keyID = JSON.string(Base64URL.encode(key.publicKey.thumbprint))
        return try JWSIssuer(signer: key, header: ["typ": .string(type), "kid": keyID]).sign(claims: claims)
    }

    /// The members of new keys, with their statement.
    func keys(signedBy previous: PrivateKey? = nil) throws -> JSONObject {
        let enc = Self.jwk(encryption, "enc", "ECDH-ES+A256KW")
        let sig = Self.jwk(signing, "sig", "ES256")
        var claims: JSONObject = ["enc": enc, "sig": sig, "iat": .integer(now.wholeSeconds)]
        claims["previous"] = previous.map { .string(Base64URL.encode($0.publicKey.thumbprint)) }
        return [
            "enc": enc, "sig": sig, "statement": .string(try sign("person-key+jwt", claims, by: previous)),
            "private_keys": ["enc": Self.text(166), "sig": Self.text(166)],
        ]
    }

    static func text(_ count: Int) -> JSON { .string(Base64URL.encode(secureRandomBytes(count))) }

    static let verifier = [UInt8](repeating: 7, count: 32)

    static func way(_ kind: String) -> JSON {
        var way: JSONObject = [
            "id": text(16), "kind": .string(kind), "name": "Way", "salt": text(32), "wrapped_key": text(60),
        ]
        if kind == "passkey" { way["credential_id"] = text(32) }
        if kind == "password" { way["iterations"] = 600_000 }
        if kind != "passkey" { way["verifier"] = .string(Base64URL.encode(SHA256.hash(data: verifier))) }
        return .object(way)
    }

    func creation(_ change: (inout JSONObject) -> Void = { _ in }) throws -> JSON {
        var message = try keys()
        message["ways"] = .array([Self.way("passkey"), Self.way("password")])
        change(&message)
        return .object(message)
    }

    func change(
        _ action: String, _ members: JSONObject, version: Int64 = 1, by key: PrivateKey? = nil,
        type: String = "vault-change+jwt"
    ) throws -> JSON {
        let signer = key ?? signing
        var claims: JSONObject = [
            "iss": .string(Base64URL.encode(signer.publicKey.thumbprint)), "aud": .string(issuer),
            "iat": .integer(now.wholeSeconds), "version": .integer(version), "action": .string(action),
        ]
        for member in members.members { claims[member.name] = member.value }
        return ["change": .string(try sign(type, claims, by: signer))]
    }

    /// The identifiers of the ways of a kind.
    func ways(_ kind: String) async throws -> [String] {
        try await call(.get).json["ways"]?.array?.filter { $0["kind"] == .string(kind) }.compactMap { $0["id"]?.string }
            ?? []
    }
}
