import AuthorizationServer
import DataSharing
import Foundation
import OAuth
import SharingHub
import WireFormats

/// What the hub's stores know, as consents and releases ask for it.
struct HubSource: SharingSource {
    let organizations: any OrganizationStore
    let definitions: any DefinitionStore
    let held: HoldingReader
    let keys: any PersonKeysStore
    let naming: any SubjectNaming
    let now: @Sendable () -> Date

    func organization(_ id: OrganizationID) async throws -> Organization? { try await organizations.organization(id) }

    func definition(_ scope: ScopeName) async throws -> ScopeDefinition? {
        try await definitions.definition(scope, version: nil)?.definition
    }

    /// A version that may be an old one; nil for what is no scope's name.
    func definition(_ scope: String, version: Int) async throws -> ScopeDefinition? {
        guard let name = ScopeName(scope) else { return nil }
        return try await definitions.definition(name, version: version)?.definition
    }

    func holdings(of person: String, scopes: [ScopeName]) async throws -> [SharedHolding] {
        var shared: [SharedHolding] = []
        for (holding, place) in try await held.holdings(of: person, scopes: scopes, at: now()) {
            // Without an index there is nothing yet that the person could agree to by name.
            guard let index = place.index, let salt = place.salt,
                let definition = try await definitions.definition(holding.scope, version: holding.version)?.definition
            else { continue }
            shared.append(
                SharedHolding(
                    id: holding.id.text, scope: holding.scope, definition: definition, shape: holding.shape,
                    ledger: LedgerReference(
                        log: place.log, index: Int64(clamping: index), entry: place.entry, salt: salt),
                    content: try holding.shared))
        }
        return shared
    }

    func keys(of person: String) async throws -> KnownPersonKeys? {
        guard let record = try await keys.keys(of: person) else { return nil }
        return KnownPersonKeys(
            current: try PersonKeyPair(encryption: record.encryption, signing: record.signing),
            statements: record.statements)
    }

    func subject(of person: String, at organization: Organization) async throws -> String {
        guard let subject = try await naming.subject(of: person, at: organization) else {
            throw DamagedState("subject at \(organization.id.text)")
        }
        return subject
    }
}

extension Holding {
    fileprivate var shared: SharedHolding.Content {
        get throws {
            switch content {
            case .digest(_, let hash):
                guard let hash = MessageHash(Base64URL.encode(hash)) else { throw DamagedState("digest") }
                return .digest(hash: hash)
            case .deposit(let deposit): return .deposit(jwe: deposit.jwe, shapeSignature: deposit.shapeSignature)
            }
        }
    }
}
