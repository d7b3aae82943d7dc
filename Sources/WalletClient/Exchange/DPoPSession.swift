import Foundation
import HTTPTypes
import JOSE
import OAuth
import Synchronization
import Verifier

/// The last nonce that each server gave for DPoP proofs, RFC 9449 §8.
package final class ServerNonces: Sendable {
    /// Longer than any nonce.
    private static let maximumBytes = 1000

    private let latest = Mutex<[String: String]>([:])

    package init() {}

    package func nonce(for url: String) -> String? {
        guard let origin = Self.origin(of: url) else { return nil }
        return latest.withLock { $0[origin] }
    }

    /// Keeps the nonce of a response. True if there is one.
    @discardableResult
    package func take(from response: ExchangeResponse, of url: String) -> Bool {
        guard let origin = Self.origin(of: url), let nonce = response.headers[.dpopNonce],
            (1...Self.maximumBytes).contains(nonce.utf8.count)
        else { return false }
        latest.withLock { $0[origin] = nonce }
        return true
    }

    private static func origin(of url: String) -> String? { (try? WebAddress(url))?.origin }
}

/// Shows the possession of one key with each request, RFC 9449.
struct DPoPSession: Sendable {
    let key: PrivateKey
    let nonces: ServerNonces
    let now: @Sendable () -> Date

    var thumbprint: String { DPoPProofMaker(key: key).thumbprintText }

    /// A proof for one request.
    ///
    /// - Parameter accessToken: what is sent with it, nil at the authorization server.
    func proof(for request: ExchangeRequest, accessToken: String? = nil) throws(WalletRefusal) -> String {
        do {
            return try DPoPProofMaker(key: key).proof(
                method: request.method, url: request.url, accessToken: accessToken,
                nonce: nonces.nonce(for: request.url), now: now())
        } catch {
            throw .signingFailed
        }
    }

    /// Whether the server wants the request again with the nonce that it gave, RFC 9449 §8 and §9.
    static func asksForNonce(_ response: ExchangeResponse) -> Bool {
        guard [400, 401].contains(response.status) else { return false }
        return ServerError(response)?.code == "use_dpop_nonce"
            || response.headers[values: .wwwAuthenticate].contains { $0.contains("error=\"use_dpop_nonce\"") }
    }
}
