import HTTPTypes
package import Verifier

/// What can send any request can fetch a document.
extension DocumentFetcher where Self: HTTPExchange {
    package func fetch(
        _ url: String, accept: String, acceptLanguage: String?
    ) async throws(FetchFailure) -> FetchedDocument {
        var headers: HTTPFields = [.accept: accept]
        headers[.acceptLanguage] = acceptLanguage
        let response = try await send(ExchangeRequest(.get, url, headers: headers))
        return FetchedDocument(
            status: response.status, contentType: response.headers[.contentType], body: response.body)
    }
}
