import AuthorizationServer
import Foundation
import OAuth

/// `GET /account`: what the person has agreed to, their passkeys, and the way out.
struct AccountPages: Sendable {
    let shells: PageShells

    /// - Parameter instant: tells consents in force from those that are over.
    func response(for page: AccountPage, visit: Visit, at instant: Date) -> EndpointResponse {
        let markup = AccountMarkup(page: page, visit: visit, shells: shells, instant: instant)
        return shells.response(
            with: PageDocument(
                title: visit.texts["account_title"], header: .account, path: "/account",
                policy: PagePolicy(isIsolated: true), content: markup.markup),
            for: visit)
    }
}
