import Foundation
import HTTPTypes
import JOSE
import OAuth
import WireFormats

/// Whole flows by authorization code, driven by programs: pushed request, login, consent, token, credential.
struct AuthorizationCodePart {
    let server: ServerProcess
    let wallets: Int
    let runs: Int
    let flows: Int

    func measure(_ figures: inout Figures) throws {
        let people = try SamplePeople(of: server.executable)
        _ = try run(flows / 4, people)
        for run in 1...runs {
            let (sign, verify) = try CryptographyLimit.signAndVerify()
            let result = try self.run(flows, people)
            // Verified: the DPoP proofs of token and credential request, and the key proof. Signed: the credential.
            let limit = sign + 3 * verify
            figures.add("P-256 signature", sign, "us")
            figures.add("P-256 verification", verify, "us")
            figures.add("limit: 1 signature, 3 verifications", limit, "us")
            figures.add("server processor time per flow", result.microseconds, "us")
            figures.add("  times the limit", result.microseconds / limit, "x")
            figures.add("load's processor time per flow", result.loadMicroseconds, "us")
            figures.add("flows per second", result.perSecond, "1/s")
            figures.add(result.log, FlowKind.authorizationCode(people).requests)
            report("\(figures.part.rawValue): run \(run) of \(runs)")
        }
        let alone = max(1, flows / 10)
        try measureRequests(alone, people, &figures)
        let done = flows / 4 + runs * flows + alone
        figures.add("resident memory", server.residentMegabytes, "MB", note: "after \(done) flows")
    }

    /// Which request takes how much of the server's processors, while there is only one wallet.
    private func measureRequests(_ count: Int, _ people: SamplePeople, _ figures: inout Figures) throws {
        let log = try run(count, people, by: Load(server: server, workers: 1, isWatching: true)).log
        for kind in FlowKind.authorizationCode(people).requests {
            figures.add(kind.name + " alone, processor time", log.use(of: kind).microseconds, "us")
        }
    }

    private func run(_ count: Int, _ people: SamplePeople, by load: Load? = nil) throws -> Load.Result {
        try FlowKind.authorizationCode(people).run(count, load ?? Load(server: server, workers: wallets))
    }
}

extension FlowKind {
    static func authorizationCode(_ people: SamplePeople) -> FlowKind {
        FlowKind(
            name: "authorization code",
            requests: [.pushedRequest, .authorize, .login, .consent, .token, .nonce, .credential]
        ) { count, load in
            let port = load.servers[0].port
            return try load.run(count) { try AuthorizationCodeWallet(port: port, person: people[$0]) }
        }
    }
}

/// One wallet and its owner's browser, on one connection. Each flow has keys and cookies of its own: a session from
/// before would spare the login.
private final class AuthorizationCodeWallet: LoadWorker {
    private static let clientID = "vouchsafe-wallet"
    private static let redirectURI = "http://127.0.0.1:49152/callback"
    private static let encodedRedirectURI = FormParameters.percentEncode(redirectURI)

    private let connection: BlockingConnection
    private let issuer: String
    private let person: SamplePeople.Answers

    init(port: Int, person: SamplePeople.Answers) throws {
        connection = try BlockingConnection(port: port)
        issuer = "http://localhost:\(port)"
        self.person = person
    }

    func work(_ index: Int, _ log: inout RequestLog) async throws {
        let proofs = DPoPProofMaker(key: .generateP256())
        let verifier = CodeVerifier()
        let requestURI = try await push(verifier, proofs, &log)
        let code = try await authorize(requestURI, &log)
        let token = try await redeem(code, verifier, proofs, &log)
        let url = issuer + CredentialRequester.path
        try await CredentialRequester(connections: ConnectionRing([connection]), issuer: issuer).obtain(
            headers: "Authorization: DPoP \(token)\r\nDPoP: "
                + proofs.proof(method: .post, url: url, accessToken: token, now: Date()) + "\r\n", &log)
    }

    /// The key that the code is bound to is named (`dpop_jkt`), not proved: the token request proves it.
    private func push(
        _ verifier: CodeVerifier, _ proofs: DPoPProofMaker, _ log: inout RequestLog
    ) async throws -> String {
        let form =
            "client_id=\(Self.clientID)&response_type=code&scope=enrolment&code_challenge_method=S256"
            + "&redirect_uri=\(Self.encodedRedirectURI)&code_challenge=\(verifier.challenge.text)"
            + "&dpop_jkt=\(proofs.thumbprintText)"
        return try await log.time(.pushedRequest) { try await connection.post("/auth/par", form: form) }
            .text("request_uri", status: 201)
    }

    /// The person logs in by what they know, and allows it this once.
    private func authorize(_ requestURI: String, _ log: inout RequestLog) async throws -> String {
        var browser = Browser(connection)
        let path =
            "/auth/authorize?client_id=\(Self.clientID)&request_uri=" + FormParameters.percentEncode(requestURI)
        let loginPage = try await log.time(.authorize) { try await browser.open(path) }.check("login page", status: 200)
        let login = try PageForm(in: loginPage.body)
        let consentPage = try await log.time(.login) {
            try await browser.send(login, "action=login&method=knowledge&" + person.facts)
        }.check("consent page", status: 200)
        let consent = try PageForm(in: consentPage.body)
        let answer = try await log.time(.consent) { try await browser.send(consent, "action=allow&remember=once") }
            .redirection()
        let query = answer.drop { $0 != "?" }.dropFirst()
        guard answer.hasPrefix(Self.redirectURI), let code = try FormParameters(parsing: query)["code"] else {
            throw BenchFailure("no code: \(answer)")
        }
        return code
    }

    private func redeem(
        _ code: String, _ verifier: CodeVerifier, _ proofs: DPoPProofMaker, _ log: inout RequestLog
    ) async throws -> String {
        let path = "/auth/token-endpoint"
        let proof = try proofs.proof(method: .post, url: issuer + path, now: Date())
        let form =
            "grant_type=authorization_code&client_id=\(Self.clientID)&code=\(code)"
            + "&redirect_uri=\(Self.encodedRedirectURI)&code_verifier=\(verifier.text)"
        return try await log.time(.token) { try await connection.post(path, form: form, headers: "DPoP: \(proof)\r\n") }
            .text("access_token")
    }
}
