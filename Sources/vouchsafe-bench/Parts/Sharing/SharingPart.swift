import Foundation
import HTTPTypes
import JOSE
import OAuth
import WireFormats

/// Whole sharings of what a market keeps: signed request, consent signed by the person, the market's release.
struct SharingPart {
    private static let requests: [RequestKind] = [.pushedRequest, .authorize, .consent, .token]

    let installation: SharingInstallation
    let browsers: Int
    let runs: Int
    let flows: Int

    func measure(_ figures: inout Figures) throws {
        try waitForLedger()
        let market = installation.market
        _ = try run(max(1, flows / 4))
        for run in 1...runs {
            let limit = try SharingCryptography.oneSharing()
            let before = ProcessorTime.of(process: market.processIdentifier)
            let result = try self.run(flows)
            let seconds = ProcessorTime.of(process: market.processIdentifier) - before
            figures.add("limit: the cryptography of one sharing", limit, "us")
            figures.add("processor time of hub and market per flow", result.microseconds, "us")
            figures.add("  times the limit", result.microseconds / limit, "x")
            figures.add("  of it the market's", seconds / Double(flows) * 1e6, "us")
            figures.add("load's processor time per flow", result.loadMicroseconds, "us")
            figures.add("flows per second", result.perSecond, "1/s")
            figures.add(result.log, Self.requests)
            report("\(figures.part.rawValue): run \(run) of \(runs)")
        }
        let alone = max(1, flows / 10)
        let log = try run(alone, browsers: 1, isWatching: true).log
        for kind in Self.requests {
            figures.add(kind.name + " alone, processor time", log.use(of: kind).microseconds, "us")
        }
        let done = flows / 4 + runs * flows + alone
        figures.add("resident memory of the hub", installation.hub.residentMegabytes, "MB", note: "after \(done) flows")
        figures.add("resident memory of the market", market.residentMegabytes, "MB")
    }

    private func run(_ count: Int, browsers: Int? = nil, isWatching: Bool = false) throws -> Load.Result {
        var load = Load(server: installation.hub, workers: browsers ?? self.browsers, isWatching: isWatching)
        load.others = [installation.market.processIdentifier]
        let (people, provider, port) = (installation.people, installation.provider, installation.hub.port)
        return try load.run(count) { number in
            try SharingFlow(port: port, provider: provider, person: people[number % people.count])
        }
    }

    /// What was pushed can be agreed to once the ledger has an index for it.
    private func waitForLedger() throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            do {
                _ = try run(installation.people.count)
                return
            } catch  where ContinuousClock.now < deadline {
                usleep(200_000)
            }
        }
    }
}

/// One person's browser, and the service provider that sent them, on one connection.
private final class SharingFlow: LoadWorker {
    /// One in so many releases is opened; of the others the structure and the recipient are looked at.
    private static let openedEach = 50

    private let connection: BlockingConnection
    private let provider: SharingProvider
    private let person: SharingPerson

    init(port: Int, provider: SharingProvider, person: SharingPerson) throws {
        connection = try BlockingConnection(port: port)
        (self.provider, self.person) = (provider, person)
    }

    func work(_ index: Int, _ log: inout RequestLog) async throws {
        let proofs = DPoPProofMaker(key: .generateP256())
        let verifier = CodeVerifier()
        let request = try provider.request(verifier, dpop: proofs.thumbprintText, now: Date())
        let requestURI = try await push(request, proofs, &log)
        let (code, approval) = try await consent(requestURI, &log)
        let idToken = try await redeem(code, verifier, proofs, &log)
        try provider.check(
            idToken, request: request, approval: approval, opening: index % Self.openedEach == 0, now: Date())
    }

    private func push(_ request: String, _ proofs: DPoPProofMaker, _ log: inout RequestLog) async throws -> String {
        let form = try provider.form([("request", request)], now: Date())
        let proof = try proofs.proof(method: .post, url: provider.issuer + "/auth/par", now: Date())
        return try await log.time(.pushedRequest) {
            try await connection.post("/auth/par", form: form, headers: "DPoP: \(proof)\r\n")
        }.text("request_uri", status: 201)
    }

    /// The person, who has a session, reads the page and signs.
    private func consent(
        _ requestURI: String, _ log: inout RequestLog
    ) async throws -> (code: String, approval: String) {
        var browser = Browser(connection, cookies: person.cookies)
        let path =
            "/auth/authorize?client_id=\(SharingProvider.id)&request_uri=" + FormParameters.percentEncode(requestURI)
        let page = try await log.time(.authorize) { try await browser.open(path) }
            .check("consent page", status: 200).body
        guard let start = page.end(of: "id=\"sharing-request\">"), let end = page.end(of: "</script>", from: start)
        else { throw BenchFailure("no consent page") }
        let (scope, approval) = try person.approve(
            JSON(parsing: Array(page[start..<(end - "</script>".utf8.count)])), now: Date())
        let answer: JSON = ["scopes": [["scope": .string(scope), "approval": .string(approval)]]]
        let fields = "action=allow&remember=once&sharing=" + FormParameters.percentEncode(answer.description)
        let form = try PageForm(in: page)
        let address = try await log.time(.consent) { try await browser.send(form, fields) }.redirection()
        let query = address.drop { $0 != "?" }.dropFirst()
        guard address.hasPrefix(SharingProvider.redirectURI), let code = try FormParameters(parsing: query)["code"]
        else { throw BenchFailure("no code: \(address)") }
        return (code, approval)
    }

    private func redeem(
        _ code: String, _ verifier: CodeVerifier, _ proofs: DPoPProofMaker, _ log: inout RequestLog
    ) async throws -> String {
        let path = "/auth/token-endpoint"
        let proof = try proofs.proof(method: .post, url: provider.issuer + path, now: Date())
        let form = try provider.form(
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SharingProvider.redirectURI),
                ("code_verifier", verifier.text),
            ], now: Date())
        return try await log.time(.token) {
            try await connection.post(path, form: form, headers: "DPoP: \(proof)\r\n")
        }.text("id_token")
    }
}
