import Foundation
import JOSE
import OpenID4VCI
import Synchronization
import WireFormats

/// Whole flows, token to credential, by wallets that work at the same time.
struct FlowLoad {
    let server: ServerProcess
    let wallets: Int

    struct Result {
        let flows: Int
        let elapsed: Double
        let processorSeconds: Double
        /// Seconds of each credential request, sorted.
        let credentialLatencies: [Double]

        var flowsPerSecond: Double { Double(flows) / elapsed }
        var processorMicrosecondsPerFlow: Double { processorSeconds / Double(flows) * 1e6 }

        func latency(_ quantile: Double) -> Double {
            credentialLatencies[min(credentialLatencies.count - 1, Int(Double(credentialLatencies.count) * quantile))]
        }
    }

    func run(codes: [String]) throws -> Result {
        let next = Mutex(0)
        let latencies = Mutex<[Double]>([])
        let failure = Mutex<(any Error)?>(nil)
        let clock = ContinuousClock()
        let processorBefore = server.processorSeconds
        let start = clock.now
        let finished = DispatchGroup()
        let port = server.port
        for _ in 0..<wallets {
            finished.enter()
            let thread = Thread {
                do {
                    let wallet = try LoadWallet(port: port)
                    var own: [Double] = []
                    while true {
                        let index = next.withLock { value in
                            defer { value += 1 }
                            return value
                        }
                        guard index < codes.count else { break }
                        own.append(try wallet.obtain(code: codes[index]))
                    }
                    latencies.withLock { $0 += own }
                } catch {
                    failure.withLock { $0 = error }
                }
                finished.leave()
            }
            thread.start()
        }
        finished.wait()
        let elapsed = clock.now - start
        if let error = failure.withLock({ $0 }) { throw error }
        return Result(
            flows: codes.count,
            elapsed: Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18,
            processorSeconds: server.processorSeconds - processorBefore,
            credentialLatencies: latencies.withLock { $0.sorted() })
    }
}

/// One wallet: real keys, really signed proofs, one connection.
private final class LoadWallet {
    private let connection: BlockingConnection
    private let audience: String

    init(port: Int) throws {
        connection = try BlockingConnection(port: port)
        audience = "http://localhost:\(port)"
    }

    /// Runs one flow; the seconds that its credential request took.
    func obtain(code: String) throws -> Double {
        let form =
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code&pre-authorized_code=" + code
        let token = try expect("access_token") {
            try connection.send(
                "POST", "/auth/token-endpoint", headers: "Content-Type: application/x-www-form-urlencoded\r\n",
                body: Array(form.utf8))
        }
        let nonce = try expect("c_nonce") { try connection.send("POST", "/issuance/oid4vci/nonce") }
        let proof = try KeyProofMaker.makeProof(
            key: .generateP256(), reference: .jwk, audience: audience, nonce: nonce, issuedAt: Date())
        let body = #"{"credential_configuration_id":"enrolment","proofs":{"jwt":["\#(proof)"]}}"#
        let clock = ContinuousClock()
        let start = clock.now
        let answer = try connection.send(
            "POST", "/issuance/oid4vci/credential-request",
            headers: "Authorization: Bearer \(token)\r\nContent-Type: application/json\r\n", body: Array(body.utf8))
        let took = clock.now - start
        guard answer.status == 200, answer.body.count > 1000 else {
            throw BenchFailure("no credential: status \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
        return Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
    }

    private func expect(_ member: String, _ send: () throws -> BlockingConnection.Answer) throws -> String {
        let answer = try send()
        guard answer.status == 200, let value = try JSON(parsing: Array(answer.body))[member]?.string else {
            throw BenchFailure("no \(member): status \(answer.status)")
        }
        return value
    }
}
