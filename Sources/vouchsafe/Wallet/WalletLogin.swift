import Foundation
import OutgoingHTTP
import Verifier
import WalletClient

/// Takes an authorization through its login: in the holder's browser, or over its pages without one.
struct WalletLogin {
    /// Native programs are registered without a port, RFC 8252 §7.3.
    private static let headlessRedirectURI = "http://127.0.0.1/callback"
    private static let patience = Duration.seconds(5 * 60)

    let issuance: AuthorizationCodeIssuance
    let options: LoginOptions

    func authorize(_ wanted: RequestableCredentials, by style: RequestStyle) async throws -> AuthorizedIssuance {
        options.headless ? try await overPages(wanted, style) : try await inBrowser(wanted, style)
    }

    private func overPages(_ wanted: RequestableCredentials, _ style: RequestStyle) async throws -> AuthorizedIssuance {
        let pending = try await issuance.begin(wanted, redirectURI: Self.headlessRedirectURI, by: style)
        let exchange = GuardedHTTPClient(destinations: .publicAndLoopback, redirects: .given)
        let address = try await HeadlessLogin(exchange: exchange, answers: options.answers).logIn(
            at: pending.url, until: pending.redirectURI)
        return try await issuance.finish(pending, redirectedTo: address)
    }

    private func inBrowser(_ wanted: RequestableCredentials, _ style: RequestStyle) async throws -> AuthorizedIssuance {
        try await LoopbackRedirect.with(path: "/callback") { redirect in
            let pending = try await issuance.begin(wanted, redirectURI: redirect.uri, by: style)
            let isOpened = SystemBrowser.open(pending.url)
            let hint = isOpened ? "Log in in the browser. If none opens, go to:" : "To log in, go to:"
            FileHandle.standardError.write(Data("\(hint)\n\(pending.url.printable(limit: 8000))\n".utf8))
            return try await issuance.finish(pending, redirectedTo: redirect.answer(within: Self.patience))
        }
    }
}
