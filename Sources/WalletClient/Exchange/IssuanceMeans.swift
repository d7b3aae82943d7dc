import Foundation
import JOSE
import Verifier

/// What every flow has: a way to issuers and their servers, a way to verify what comes of it, and a clock.
struct IssuanceMeans: Sendable {
    let exchange: CheckedExchange
    let verifier: CredentialVerifier
    let nonces = ServerNonces()
    let now: @Sendable () -> Date

    /// - Parameter keys: how issuers' keys are found; nil for what the issuers publish themselves.
    init(
        exchange: any HTTPExchange, keys: (any IssuerKeyResolver)?, languages: LanguagePreference,
        now: @escaping @Sendable () -> Date
    ) {
        self.exchange = CheckedExchange(exchange: exchange, languages: languages)
        verifier = CredentialVerifier(keys: keys ?? PublishedKeys(fetcher: ExchangeFetcher(exchange: exchange)))
        self.now = now
    }

    var discovery: IssuerDiscovery { IssuerDiscovery(exchange: exchange) }

    func session(with key: PrivateKey) -> DPoPSession { DPoPSession(key: key, nonces: nonces, now: now) }
}
