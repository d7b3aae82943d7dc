import AuthorizationServer
import Foundation
import HTTPTypes
import OAuth
package import PersonVault

/// The vault of whoever is logged in, for their own pages.
package struct AccountVault: Sendable {
    let access: VaultAccess
    let store: any VaultStore
    let deposits: any DepositsOfPerson

    package init(access: VaultAccess, store: any VaultStore, deposits: any DepositsOfPerson) {
        self.access = access
        self.store = store
        self.deposits = deposits
    }
}

extension BrowserSite {
    func vaultRoutes(at path: String) -> [Route] {
        guard let vault else { return [] }
        return [
            Route(
                .get, .exact(path), name: "account_vault",
                handler: page { request, _ in
                    guard let session = try await sessions(cookies.browser(request)) else {
                        return Self.seeOther(
                            pages.frames.address.path + Paths.account + pages.visit(request).query)
                    }
                    return try await show(vault, to: session, request)
                }),
            Route(.post, .exact(path + "/token"), name: "account_vault", bodyLimit: 1 << 10) { request, _ in
                let session = try await scripted(request)
                return try await vault.access.respond(
                    to: request, at: Paths.account + "/vault/token", session: session.id, at: now())
            },
        ]
    }

    private func show(
        _ vault: AccountVault, to session: Session, _ request: EndpointRequest
    ) async throws -> EndpointResponse {
        let page = VaultPageModel(
            gate: gate(of: session.id), stored: try await vault.store.vault(of: session.person),
            deposits: try await vault.deposits.deposits(of: session.person),
            digests: try await vault.deposits.digests(of: session.person))
        return pages.vault.response(for: page, visit: pages.visit(request))
    }

    /// What a page of this session opens its person's vault by.
    func gate(of session: TicketID) -> VaultGate {
        VaultGate(
            csrf: logouts.formValue(session), issuer: pages.frames.address.identifier, instant: now())
    }
}
