package import DataSharing
import HTTPTypes
package import OAuth
package import WireFormats

/// What a service provider asks for, found permissible.
package struct DataOrder: Sendable {
    package let provider: Organization
    /// Never empty; in the order asked.
    package let scopes: [OrderedScope]
    package let encryptionKey: PublicEncryptionKey

    package struct OrderedScope: Sendable {
        package let market: Organization
        package let definition: ScopeDefinition
        /// In the definition's order; never empty.
        package let claims: [OrderedClaim]
        /// The provider's own words.
        package let purpose: String?

        package var name: ScopeName { definition.scope }
        package var isEssential: Bool { claims.contains(where: \.isEssential) }
    }

    package struct OrderedClaim: Sendable {
        package let definition: ScopeClaim
        package let isEssential: Bool
    }
}

/// Why data cannot be asked for as it is.
package enum DataOrderRefusal: Error, Equatable {
    /// The client is no approved service provider.
    case notProvider
    case details(DataSharingDetailRefusal)
    /// An entry of `authorization_details` is for a scope that `scope` does not have.
    case scopeMissing(String)
    case unknownScope(String)
    /// Market and provider do not both admit each other.
    case notOffered(String)
    case unknownClaim(scope: String, index: Int)
    /// The request has no encryption key, and none is registered.
    case encryptionKeyMissing

    package var wire: WireRefusal {
        switch self {
        case .notProvider:
            WireRefusal(
                .badRequest, "unauthorized_client", "The client is no approved service provider of data sharing")
        case .details(let refusal):
            WireRefusal(
                .badRequest, "invalid_authorization_details", "authorization_details: " + refusal.sentence)
        case .scopeMissing(let scope):
            WireRefusal(
                .badRequest, "invalid_authorization_details",
                "authorization_details: scope: \(scope) is not in the parameter scope")
        case .unknownScope(let scope): WireRefusal(.badRequest, "invalid_scope", "There is no scope \(scope)")
        case .notOffered(let scope):
            WireRefusal(.badRequest, "invalid_scope", "The scope \(scope) is not offered to this client")
        case .unknownClaim(let scope, let index):
            WireRefusal(
                .badRequest, "invalid_authorization_details",
                "authorization_details: claims[\(index)].name: \(scope) has no such claim")
        case .encryptionKeyMissing:
            WireRefusal(
                .badRequest, "invalid_request",
                "There is no key to encrypt to: send encryption_key, or register a key with use enc")
        }
    }
}

/// Reads what requests ask for of data that markets know.
package struct DataOrders: Sendable {
    let source: any SharingSource

    package init(source: any SharingSource) { self.source = source }

    /// - Returns: nil if nothing is asked for.
    /// - Throws: ``DataOrderRefusal``.
    package func order(
        clientID: String, scopes: [String], details: [JSONObject]
    ) async throws -> DataOrder? {
        let names = unique(scopes.compactMap { ScopeName($0) })
        guard !names.isEmpty || !details.isEmpty else { return nil }
        var provider: Organization?
        if let id = OrganizationID(clientID), let known = try await source.organization(id), known.isProvider,
            known.isApproved
        {
            provider = known
        }
        guard let provider else {
            // Scopes of services that have nothing to do with markets may look like these.
            var isOfMarket = !details.isEmpty
            for name in names where try await source.organization(name.market)?.isMarket == true { isOfMarket = true }
            guard isOfMarket else { return nil }
            throw DataOrderRefusal.notProvider
        }
        let entries: [DataSharingDetail]
        do throws(DataSharingDetailRefusal) {
            entries = try DataSharingDetail.entries(in: .array(details.map(JSON.object)))
        } catch {
            throw DataOrderRefusal.details(error)
        }
        for entry in entries where !names.contains(where: { $0.text == entry.scope }) {
            throw DataOrderRefusal.scopeMissing(entry.scope)
        }
        var ordered: [DataOrder.OrderedScope] = []
        for name in names {
            ordered.append(try await scope(name, entries.first { $0.scope == name.text }, for: provider))
        }
        return DataOrder(
            provider: provider, scopes: ordered, encryptionKey: try encryptionKey(entries, of: provider))
    }

    private func unique(_ names: [ScopeName]) -> [ScopeName] {
        names.reduce(into: []) { unique, name in
            if !unique.contains(name) { unique.append(name) }
        }
    }

    private func scope(
        _ name: ScopeName, _ detail: DataSharingDetail?, for provider: Organization
    ) async throws -> DataOrder.OrderedScope {
        guard let market = try await source.organization(name.market), market.isMarket, market.isApproved,
            let definition = try await source.definition(name)
        else { throw DataOrderRefusal.unknownScope(name.text) }
        guard market.offers(to: provider) else { throw DataOrderRefusal.notOffered(name.text) }
        return DataOrder.OrderedScope(
            market: market, definition: definition, claims: try claims(detail, of: definition),
            purpose: detail?.purpose)
    }

    private func claims(
        _ detail: DataSharingDetail?, of definition: ScopeDefinition
    ) throws(DataOrderRefusal) -> [DataOrder.OrderedClaim] {
        guard case .some(let asked)? = detail?.claims else {
            return definition.claims.map { DataOrder.OrderedClaim(definition: $0, isEssential: $0.isRequired) }
        }
        for (index, claim) in asked.enumerated() where definition.claim(claim.name) == nil {
            throw .unknownClaim(scope: definition.scope.text, index: index)
        }
        return definition.claims.compactMap { claim in
            asked.first { $0.name.hasSameBytes(as: claim.name) }
                .map { DataOrder.OrderedClaim(definition: claim, isEssential: $0.isEssential) }
        }
    }

    private func encryptionKey(
        _ entries: [DataSharingDetail], of provider: Organization
    ) throws(DataOrderRefusal) -> PublicEncryptionKey {
        if let stated = entries.first?.encryptionKey { return stated }
        guard let registered = provider.keys.encryptionKey,
            let key = try? PublicEncryptionKey(jwk: registered.jwk)
        else { throw .encryptionKeyMissing }
        return key
    }
}
