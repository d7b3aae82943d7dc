import DataSharing
import Foundation
import OAuth
import PersonVault
import SharingHub
import Storage
import WireFormats

/// What markets have left for people, and what they have said that they hold, as people's own page shows it.
struct DepositsOfHub: DepositsOfPerson {
    let hub: Hub

    func deposits(of person: String) async throws -> [PersonDeposit] {
        var deposits: [PersonDeposit] = []
        for holding in try await newest(of: person) {
            guard case .deposit(let deposit) = holding.content else { continue }
            let definition = try await definition(of: holding)
            deposits.append(
                PersonDeposit(
                    id: holding.id.text, scope: holding.scope.text, version: Int64(holding.version),
                    name: definition?.display.names ?? LocalizedText(holding.scope.text),
                    market: try await market(holding.scope.market), depositedAt: holding.receivedAt,
                    keyID: deposit.keyID))
        }
        return deposits
    }

    func deposit(_ id: String, of person: String) async throws -> SealedDeposit? {
        guard let holding = try await holding(id, of: person), case .deposit(let deposit) = holding.content,
            let definition = try await definition(of: holding),
            let market = try await hub.organizations.organization(holding.scope.market)
        else { return nil }
        return SealedDeposit(
            scope: holding.scope.text, version: Int64(holding.version), jwe: deposit.jwe,
            shapeSignature: deposit.shapeSignature, definition: definition.json,
            market: [
                "id": .string(market.id.text), "name": .string(market.name(for: [])),
                "uri": .string(market.marketURI ?? ""), "keys": market.keys.json,
            ])
    }

    func erase(_ id: String, of person: String, at instant: Date) async throws -> Bool {
        guard let holding = try await holding(id, of: person), case .deposit = holding.content else { return false }
        return try await hub.pushes.erase(holding.id, heldBy: .person, of: holding.scope.market)
    }

    func digests(of person: String) async throws -> [PersonDigest] {
        var digests: [PersonDigest] = []
        for holding in try await newest(of: person) {
            guard case .digest = holding.content else { continue }
            let definition = try await definition(of: holding)
            digests.append(
                PersonDigest(
                    scope: holding.scope.text, name: definition?.display.names ?? LocalizedText(holding.scope.text),
                    market: try await market(holding.scope.market),
                    claims: holding.shape.entries.map {
                        definition?.claim($0.name)?.display.names ?? LocalizedText($0.name)
                    }, pushedAt: holding.receivedAt))
        }
        return digests
    }

    /// A page has no use for more.
    private static let most = 500

    private func newest(of person: String) async throws -> ArraySlice<Holding> {
        try await hub.holdings.holdings(of: person).sorted { $0.receivedAt > $1.receivedAt }.prefix(Self.most)
    }

    private func holding(_ id: String, of person: String) async throws -> Holding? {
        try await hub.holdings.holdings(of: person).first { $0.id.text == id }
    }

    private func definition(of holding: Holding) async throws -> ScopeDefinition? {
        try await hub.definitions.definition(holding.scope, version: holding.version)?.definition
    }

    private func market(_ id: OrganizationID) async throws -> LocalizedText {
        try await hub.organizations.organization(id)?.display.names ?? LocalizedText(id.text)
    }
}
