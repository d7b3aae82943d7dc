import AuthorizationServer
package import CredentialIssuer
package import Foundation
import HTTPTypes
import OAuth
import WireFormats

/// The routes that wallets and verifiers use.
package struct IssuerSite: Sendable {
    /// Paths below the issuer identifier, as the documents show them.
    package enum Paths {
        package static let offer = "/issuance/oid4vci/credential-offer"
        package static let nonce = "/issuance/oid4vci/nonce"
        package static let credential = "/issuance/oid4vci/credential-request"
        package static let token = "/auth/token-endpoint"
        package static let issuerKeys = "/issuance/jwks.json"
        package static let types = "/vct/"
        package static let developmentRoot = "/trust/development-root.pem"
    }

    /// Documents that change when keys rotate, as they are now.
    package struct KeyDocuments: Sendable {
        package let jwks: PublishedDocument
        /// Of the authorization server.
        package let tokenKeys: PublishedDocument
        package let jwtVCIssuer: PublishedDocument
        package let did: PublishedDocument
        package let developmentRootPEM: String

        package init(
            jwks: PublishedDocument, tokenKeys: PublishedDocument, jwtVCIssuer: PublishedDocument,
            did: PublishedDocument,
            developmentRootPEM: String
        ) {
            self.jwks = jwks
            self.tokenKeys = tokenKeys
            self.jwtVCIssuer = jwtVCIssuer
            self.did = did
            self.developmentRootPEM = developmentRootPEM
        }
    }

    /// The issuer identifier's path: empty, or beginning with a slash.
    let path: String
    let metadata: PublishedDocument
    let types: [String: PublishedDocument]
    let keys: @Sendable () -> KeyDocuments
    let offers: Offers
    let delegated: DelegatedOffers
    let nonce: NonceEndpoint
    let credential: CredentialEndpoint
    let trail: ClientTrail
    let now: @Sendable () -> Date

    package init(
        identifier: String, metadata: IssuerMetadataDocument,
        keys: @escaping @Sendable () -> KeyDocuments, offers: Offers, delegated: DelegatedOffers, nonce: NonceEndpoint,
        credential: CredentialEndpoint,
        trail: ClientTrail, now: @escaping @Sendable () -> Date
    ) {
        path = WellKnown.split(identifier).map { $0.path == "/" ? "" : $0.path } ?? ""
        self.metadata = PublishedDocument(languages: metadata.languages) { metadata.json(language: $0) }
        var types: [String: PublishedDocument] = [:]
        let prefix = identifier + Paths.types
        for configuration in metadata.configurations {
            guard case .sdJWTVC(let vct, _) = configuration.format, vct.hasPrefix(prefix),
                let document = configuration.typeMetadata
            else { continue }
            types[String(vct.dropFirst(prefix.count))] = PublishedDocument(document)
        }
        self.types = types
        self.keys = keys
        self.offers = offers
        self.delegated = delegated
        self.nonce = nonce
        self.credential = credential
        self.trail = trail
        self.now = now
    }

    package var routes: [Route] { protocolRoutes + wellKnownRoutes }

    private var protocolRoutes: [Route] {
        [
            Route(.get, .withParameter(prefix: path + Paths.offer + "/"), name: "credential_offer") { request, id in
                let (offer, response) = try await offers.respond(toFetchOf: id)
                trail.noteOffer(offer, client: request.clientHint, at: now())
                return response
            },
            Route(.post, .exact(path + Paths.offer), name: "delegated_offer", bodyLimit: 8 << 10) { request, _ in
                try await delegated.respond(to: request)
            },
            Route(.post, .exact(path + Paths.nonce), name: "nonce", bodyLimit: 4 << 10) { _, _ in
                nonce.respond()
            },
            Route(.post, .exact(path + Paths.credential), name: "credential", bodyLimit: 64 << 10) { request, _ in
                try await credential.respond(to: request)
            },
            Route(.get, .withParameter(prefix: path + Paths.types), name: "type_metadata") { request, name in
                guard let document = types[String(name)] else { throw RequestRefusal.notFound }
                return document.respond(to: request)
            },
            Route(.get, .exact(path + Paths.issuerKeys), name: "jwks") { request, _ in
                keys().jwks.respond(to: request)
            },
            Route(.get, .exact(path + Paths.developmentRoot), name: "development_root") { _, _ in
                EndpointResponse(
                    headers: [.contentType: "application/x-pem-file"], body: Array(keys().developmentRootPEM.utf8))
            },
        ]
    }

    /// Each document at both placements in use: after the host, and after the path.
    private var wellKnownRoutes: [Route] {
        WellKnownRoutes(path: path).routes("openid-credential-issuer", name: "issuer_metadata") { request in
            let response = metadata.respond(to: request)
            if let offer = trail.noteMetadata(client: request.clientHint, at: now()) {
                try await offers.append(ClientTrail.metadataEvent(at: now()), to: offer)
            }
            return response
        }
            + WellKnownRoutes(path: path).routes("jwt-vc-issuer", name: "jwt_vc_issuer") {
                keys().jwtVCIssuer.respond(to: $0)
            }
            + [
                // did:web: a DID without path has its document under .well-known, one with path has it there.
                Route(.get, .exact(path.isEmpty ? "/.well-known/did.json" : path + "/did.json"), name: "did") {
                    request, _ in
                    keys().did.respond(to: request)
                }
            ]
    }
}
