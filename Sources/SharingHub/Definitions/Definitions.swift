package import DataSharing
package import Foundation
import TransparencyLog
package import WireFormats

/// Registers and tells scope definitions.
package struct Definitions: Sendable {
    package static let maximumScopes = 200

    let store: any DefinitionStore
    let organizations: any OrganizationStore
    let ledger: any LedgerPlaces
    let now: @Sendable () -> Date

    package init(
        store: any DefinitionStore, organizations: any OrganizationStore, ledger: any LedgerPlaces,
        now: @escaping @Sendable () -> Date
    ) {
        self.store = store
        self.organizations = organizations
        self.ledger = ledger
        self.now = now
    }

    /// Who registers a definition.
    package enum Registrar: Sendable {
        /// Of its own scopes.
        case market(OrganizationID)
        case `operator`
    }

    /// Registers the next version of a scope. A document without `version` means that one; the newest version registered
    /// again is what is there already.
    package func register(_ document: [UInt8], by registrar: Registrar) async throws -> StoredDefinition {
        // Which version is the next is known once the scope is.
        let draft = try Self.read { () throws(PathProblems) in
            try ScopeDefinition(parsing: document, defaultVersion: 0)
        }
        return try await register(draft, by: registrar)
    }

    package func register(_ draft: ScopeDefinition, by registrar: Registrar) async throws -> StoredDefinition {
        if case .market(let id) = registrar, draft.scope.market != id { throw DefinitionRefusal.otherMarket }
        guard let market = try await organizations.organization(draft.scope.market), market.isMarket else {
            throw DefinitionRefusal.unknownMarket
        }
        for _ in 0..<8 {
            let newest = try await store.definition(draft.scope, version: nil)
            if let newest, draft.version == 0 || draft.version == newest.definition.version,
                draft.numbered(newest.definition.version) == newest.definition
            {
                return newest
            }
            let next = (newest?.definition.version ?? 0) + 1
            guard draft.version == 0 || draft.version == next else { throw DefinitionRefusal.version(next: next) }
            if newest == nil, try await store.newest(of: market.id).count >= Self.maximumScopes {
                throw DefinitionRefusal.tooManyScopes
            }
            let definition = draft.numbered(next)
            let value = try LoggedValue(.definition, by: market.id, about: definition.encoded)
            if try await store.insert(definition, logging: value, at: now()),
                let stored = try await store.definition(definition.scope, version: next)
            {
                return stored
            }
        }
        throw DefinitionRefusal.contended
    }

    package func definition(_ scope: ScopeName, version: Int?) async throws -> StoredDefinition {
        guard let stored = try await store.definition(scope, version: version) else { throw DefinitionRefusal.unknown }
        return stored
    }

    package func versions(of scope: ScopeName) async throws -> [StoredDefinition] {
        let versions = try await store.versions(of: scope)
        guard !versions.isEmpty else { throw DefinitionRefusal.unknown }
        return versions
    }

    package func newest(of market: OrganizationID?) async throws -> [StoredDefinition] {
        try await store.newest(of: market)
    }

    /// As anybody may read it: with where the ledger has it. The ledger's commitment covers the definition alone, in
    /// compact form.
    ///
    /// - Parameter limit: how long to wait for the ledger.
    package func published(_ stored: StoredDefinition, within limit: Duration = .zero) async throws -> JSON {
        var object = stored.definition.json.object ?? [:]
        object["ledger"] = try await ledger.references(to: [stored.place], within: limit).first?.json
        return .object(object)
    }

    private static func read<T>(_ read: () throws(PathProblems) -> T) throws(DefinitionRefusal) -> T {
        do throws(PathProblems) {
            return try read()
        } catch {
            throw .problems(error)
        }
    }
}
