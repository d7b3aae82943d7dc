import AuthorizationServer
import OAuth

/// `GET /account/vault`: the person's keys, the ways to them, and what is kept for them.
struct VaultPages: Sendable {
    let shells: PageShells

    func response(for page: VaultPageModel, visit: Visit) -> EndpointResponse {
        shells.response(
            with: PageDocument(
                title: visit.texts["vault_title"], header: .account, path: "/account/vault",
                policy: PagePolicy(isIsolated: true),
                content: VaultMarkup(page: page, visit: visit, shells: shells).markup), for: visit)
    }
}
