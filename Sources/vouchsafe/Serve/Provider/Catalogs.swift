import AuthorizationServer
import CredentialIssuer
import Foundation
import OAuth
import OpenID4VCI
import WireFormats

/// The credentials of this server's own issuer, and of others that it serves.
struct Catalogs: CredentialCatalogSource {
    let own: CredentialCatalog
    /// Identifiers of other issuers.
    let foreign: [String]
    let documents: DocumentCache

    func catalog() async -> CredentialCatalog {
        guard !foreign.isEmpty else { return own }
        var entries = own.entries
        for issuer in foreign { entries += await self.entries(of: issuer) }
        return CredentialCatalog(entries)
    }

    private func entries(of issuer: String) async -> [CatalogEntry] {
        guard let url = WellKnown.inserted("openid-credential-issuer", into: issuer),
            let bytes = await documents.document(at: url, freshAt: nil),
            let metadata = try? CredentialIssuerMetadata(parsing: bytes, fetchedFor: issuer)
        else { return [] }
        let name = LocalizedText(display: metadata.display) ?? LocalizedText(issuer)
        return metadata.configurations.map { id, configuration in
            CatalogEntry(
                configurationID: id, issuer: issuer, scope: configuration.scope,
                name: LocalizedText(display: configuration.display) ?? LocalizedText(id), issuerName: name,
                claims: configuration.claims.compactMap {
                    LocalizedText(display: $0["display"]?.array?.compactMap(\.object) ?? [])
                })
        }
    }
}

extension LocalizedText {
    /// The names among display entries of metadata.
    fileprivate init?(display: [JSONObject]) {
        self.init(
            display.compactMap { entry in
                entry["name"]?.string.map { Entry(language: entry["locale"]?.string ?? "", text: $0) }
            })
    }
}

extension CredentialConfiguration {
    /// As it is asked for and consented to.
    func catalogEntry(issuer: String, issuerName: LocalizedText) -> CatalogEntry {
        CatalogEntry(
            configurationID: id, issuer: issuer, scope: scope,
            name: LocalizedText(display.map { .init(language: $0.locale, text: $0.name) }) ?? LocalizedText(id),
            issuerName: issuerName,
            claims: claims.map { rule in
                LocalizedText(rule.display.map { .init(language: $0.locale, text: $0.name) })
                    ?? LocalizedText(rule.name)
            })
    }
}
