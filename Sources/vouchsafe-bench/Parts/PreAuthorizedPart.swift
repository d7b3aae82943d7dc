/// Whole flows from an offer to a credential: token request, nonce request, credential request.
struct PreAuthorizedPart {
    let server: ServerProcess
    let wallets: Int
    let runs: Int
    let flows: Int
    let memoryAfter: Int

    func measure(_ figures: inout Figures) throws {
        // One run that is not counted: connections, caches and statements are made.
        _ = try run(flows / 4)
        for run in 1...runs {
            let (sign, verify) = try CryptographyLimit.signAndVerify()
            let result = try self.run(flows)
            let alone = try CryptographyLimit.issueAlone()
            figures.add("P-256 signature", sign, "us")
            figures.add("P-256 verification", verify, "us")
            figures.add("limit: one of each", sign + verify, "us")
            figures.add("server processor time per flow", result.microseconds, "us")
            figures.add("  times the limit", result.microseconds / (sign + verify), "x")
            figures.add("flows per second", result.perSecond, "1/s")
            figures.add(result.log, [.token, .nonce, .credential])
            figures.add("issuing alone, 25 claims", alone, "us")
            figures.add("issuing alone, per core", 1e6 / alone, "1/s")
            report("\(figures.part.rawValue): run \(run) of \(runs)")
        }
        var done = flows / 4 + runs * flows
        while done < memoryAfter {
            let portion = min(10_000, memoryAfter - done)
            _ = try run(portion)
            done += portion
            report("\(done) issuances")
        }
        figures.add("start to ready", server.startup * 1e3, "ms")
        figures.add("resident memory", server.residentMegabytes, "MB", note: "after \(done) issuances")
    }

    private func run(_ count: Int) throws -> Load.Result {
        try FlowKind.preAuthorized.run(count, Load(server: server, workers: wallets))
    }
}

extension FlowKind {
    /// The offers are made before; what they cost is in the log, and not in the figures of the flows.
    static let preAuthorized = FlowKind(
        name: "pre-authorized code", preparation: [.offer, .offerOpened], requests: [.token, .nonce, .credential]
    ) { count, load in
        let offers = try Offers.make(count, by: load)
        let (ports, codes) = (load.servers.map(\.port), offers.codes)
        var result = try load.run(count) { number in
            try PreAuthorizedWallet(ports: ports, codes: codes, number: number)
        }
        result.log = result.log + offers.result.log
        return result
    }
}

/// One wallet: real keys, really signed proofs, one connection to each process of the issuer.
private final class PreAuthorizedWallet: LoadWorker {
    private let connections: ConnectionRing
    private let codes: [String]
    private let issuer: String

    init(ports: [Int], codes: [String], number: Int) throws {
        connections = ConnectionRing(try ports.map(BlockingConnection.init), beginningAt: number)
        self.codes = codes
        issuer = "http://localhost:\(ports[0])"
    }

    func work(_ index: Int, _ log: inout RequestLog) async throws {
        let form =
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code&pre-authorized_code="
            + codes[index]
        let token = try await log.time(.token) { try await connections.next.post("/auth/token-endpoint", form: form) }
            .text("access_token")
        try await CredentialRequester(connections: connections, issuer: issuer)
            .obtain(headers: "Authorization: Bearer \(token)\r\n", &log)
    }
}
