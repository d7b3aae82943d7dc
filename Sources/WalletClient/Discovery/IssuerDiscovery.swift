import OAuth
import OpenID4VCI
import Verifier
import WireFormats

/// Finds out what an issuer offers, and who its authorization servers are: OpenID4VCI 1.0 §4 and §12.2.
struct IssuerDiscovery: Sendable {
    private static let maximumServers = 5

    let exchange: CheckedExchange

    /// Reads the link, and fetches the offer if the link only refers to it.
    func offer(of link: String) async throws(WalletRefusal) -> CredentialOffer {
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

    /// The issuer's description of these configurations.
    func describe(
        _ configurationIDs: [String], of issuer: String
    ) async throws(WalletRefusal) -> DescribedCredentials {
        let metadata = try await issuerMetadata(of: issuer)
        var credentials: [OfferedCredential] = []
        for id in configurationIDs {
            guard let configuration = metadata.configurations[id] else { throw .notInMetadata(configurationID: id) }
            credentials.append(OfferedCredential(id, configuration, languages: exchange.languages))
        }
        guard credentials.contains(where: { IssuedFormat(rawValue: $0.format) != nil }) else { throw .nothingSupported }
        return DescribedCredentials(
            issuer: metadata.credentialIssuer, issuerName: exchange.languages.name(in: metadata.display),
            credentials: credentials, metadata: metadata)
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

    /// The server that the offer names, which must be one of the issuer's; else the first that fits, else the first.
    func authorizationServer(
        of metadata: CredentialIssuerMetadata, offered: String?, fitting: (AuthorizationServerMetadata) -> Bool
    ) async throws(WalletRefusal) -> AuthorizationServerMetadata {
        if let offered {
            guard metadata.authorizationServers.contains(where: { $0.hasSameBytes(as: offered) }) else {
                throw .authorizationServerNotListed
            }
            return try await serverMetadata(of: offered)
        }
        var first: AuthorizationServerMetadata?
        var refusal: WalletRefusal?
        for identifier in metadata.authorizationServers.prefix(Self.maximumServers) {
            do throws(WalletRefusal) {
                let server = try await serverMetadata(of: identifier)
                if fitting(server) { return server }
                first = first ?? server
            } catch {
                refusal = refusal ?? error
            }
        }
        guard let first else { throw refusal ?? .malformedAnswer(.issuerMetadata) }
        return first
    }

    /// RFC 8414 §3; where there is none, OpenID Connect Discovery §4.
    func serverMetadata(of server: String) async throws(WalletRefusal) -> AuthorizationServerMetadata {
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
