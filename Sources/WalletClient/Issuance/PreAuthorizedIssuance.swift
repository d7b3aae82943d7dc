package import Foundation
import OAuth
import OpenID4VCI
package import Verifier
import WireFormats

/// The holder's side of the pre-authorized code flow, OpenID4VCI 1.0 §3.5: ``open(_:)`` finds out what is offered, and
/// when the holder has agreed, ``accept(_:txCode:)`` fetches and verifies it.
package struct PreAuthorizedIssuance: Sendable {
    let exchange: CheckedExchange
    let verifier: CredentialVerifier
    let now: @Sendable () -> Date

    /// - Parameter keys: how issuers' keys are found; nil for what the issuers publish themselves.
    package init(
        exchange: any HTTPExchange, keys: (any IssuerKeyResolver)? = nil, languages: LanguagePreference,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.exchange = CheckedExchange(exchange: exchange, languages: languages)
        verifier = CredentialVerifier(keys: keys ?? PublishedKeys(fetcher: ExchangeFetcher(exchange: exchange)))
        self.now = now
    }

    /// Reads the link, fetches offer and metadata, and gives what to show.
    package func open(_ link: String) async throws(WalletRefusal) -> OfferedCredentials {
        let offer = try await offer(of: link)
        guard let grant = offer.preAuthorizedCode else { throw .loginNeeded }
        let metadata = try await issuerMetadata(of: offer.credentialIssuer)
        let server = try await authorizationServer(of: metadata, offered: grant.authorizationServer)
        var credentials: [OfferedCredential] = []
        for id in offer.credentialConfigurationIDs {
            guard let configuration = metadata.configurations[id] else { throw .notInMetadata(configurationID: id) }
            credentials.append(OfferedCredential(id, configuration, languages: exchange.languages))
        }
        guard credentials.contains(where: { IssuedFormat(rawValue: $0.format) != nil }) else { throw .nothingSupported }
        return OfferedCredentials(
            issuer: metadata.credentialIssuer, issuerName: exchange.languages.name(in: metadata.display),
            credentials: credentials, txCode: grant.txCode, code: grant.code, metadata: metadata,
            tokenEndpoint: server.tokenEndpoint)
    }

    private func offer(of link: String) async throws(WalletRefusal) -> CredentialOffer {
        let parsed: CredentialOfferLink
        do throws(CredentialOfferLink.Malformation) {
            parsed = try CredentialOfferLink(parsing: link)
        } catch {
            throw .link(error)
        }
        switch parsed {
        case .byValue(let offer): return offer
        case .byReference(let uri):
            let body = try await exchange.document(at: uri, for: .offer)
            do throws(CredentialOffer.Malformation) {
                return try CredentialOffer(parsing: body)
            } catch {
                throw .offer(error)
            }
        }
    }

    /// OpenID4VCI 1.0 §12.2.2; older issuers with a path append the well-known name.
    private func issuerMetadata(of issuer: String) async throws(WalletRefusal) -> CredentialIssuerMetadata {
        guard (try? WebAddress(issuer)) != nil else { throw .issuerIdentifier }
        let name = "openid-credential-issuer"
        let body = try await exchange.wellKnown(
            name, of: issuer, fallback: { WellKnown.appended(name, to: $0) }, for: .issuerMetadata)
        do throws(CredentialIssuerMetadata.Malformation) {
            return try Self.metadata(body, of: issuer)
        } catch .otherIssuer {
            throw .documentOfOtherIssuer(.issuerMetadata)
        } catch {
            throw .malformedAnswer(.issuerMetadata)
        }
    }

    /// The identifiers in offer and metadata are the same, §12.2.4, except that a lone `/` as path is no difference
    /// (RFC 3986 §6.2.3): the document this was built from has it in the offer and not in the metadata.
    private static func metadata(
        _ body: [UInt8], of issuer: String
    ) throws(CredentialIssuerMetadata.Malformation) -> CredentialIssuerMetadata {
        do throws(CredentialIssuerMetadata.Malformation) {
            return try CredentialIssuerMetadata(parsing: body, fetchedFor: issuer)
        } catch .otherIssuer {
            guard let (origin, path) = WellKnown.split(issuer), path.isEmpty || path == "/" else { throw .otherIssuer }
            return try CredentialIssuerMetadata(parsing: body, fetchedFor: path.isEmpty ? origin + "/" : origin)
        }
    }

    /// The server that the offer names, else the first that knows the grant, else the first.
    private func authorizationServer(
        of metadata: CredentialIssuerMetadata, offered: String?
    ) async throws(WalletRefusal) -> AuthorizationServerMetadata {
        if let offered {
            guard metadata.authorizationServers.contains(where: { $0.hasSameBytes(as: offered) }) else {
                throw .authorizationServerNotListed
            }
            return try await serverMetadata(of: offered)
        }
        var first: AuthorizationServerMetadata?
        var refusal: WalletRefusal?
        for identifier in metadata.authorizationServers.prefix(5) {
            do throws(WalletRefusal) {
                let server = try await serverMetadata(of: identifier)
                if server.grantTypes.contains(GrantType.preAuthorizedCode) { return server }
                first = first ?? server
            } catch {
                refusal = refusal ?? error
            }
        }
        guard let first else { throw refusal ?? .malformedAnswer(.issuerMetadata) }
        return first
    }

    private func serverMetadata(of server: String) async throws(WalletRefusal) -> AuthorizationServerMetadata {
        let body = try await exchange.wellKnown(
            "oauth-authorization-server", of: server,
            fallback: { WellKnown.appended("openid-configuration", to: $0) }, for: .authorizationServerMetadata)
        do throws(AuthorizationServerMetadata.Malformation) {
            return try AuthorizationServerMetadata(parsing: body, fetchedFor: server)
        } catch .otherIssuer {
            throw .documentOfOtherIssuer(.authorizationServerMetadata)
        } catch {
            throw .malformedAnswer(.authorizationServerMetadata)
        }
    }
}
