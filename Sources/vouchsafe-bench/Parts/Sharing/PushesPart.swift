import DataSharing
import Foundation
import HTTPTypes
import JOSE
import OAuth
import WireFormats

/// Digests that a market pushes: each verified, stored, and in the ledger, durably, before the push is answered.
struct PushesPart {
    private static let people = 500
    /// How many a push has: one at a time, and as many as a market with a file sends.
    private static let sizes = [1, 50]

    let server: ServerProcess
    let connections: Int
    let runs: Int
    /// Digests in each run of the larger pushes; of the others a tenth.
    let digests: Int

    func measure(_ figures: inout Figures) throws {
        let market = try PushingMarket(server)
        let subjects = try market.subjects(Self.people)
        let token = try market.token()
        let load = Load(server: server, workers: connections)
        for size in Self.sizes {
            let pushes = max(connections, (size == 1 ? digests / 10 : digests) / size)
            let name = size == 1 ? "one at a time: " : "\(size) in a push: "
            _ = try run(load, pushes / 4 + 1, size, market, subjects, token)
            for run in 1...runs {
                let (_, verify) = try CryptographyLimit.signAndVerify()
                let result = try self.run(load, pushes, size, market, subjects, token)
                let each = result.microseconds / Double(size)
                figures.add("limit: one P-256 verification", verify, "us")
                figures.add(name + "digests per second", result.perSecond * Double(size), "1/s")
                figures.add(name + "processor time per digest", each, "us")
                figures.add(name + "  times the limit", each / verify, "x")
                figures.add(name + "digests that one core could take", 1e6 / each, "1/s")
                figures.add(name + "load's processor time per digest", result.loadMicroseconds / Double(size), "us")
                figures.add(name + "p50", result.log.quantile(0.5, of: .push) * 1e3, "ms")
                figures.add(name + "p99", result.log.quantile(0.99, of: .push) * 1e3, "ms")
                report("\(figures.part.rawValue): \(size) in a push, run \(run) of \(runs)")
            }
        }
        figures.add("resident memory", server.residentMegabytes, "MB")
    }

    /// The bodies are made before the clock runs: what a market signs is its own affair.
    private func run(
        _ load: Load, _ pushes: Int, _ size: Int, _ market: PushingMarket, _ subjects: [String], _ token: String
    ) throws -> Load.Result {
        var next = 0
        let messages = try (0..<pushes).map { _ in
            let chosen = (0..<size).map { subjects[(next + $0) % subjects.count] }
            next += size
            return try market.push(of: chosen, token: token)
        }
        let port = server.port
        return try load.run(pushes) { _ in
            PushWorker(connection: try BlockingConnection(port: port), messages: messages, size: size)
        }
    }
}

/// A market with a key of its own.
private struct PushingMarket {
    private static let id = "farm"
    private static let scope = "farm:harvest"
    private static let address = "https://farm.example/market"

    private let key = PrivateKey.generateP256()
    private let server: ServerProcess
    private let values: ScopeValuesMaker
    private let assertions: ClientAssertionMaker

    init(_ server: ServerProcess) throws {
        self.server = server
        values = ScopeValuesMaker(signer: key, keyID: "k1", marketURI: Self.address)
        assertions = ClientAssertionMaker(signer: key, keyID: "k1", clientID: Self.id)
        var jwk = key.publicKey.jwk
        jwk["use"] = "sig"
        jwk["kid"] = "k1"
        _ = try manage(
            "/organizations",
            [
                "id": .string(Self.id), "roles": ["market"], "display": [["locale": "en", "name": "Farm"]],
                "jwks": ["keys": [.object(jwk)]], "market_uri": .string(Self.address), "partners": "any",
            ])
        _ = try manage("/organizations/\(Self.id)/approve", [:])
        _ = try manage(
            "/scopes",
            [
                "scope": .string(Self.scope), "held_by": "market", "display": [["locale": "en", "name": "Harvest"]],
                "claims": [
                    ["name": "tier", "type": "TEXT", "required": true], ["name": "points", "type": "INTEGER"],
                    ["name": "member", "type": "BOOLEAN"],
                ],
            ])
    }

    private func manage(_ path: String, _ document: JSON) throws -> JSON {
        let answer = try BlockingConnection(port: server.managementPort)
            .send("POST", path, headers: server.managementHeaders, body: document.encoded())
        guard (200..<300).contains(answer.status) else {
            throw try BenchFailure("\(path): \(answer.check("", status: 200))")
        }
        return answer.body.isEmpty ? .null : try JSON(parsing: answer.body)
    }

    func subjects(_ count: Int) throws -> [String] {
        let people = (1...count).map { JSON.string("nmu-" + String(("0000" + String($0)).suffix(5))) }
        let answer = try manage("/organizations/\(Self.id)/subjects", ["people": .array(people)])
        return (answer["subjects"]?.array ?? []).compactMap { $0["subject"]?.string }
    }

    func token() throws -> String {
        let assertion = try assertions.assertion(audience: "http://localhost:\(server.port)", now: Date())
        let fields =
            [("grant_type", "client_credentials"), ("scope", "sharing:market"), ("client_id", Self.id)]
            + ClientAssertionMaker.parameters(assertion).map { ($0.name, $0.value) }
        let form = fields.map { $0.0 + "=" + FormParameters.percentEncode($0.1) }.joined(separator: "&")
        return try BlockingConnection(port: server.port).post("/auth/token-endpoint", form: form)
            .text("access_token", status: 200)
    }

    /// A whole request.
    func push(of subjects: [String], token: String) throws -> [UInt8] {
        let now = Int64(Date().timeIntervalSince1970)
        let digests = try subjects.map { subject -> JSON in
            let issued = try values.make(
                ScopeValuesMaker.Content(
                    scope: Self.scope, version: 1, values: ["tier": "gold", "points": 1200, "member": true],
                    issuedAt: now))
            return [
                "subject": .string(subject), "scope": .string(Self.scope), "version": 1,
                "sd_jwt": .string(issued.digestOnly),
                "shape": ["tier": "TEXT", "points": "INTEGER", "member": "BOOLEAN"],
            ]
        }
        let headers =
            "Authorization: Bearer \(token)\r\nContent-Type: application/json\r\n"
            + "Idempotency-Key: \(Base64URL.encode(secureRandomBytes(16)))\r\n"
        return BlockingConnection.message(
            "POST", "/sharing/digests", headers: headers, body: JSON.object(["digests": .array(digests)]).encoded())
    }
}

private final class PushWorker: LoadWorker {
    private let connection: BlockingConnection
    private let messages: [[UInt8]]
    private let size: Int

    init(connection: BlockingConnection, messages: [[UInt8]], size: Int) {
        (self.connection, self.messages, self.size) = (connection, messages, size)
    }

    func work(_ index: Int, _ log: inout RequestLog) async throws {
        let message = messages[index]
        let answer = try await log.time(.push) { try await connection.send(message) }
        let body = try answer.check("push", status: 200).body
        guard let results = try JSON(parsing: Array(body))["results"]?.array, results.count == size,
            results.allSatisfy({ $0["ledger"]?["index"]?.integer != nil })
        else { throw BenchFailure("a push was not logged") }
    }
}
