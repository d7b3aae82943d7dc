import Foundation
import JOSE
import OAuth
import WireFormats

/// The token endpoint alone: grants to clients themselves, each token on the disk before it is answered.
struct ClientCredentialsPart {
    let server: ServerProcess
    let connections: Int
    let runs: Int
    let grants: Int

    func measure(_ figures: inout Figures) throws {
        let load = Load(server: server, workers: connections)
        let (basic, assertion) = (try SecretGrant(server), try AssertionGrant(server))
        let (fewer, port) = (max(1, grants / 4), server.port)
        _ = try load.run(fewer) { _ in try GrantWorker(port: port, client: basic) }
        _ = try load.run(max(1, fewer / 4)) { _ in try GrantWorker(port: port, client: assertion) }
        for run in 1...runs {
            let (_, verify) = try CryptographyLimit.signAndVerify()
            let plain = try load.run(grants) { _ in try GrantWorker(port: port, client: basic) }
            add("client_secret_basic: ", plain, to: &figures)
            let signed = try load.run(fewer) { _ in try GrantWorker(port: port, client: assertion) }
            figures.add("limit: one P-256 verification", verify, "us")
            add("private_key_jwt: ", signed, to: &figures)
            figures.add("  times the limit", signed.microseconds / verify, "x")
            report("\(figures.part.rawValue): run \(run) of \(runs)")
        }
        figures.add("resident memory", server.residentMegabytes, "MB")
    }

    private func add(_ method: String, _ result: Load.Result, to figures: inout Figures) {
        figures.add(method + "grants per second", result.perSecond, "1/s")
        figures.add(method + "server processor time", result.microseconds, "us")
        figures.add(method + "load's processor time", result.loadMicroseconds, "us")
        figures.add(method + "p50", result.log.quantile(0.5, of: .token) * 1e3, "ms")
        figures.add(method + "p99", result.log.quantile(0.99, of: .token) * 1e3, "ms")
    }
}

/// A client that asks for tokens of its own.
protocol GrantClient: Sendable {
    /// A whole token request.
    func request() throws -> [UInt8]
}

/// Asks by `client_secret_basic`, RFC 6749 §2.3.1: the same bytes each time.
struct SecretGrant: GrantClient {
    /// The header line that shows who the client is.
    let authorization: String
    private let message: [UInt8]

    init(_ server: ServerProcess) throws {
        let client = try server.addClient()
        guard let secret = client.secret else { throw BenchFailure("the client has no secret") }
        let pair = FormParameters.percentEncode(client.id) + ":" + FormParameters.percentEncode(secret)
        authorization = "Authorization: Basic \(Data(pair.utf8).base64EncodedString())\r\n"
        message = tokenRequest("grant_type=client_credentials&scope=s1", headers: authorization)
    }

    func request() -> [UInt8] { message }
}

/// Asks by `private_key_jwt`, RFC 7523 §2.2: a new assertion each time.
struct AssertionGrant: GrantClient {
    private let assertions: ClientAssertionMaker
    private let issuer: String
    private let form: String

    init(_ server: ServerProcess) throws {
        let key = PrivateKey.generateP256()
        let client = try server.addClient(jwks: ["keys": [.object(key.publicKey.jwk)]])
        assertions = ClientAssertionMaker(signer: key, keyID: nil, clientID: client.id)
        issuer = "http://localhost:\(server.port)"
        form =
            "grant_type=client_credentials&scope=s1&client_assertion_type="
            + FormParameters.percentEncode(ClientAssertion.assertionType) + "&client_assertion="
    }

    func request() throws -> [UInt8] {
        tokenRequest(try form + assertions.assertion(audience: issuer, now: Date()))
    }
}

private func tokenRequest(_ form: String, headers: String = "") -> [UInt8] {
    BlockingConnection.message(posting: form, to: "/auth/token-endpoint", headers: headers)
}

/// Gets one token after another.
final class GrantWorker: LoadWorker {
    private let connection: BlockingConnection
    private let client: any GrantClient
    /// What the first answer is given to.
    private let first: @Sendable (HTTPAnswer) throws -> Void

    init(
        port: Int, client: any GrantClient, first: @escaping @Sendable (HTTPAnswer) throws -> Void = { _ in }
    ) throws {
        connection = try BlockingConnection(port: port)
        self.client = client
        self.first = first
    }

    func work(_ index: Int, _ log: inout RequestLog) async throws {
        let message = try client.request()
        let answer = try await log.time(.token) { try await connection.send(message) }.check("token", status: 200)
        // The load is not to read more than it must.
        guard answer.body.end(of: "\"access_token\"") != nil else { throw BenchFailure("no token") }
        if index == 0 { try first(answer) }
    }
}
