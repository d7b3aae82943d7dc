import AuthorizationServer
import ConfigurationFile
import Foundation
import KeyStore
import OAuth
import PersonVault
import Storage
import WebServer

/// People's vaults, put together.
struct Vaults: Sendable {
    let account: AccountVault
    let site: VaultSite
}

extension Installation {
    var vaultStore: SQLVaultStore {
        SQLVaultStore(
            database: database, sealer: keys.ring.dataSealer, mark: PersonMark(root: keys.ring.codeKey))
    }

    /// Nil where no data is shared.
    func vaults(_ provider: Provider, nonces: DPoPNonces) -> Vaults? {
        guard configuration.sharing != nil else { return nil }
        let mark = PersonMark(root: keys.ring.codeKey)
        let store = vaultStore
        let deposits = HoldingsOfPerson(
            holdings: SQLHoldingStore(database: database, sealer: keys.ring.dataSealer, mark: mark),
            definitions: SQLDefinitionStore(database: database),
            organizations: SQLOrganizationStore(database: database), now: now)
        let access = VaultAccess(
            tokens: VaultTokens(mint: mint("vault token")),
            sessions: SessionsOfVault(
                interactions: provider.interactions, uses: SQLSingleUseStore(database: database)),
            nonces: nonces, publicURL: configuration.publicURL)
        return Vaults(
            account: AccountVault(access: access, store: store, deposits: deposits),
            site: VaultSite(
                path: WellKnownRoutes.path(of: configuration.publicURL),
                endpoint: VaultEndpoint(
                    access: access, store: store,
                    attempts: SQLVaultAttempts(store: SQLAttemptStore(database: database), mark: mark),
                    deposits: deposits, issuer: configuration.publicURL, now: now)))
    }
}

/// What the vault needs to know of login sessions.
private struct SessionsOfVault: VaultSessions {
    let interactions: Interactions
    let uses: SQLSingleUseStore

    func person(of session: TicketID, at instant: Date) async throws -> String? {
        let browser = Browser(secret: nil, session: session, knownDevice: nil, address: "")
        return try await interactions.liveSession(browser, at: instant)?.person
    }

    func spend(_ proof: SingleUse, at instant: Date) async throws -> Bool {
        try await uses.spend([proof], for: nil, at: instant)
    }
}
