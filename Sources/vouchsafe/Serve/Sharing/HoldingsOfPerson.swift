import DataSharing
import Foundation
import OAuth
import PersonVault
import SharingHub
import Storage
import WireFormats

/// What the hub keeps of and for a person, as their own page shows it.
struct HoldingsOfPerson: DepositsOfPerson {
    let holdings: SQLHoldingStore
    let definitions: any DefinitionStore
    let organizations: any OrganizationStore
    let now: @Sendable () -> Date

    func deposits(of person: String) async throws -> [PersonDeposit] {
        var listed: [PersonDeposit] = []
        for holding in try await inForce(of: person) {
            guard case .deposit(let deposit) = holding.content else { continue }
            let known = try await known(holding)
            listed.append(
                PersonDeposit(
                    id: holding.id.text, scope: holding.scope.text, version: Int64(holding.version), name: known.name,
                    market: known.marketName, depositedAt: holding.receivedAt, keyID: deposit.keyID))
        }
        return listed
    }

    func digests(of person: String) async throws -> [PersonDigest] {
        var listed: [PersonDigest] = []
        for holding in try await inForce(of: person) {
            guard case .digest = holding.content else { continue }
            let known = try await known(holding)
            let labels = holding.shape.names.map { name in
                known.definition?.claim(name)?.display.localized ?? LocalizedText(name)
            }
            listed.append(
                PersonDigest(
                    scope: holding.scope.text, name: known.name, market: known.marketName, claims: labels,
                    pushedAt: holding.receivedAt))
        }
        return listed
    }

    func deposit(_ id: String, of person: String) async throws -> SealedDeposit? {
        guard let holding = try await holdings.holdings(of: person).first(where: { $0.id.text == id }),
            case .deposit(let deposit) = holding.content
        else { return nil }
        let known = try await known(holding)
        guard let definition = known.definition, let market = known.market else { return nil }
        return SealedDeposit(
            scope: holding.scope.text, version: Int64(holding.version), jwe: deposit.jwe,
            shapeSignature: deposit.shapeSignature, definition: definition.json,
            market: [
                "id": .string(market.id.text), "name": .string(market.name(for: [])),
                "uri": .string(market.marketURI ?? ""), "keys": market.keys.json,
            ])
    }

    func erase(_ id: String, of person: String, at instant: Date) async throws -> Bool {
        guard let id = TicketID(text: id) else { return false }
        return try await holdings.eraseDeposit(id, of: person)
    }

    /// Newest first.
    private func inForce(of person: String) async throws -> [Holding] {
        let instant = now()
        let all = try await holdings.holdings(of: person).filter { $0.expiresAt.map { $0 > instant } ?? true }
        return Array(all.sorted { $0.receivedAt > $1.receivedAt }.prefix(500))
    }

    private struct Known {
        let definition: ScopeDefinition?
        let market: Organization?
        let name: LocalizedText
        let marketName: LocalizedText
    }

    private func known(_ holding: Holding) async throws -> Known {
        let definition = try await definitions.definition(holding.scope, version: holding.version)?.definition
        let market = try await organizations.organization(holding.scope.market)
        return Known(
            definition: definition, market: market,
            name: definition?.display.localized ?? LocalizedText(holding.scope.text),
            marketName: market?.display.localized ?? LocalizedText(holding.scope.market.text))
    }
}

extension [DisplayText] {
    fileprivate var localized: LocalizedText? {
        LocalizedText(map { LocalizedText.Entry(language: $0.locale, text: $0.name) })
    }
}
