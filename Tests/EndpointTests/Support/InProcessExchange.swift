import Foundation
import HTTPTypes
import Verifier
import WalletClient

/// The wallet's and the verifier's way to an issuer in the same process.
struct InProcessExchange: HTTPExchange, DocumentFetcher {
    let issuer: TestIssuer

    func send(_ request: ExchangeRequest) async throws(FetchFailure) -> ExchangeResponse {
        guard let address = try? WebAddress(request.url), request.url.hasPrefix(origin) else {
            return ExchangeResponse(status: 404)
        }
        let reply = await issuer.send(
            request.method, address.target, headers: request.headers, body: request.body, client: "wallet client")
        return ExchangeResponse(status: reply.status, headers: reply.headers, body: reply.body)
    }

    private var origin: String { (try? WebAddress(issuer.identifier))?.origin ?? "" }
}

extension TestIssuer {
    /// What a verifier finds who goes by the keys that the issuer publishes.
    func verify(_ credential: [UInt8]) async throws -> VerificationReport {
        try await CredentialVerifier(keys: PublishedKeys(fetcher: InProcessExchange(issuer: self)))
            .verify(credential, at: clock.now)
    }
}
