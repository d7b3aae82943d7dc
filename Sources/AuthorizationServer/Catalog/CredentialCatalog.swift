package import OAuth
import WireFormats

/// A credential that an access token may be for.
package struct CatalogEntry: Sendable, Equatable {
    package let configurationID: String
    /// The credential issuer, which is the token's audience.
    package let issuer: String
    package let scope: String?
    package let name: LocalizedText
    package let issuerName: LocalizedText
    package let claims: [LocalizedText]

    package init(
        configurationID: String, issuer: String, scope: String?, name: LocalizedText, issuerName: LocalizedText,
        claims: [LocalizedText]
    ) {
        self.configurationID = configurationID
        self.issuer = issuer
        self.scope = scope
        self.name = name
        self.issuerName = issuerName
        self.claims = claims
    }
}

/// The credentials of every issuer that this authorization server serves.
package struct CredentialCatalog: Sendable {
    package let entries: [CatalogEntry]
    private let byScope: [String: CatalogEntry]

    package init(_ entries: [CatalogEntry]) {
        self.entries = entries
        byScope = Dictionary(
            entries.compactMap { entry in entry.scope.map { ($0, entry) } }, uniquingKeysWith: { first, _ in first })
    }

    func entry(scope: String) -> CatalogEntry? { byScope[scope] }

    /// The entry of an identifier, at one of `issuers` if it is not empty (`locations` of RFC 9396 §2.2).
    func entry(configurationID: String, at issuers: [String] = []) -> CatalogEntry? {
        entries.first { entry in
            entry.configurationID.hasSameBytes(as: configurationID)
                && (issuers.isEmpty || issuers.contains { $0.hasSameBytes(as: entry.issuer) })
        }
    }

    package var scopes: [String] { entries.compactMap(\.scope) }
}

/// Gives the catalog as it is now: metadata of other issuers is fetched now and then.
package protocol CredentialCatalogSource: Sendable {
    func catalog() async -> CredentialCatalog
}

extension CredentialCatalog: CredentialCatalogSource {
    package func catalog() async -> CredentialCatalog { self }
}
