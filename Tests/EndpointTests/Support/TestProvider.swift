import Foundation
import HTTPTypes
import IdentityRegistry
import JOSE
import KeyStore
import OAuth
import PersonAuthentication
import Storage
import Testing
import WebServer
import WireFormats

@testable import vouchsafe

/// The real OpenID Provider in this process, with people who can log in and clients of every kind.
final class TestProvider: Sendable {
    let issuer: TestIssuer
    /// Sends one-time codes as long as the test runs.
    private let sending: Task<Void, any Error>

    static let attesterKey = PrivateKey.generateP256()
    static let attesterKeyID = "attester-1"

    init(_ settings: ProviderSettings = ProviderSettings()) async throws {
        issuer = try await TestIssuer(
            settings.yaml,
            files: [
                "library-secret": Array(TestClient.secret.utf8),
                "bank.json": Self.keySet(TestClient.bankKey, TestClient.bankKeyID),
                "attester.json": Self.keySet(Self.attesterKey, Self.attesterKeyID),
            ])
        let reply = await issuer.manage(
            .post, "/registry/people", headers: [.contentType: "text/csv"], body: Array(TestPerson.csv.utf8))
        try #require(reply.status == 200, "\(reply.text)")
        let dispatch = try #require(issuer.served.identity).dispatch
        sending = Task { try await dispatch.run() }
    }

    deinit { sending.cancel() }

    private static func keySet(_ key: PrivateKey, _ keyID: String) -> [UInt8] {
        var jwk = key.publicKey.jwk
        jwk["kid"] = .string(keyID)
        jwk["alg"] = "ES256"
        return JSON.object(["keys": [.object(jwk)]]).encoded()
    }

    /// Gives everybody the test password and PIN, by hashes that cost little.
    func setSecrets() async throws {
        let cheap = try #require(ScryptHash.Parameters(logCost: 1, blockSize: 1, parallelism: 1))
        let installation = issuer.installation
        let hasher = SecretHasher(
            pool: HashingPool(), keys: IdentityKeys(root: installation.keys.ring.codeKey),
            costs: SecretHasher.Costs(password: cheap, pin: cheap))
        let password = try await hasher.hash(TestPerson.password, as: .password)
        let pin = try await hasher.hash(TestPerson.pin, as: .pin)
        let store = SQLSecretStore(
            database: installation.database, sealer: installation.keys.ring.dataSealer, now: installation.now)
        try await store.set(
            TestPerson.all.flatMap { person in
                [
                    StoredSecret(person: person.id, kind: .password, hash: password),
                    StoredSecret(person: person.id, kind: .pin, hash: pin),
                ]
            })
    }

    /// The codes that were sent to a telephone, once there are as many as are waited for.
    func codes(sentTo person: TestPerson = .zubeida, count: Int = 1) async throws -> [String] {
        try await messages(in: issuer.file("sms.jsonl"), count: count).filter { $0["to"] == .string(person.phone) }
            .compactMap { $0["text"]?.string?.split { !$0.isNumber }.first { $0.count == 6 }.map(String.init) }
    }

    /// Messages are written behind the answers.
    func messages(in file: URL, count: Int) async throws -> [JSON] {
        for _ in 0..<200_000 {
            let lines = (FileManager.default.contents(atPath: file.path) ?? Data()).split(separator: 0x0A)
            if lines.count >= count { return try lines.map { try JSON(parsing: Array($0)) } }
            await Task.yield()
        }
        throw MissingMessages(file: file.lastPathComponent)
    }

    struct MissingMessages: Error {
        let file: String
    }

    /// The path and query of an address.
    func path(of target: String) -> String {
        let origin = String(issuer.identifier.dropLast(issuer.path.count))
        return target.hasPrefix(origin) ? String(target.dropFirst(origin.count)) : target
    }

    func isOwn(_ target: String) -> Bool { path(of: target).hasPrefix("/") }

    /// The address by which a client sends a person here: with a pushed request if it can authenticate.
    func address(of draft: AuthorizationDraft, _ location: SourceLocation = #_sourceLocation) async throws -> String {
        let endpoint = issuer.identifier + AuthorizationSite.Paths.authorize
        if case .none = draft.client.authentication { return draft.request.url(at: endpoint) }
        return AuthorizationRequest.url(
            at: endpoint, clientID: draft.client.id, requestURI: try await requestURI(of: draft, location))
    }

    /// The `request_uri` of a pushed request.
    func requestURI(
        of draft: AuthorizationDraft, _ location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let reply = try await push(draft).send()
        try #require(reply.status == 201, "\(reply.text)", sourceLocation: location)
        return try reply.string("request_uri", location)
    }

    /// A request to a resource with an access token, by the scheme that the client has proofs for.
    func presenting(
        _ token: String, at path: String, as client: TestClient, method: HTTPRequest.Method = .get,
        nonce: String? = nil
    ) throws -> HTTPFields {
        guard let proofs = client.proofs else { return [.authorization: "Bearer " + token] }
        let proof = try proofs.proof(
            method: method, url: issuer.identifier + path, accessToken: token, nonce: nonce, now: issuer.clock.now)
        return [.authorization: "DPoP " + token, .dpop: proof]
    }

    func userInfo(_ token: String, as client: TestClient) async throws -> Reply {
        let path = AuthorizationSite.Paths.userInfo
        return await issuer.send(
            .get, issuer.path + path, headers: try presenting(token, at: path, as: client))
    }

    /// A credential request under a grant, good until a test changes it.
    func credentialCall(
        _ token: String, _ configuration: String = "card", as client: TestClient
    ) async throws -> CredentialCall {
        var call = try await issuer.credentialCall(token, configuration)
        call.headers[.authorization] = nil
        for field in try presenting(token, at: IssuerSite.Paths.credential, as: client, method: .post) {
            call.headers[field.name] = field.value
        }
        return call
    }

    /// The keys of `/auth/jwks.json`.
    func publishedKeys() async throws -> PublicJWKSet {
        try PublicJWKSet(parsing: await issuer.send(.get, issuer.path + AuthorizationSite.Paths.keys).body)
    }
}

/// The claims of a JWT, unverified.
func jwtClaims(_ compact: String, _ location: SourceLocation = #_sourceLocation) throws -> JSONObject {
    try #require(try JSON(parsing: UnverifiedJWS(parsing: compact).payload).object, sourceLocation: location)
}
