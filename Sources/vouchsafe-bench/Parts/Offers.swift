import Foundation
import Synchronization
import WireFormats

/// Offers of the sample's `enrolment` credential, made at the management address and opened as a wallet opens them.
enum Offers {
    /// What was made by the workers of a load.
    fileprivate final class Codes: Sendable {
        private let all = Mutex<[String]>([])

        func keep(_ code: String) { all.withLock { $0.append(code) } }

        var codes: [String] { all.withLock { $0 } }
    }

    /// Pre-authorized codes of fresh offers.
    static func make(_ count: Int, by load: Load) throws -> (codes: [String], result: Load.Result) {
        let codes = Codes()
        let issuers = load.servers.map(\.port)
        let management = load.servers.map(\.managementPort)
        let headers = load.servers[0].managementHeaders
        let result = try load.run(count) { number in
            try OfferWorker(
                issuers: ConnectionRing(issuers.map(BlockingConnection.init), beginningAt: number),
                management: ConnectionRing(management.map(BlockingConnection.init), beginningAt: number),
                headers: headers, codes: codes)
        }
        return (codes.codes, result)
    }

    private final class OfferWorker: LoadWorker {
        private let issuers: ConnectionRing
        private let management: ConnectionRing
        private let headers: String
        private let codes: Codes

        init(issuers: ConnectionRing, management: ConnectionRing, headers: String, codes: Codes) {
            (self.issuers, self.management, self.headers, self.codes) = (issuers, management, headers, codes)
        }

        func work(_ index: Int, _ log: inout RequestLog) async throws {
            let person = String(format: "nmu-%05d", index % 620 + 1)
            let order: JSON = ["credential_configuration_ids": ["enrolment"], "subject": .string(person)]
            let id = try await log.time(.offer) {
                try await management.next.send("POST", "/offers", headers: headers, body: order.encoded())
            }.text("id", status: 201)
            let offer = try await log.time(.offerOpened) {
                try await issuers.next.send("GET", "/issuance/oid4vci/credential-offer/" + id)
            }
            let grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
            guard let code = try JSON(parsing: offer.body)["grants"]?[grant]?["pre-authorized_code"]?.string
            else { throw BenchFailure("no code in the offer") }
            codes.keep(code)
        }
    }
}
