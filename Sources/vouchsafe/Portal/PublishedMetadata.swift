import HTTPTypes
import Verifier
import WalletClient

/// Documents about themselves that servers publish.
struct PublishedMetadata: Sendable {
    let exchange: any HTTPExchange

    struct Failure: Error {
        let reason: String
    }

    /// The document at `url`, or at `other` if there is none.
    func document(_ url: String?, orElse other: String?) async throws(Failure) -> [UInt8] {
        var failure = Failure(reason: "the identifier is no address")
        for address in [url, other].compactMap({ $0 }) {
            do throws(FetchFailure) {
                _ = try WebAddress(checking: address)
                let response = try await exchange.send(
                    ExchangeRequest(.get, address, headers: [.accept: "application/json"]))
                if response.status == 200 { return response.body }
                failure = Failure(reason: "status \(response.status)")
            } catch {
                throw Failure(reason: error.explanation)
            }
        }
        throw failure
    }
}
