import HTTPTypes
import OAuth
import Verifier
import WireFormats

/// The wallet's requests: addresses are checked before they are used, failures say in which step they happened.
struct CheckedExchange: Sendable {
    let exchange: any HTTPExchange
    let languages: LanguagePreference

    /// Sends a request to an address that somebody outside named.
    func send(_ request: ExchangeRequest, for step: IssuanceStep) async throws(WalletRefusal) -> ExchangeResponse {
        do throws(FetchFailure) {
            _ = try WebAddress(checking: request.url)
            return try await exchange.send(request)
        } catch {
            throw .exchange(step, error)
        }
    }

    /// The body of a public document.
    func document(at url: String, for step: IssuanceStep) async throws(WalletRefusal) -> [UInt8] {
        var headers: HTTPFields = [.accept: "application/json"]
        headers[.acceptLanguage] = languages.headerValue
        let response = try await send(ExchangeRequest(.get, url, headers: headers), for: step)
        guard response.status == 200 else { throw Self.refusal(of: response, in: step) }
        return response.body
    }

    /// A well-known document where its name is inserted into the identifier, or else where one of `fallbacks` is.
    func wellKnown(
        _ name: String, of identifier: String, fallback: (_ identifier: String) -> String?, for step: IssuanceStep
    ) async throws(WalletRefusal) -> [UInt8] {
        guard let url = WellKnown.inserted(name, into: identifier) else { throw .issuerIdentifier }
        do throws(WalletRefusal) {
            return try await document(at: url, for: step)
        } catch .status(let step, let status) {
            guard let other = fallback(identifier), other != url else { throw .status(step, status) }
            return try await document(at: other, for: step)
        }
    }

    func post(_ form: String, to url: String, for step: IssuanceStep) async throws(WalletRefusal) -> ExchangeResponse {
        let headers: HTTPFields = [.accept: "application/json", .contentType: "application/x-www-form-urlencoded"]
        return try await send(ExchangeRequest(.post, url, headers: headers, body: Array(form.utf8)), for: step)
    }

    static func refusal(of response: ExchangeResponse, in step: IssuanceStep) -> WalletRefusal {
        guard response.status != 404, let error = ServerError(response) else { return .status(step, response.status) }
        return .server(step, error)
    }
}
