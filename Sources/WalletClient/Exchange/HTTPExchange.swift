package import HTTPTypes
package import Verifier

/// Sends requests for a wallet that has no network of its own.
package protocol HTTPExchange: Sendable {
    /// Whatever the status is, the response is given back; a redirect is not followed.
    func send(_ request: ExchangeRequest) async throws(FetchFailure) -> ExchangeResponse
}

/// A request of the wallet.
package struct ExchangeRequest: Sendable {
    package let method: HTTPRequest.Method
    package let url: String
    package let headers: HTTPFields
    package let body: [UInt8]

    package init(_ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:], body: [UInt8] = []) {
        (self.method, self.url, self.headers, self.body) = (method, url, headers, body)
    }
}

/// What the wallet's request was answered with. The body is whole.
package struct ExchangeResponse: Sendable {
    package let status: Int
    package let headers: HTTPFields
    package let body: [UInt8]

    package init(status: Int, headers: HTTPFields = [:], body: [UInt8] = []) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }
}

/// The verifier's way out through the wallet's.
struct ExchangeFetcher: DocumentFetcher {
    let exchange: any HTTPExchange

    func fetch(
        _ url: String, accept: String, acceptLanguage: String?
    ) async throws(FetchFailure) -> FetchedDocument {
        var headers: HTTPFields = [.accept: accept]
        headers[.acceptLanguage] = acceptLanguage
        let response = try await exchange.send(ExchangeRequest(.get, url, headers: headers))
        return FetchedDocument(
            status: response.status, contentType: response.headers[.contentType], body: response.body)
    }
}
