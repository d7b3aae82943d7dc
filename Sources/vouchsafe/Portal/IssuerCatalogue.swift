import Foundation
import HTTPTypes
import OAuth
import OpenID4VCI
import Portal
import Synchronization
import Verifier
import WalletClient
import WireFormats

/// What an issuer has, from the metadata that it publishes: OpenID4VCI 1.0 §12.2.
final class IssuerCatalogue: PortalCatalogue {
    private struct Known {
        let credentials: [CatalogueCredential]
        let fetchedAt: Date
    }

    /// How long the metadata is taken to stay as it is.
    private static let freshness: TimeInterval = 60
    /// How long what there was before is better than nothing.
    private static let usefulness: TimeInterval = 600

    private let exchange: any HTTPExchange
    private let issuer: String
    private let now: @Sendable () -> Date
    private let known = Mutex<Known?>(nil)

    /// - Parameter issuer: the credential issuer identifier.
    init(exchange: any HTTPExchange, issuer: String, now: @escaping @Sendable () -> Date) {
        (self.exchange, self.issuer, self.now) = (exchange, issuer, now)
    }

    func credentials() async throws(PortalRefusal) -> [CatalogueCredential] {
        let instant = now()
        let last = known.withLock { $0 }
        if let last, instant.timeIntervalSince(last.fetchedAt) < Self.freshness { return last.credentials }
        do throws(PortalRefusal) {
            let credentials = try await fetch()
            known.withLock { $0 = Known(credentials: credentials, fetchedAt: instant) }
            return credentials
        } catch {
            guard let last, instant.timeIntervalSince(last.fetchedAt) < Self.usefulness else { throw error }
            return last.credentials
        }
    }

    private func fetch() async throws(PortalRefusal) -> [CatalogueCredential] {
        let body: [UInt8]
        do throws(PublishedMetadata.Failure) {
            body = try await PublishedMetadata(exchange: exchange).document(
                WellKnown.inserted("openid-credential-issuer", into: issuer),
                orElse: WellKnown.appended("openid-credential-issuer", to: issuer))
        } catch {
            throw .issuer(reason: "the issuer's metadata could not be had: \(error.reason)")
        }
        guard let metadata = try? CredentialIssuerMetadata(parsing: body, fetchedFor: issuer) else {
            throw .issuer(reason: "the issuer's metadata is malformed or another issuer's")
        }
        // The message type does not keep the issuer's order.
        let json = try? JSON(parsing: body, limits: JSONLimits(depth: 24, values: 50_000))
        let ids = json?["credential_configurations_supported"]?.object?.names ?? []
        return ids.compactMap { id in
            metadata.configurations[id].flatMap { CatalogueCredential(id, $0, of: metadata) }
        }
    }
}

extension CatalogueCredential {
    private static let formats = [CredentialFormat.sdJWTVC, .w3cModel1, .w3cModel2].flatMap(\.identifiers)

    /// Nil if nobody here could verify it.
    fileprivate init?(
        _ id: String, _ configuration: CredentialIssuerMetadata.Configuration, of metadata: CredentialIssuerMetadata
    ) {
        guard Self.formats.contains(configuration.format) else { return nil }
        let types = configuration.credentialDefinition?["type"]?.array?.compactMap(\.string)
        let typeName = configuration.vct ?? types?.last { $0 != "VerifiableCredential" }
        self.init(
            id: id, name: LocalizedText("name", in: configuration.display) ?? LocalizedText(typeName ?? id),
            issuer: LocalizedText("name", in: metadata.display) ?? LocalizedText(metadata.credentialIssuer),
            description: LocalizedText("description", in: configuration.display),
            backgroundColor: configuration.display.lazy.compactMap { $0["background_color"]?.string }.first,
            claims: configuration.claims.compactMap(ClaimName.init))
    }
}

extension ClaimName {
    /// A claims description, OpenID4VCI 1.0 Appendix B.2; nil if it has no usable path.
    fileprivate init?(_ description: JSONObject) {
        var names = description["path"]?.array?.compactMap(\.string) ?? []
        if names.count > 1, names.first == "credentialSubject" { names.removeFirst() }
        guard let last = names.last else { return nil }
        let display = description["display"]?.array?.compactMap(\.object) ?? []
        self.init(path: names, text: LocalizedText("name", in: display) ?? LocalizedText(last))
    }
}

extension LocalizedText {
    /// What display objects call `member`, OpenID4VCI 1.0 §12.2.4; nil if they do not.
    fileprivate init?(_ member: String, in display: [JSONObject]) {
        self.init(
            display.compactMap { object in
                object[member]?.string.flatMap { text in
                    text.isEmpty ? nil : Entry(language: object["locale"]?.string ?? "", text: text)
                }
            })
    }
}
