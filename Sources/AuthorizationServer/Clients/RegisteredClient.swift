import Crypto
package import Foundation
import JOSE
package import OAuth
import WireFormats

/// A client as this server knows it.
package struct RegisteredClient: Sendable {
    package let id: String
    package let metadata: ClientMetadata
    /// SHA-256 of the secret, which is 256 random bits: a slow hash would protect nothing more. Nil without a secret.
    package let secretHash: [UInt8]?
    /// The operator has checked who it is.
    package let isVerified: Bool
    /// The least authentication context that the operator asks for; nil for the default.
    package let leastACR: String?
    /// Another server that introspects tokens which are for it: its identifier among the policy's resources.
    package let resource: String?
    /// The sector that people are named in towards this client, whatever its addresses are; nil for theirs.
    package let fixedSector: String?
    package let createdAt: Date

    package init(
        id: String, metadata: ClientMetadata, secretHash: [UInt8]? = nil, isVerified: Bool = false,
        leastACR: String? = nil, resource: String? = nil, fixedSector: String? = nil,
        createdAt: Date = Date(timeIntervalSince1970: 0)
    ) {
        self.id = id
        self.metadata = metadata
        self.secretHash = secretHash
        self.isVerified = isVerified
        self.leastACR = leastACR
        self.resource = resource
        self.fixedSector = fixedSector
        self.createdAt = createdAt
    }

    package static func hash(ofSecret secret: String) -> [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }

    package var isPublic: Bool { metadata.authenticationMethod == .none }

    /// Whether the client is registered for a scope; for what has none, only if it is registered for everything.
    func mayAsk(for scope: String?) -> Bool {
        guard let allowed = metadata.scope else { return true }
        return scope.map(allowed.contains) ?? false
    }

    func mayUse(_ grantType: String) -> Bool { metadata.grantTypes.contains(grantType) }

    /// Where a request that names no address is answered: RFC 6749 §3.1.2.3.
    var onlyRedirectURI: String? {
        metadata.redirectURIs.count == 1 ? metadata.redirectURIs[0].text : nil
    }

    /// Who asks, as people are shown.
    package func party(redirectURI: String) -> RequestingParty {
        RequestingParty(
            name: metadata.name ?? LocalizedText(id), host: registered(redirectURI)?.webHost, isVerified: isVerified,
            policyURI: metadata.policyURI, termsURI: metadata.termsURI)
    }

    /// Whether nobody else can get an answer that is meant for this client.
    func isUnmistakable(redirectURI: String) -> Bool {
        !isPublic || registered(redirectURI)?.belongsToHost == true
    }

    /// The registered address that admits one that was asked for; an attested wallet's may be its own.
    func registered(_ redirectURI: String) -> RedirectURI? {
        metadata.redirectURIs.first { $0.admits(redirectURI) } ?? RedirectURI(redirectURI)
    }

    /// What stands for the client when people are called by another name in each sector, OpenID Connect Core §8.1.
    var sector: String {
        if let fixedSector { return fixedSector }
        if let uri = metadata.sectorIdentifierURI, let host = URLComponents(string: uri)?.host {
            return host.lowercased()
        }
        let hosts = Set(metadata.redirectURIs.compactMap(\.webHost))
        return hosts.count == 1 ? hosts.first ?? id : id
    }
}

/// Where clients are kept that are registered while the server runs.
package protocol ClientStore: Sendable {
    func client(_ id: String) async throws -> RegisteredClient?
    /// False if the identifier is taken.
    func insert(_ client: RegisteredClient, registration: TicketID?) async throws -> Bool
    func replace(_ client: RegisteredClient) async throws
    /// Removes the client and revokes all that was granted to it; false if there is none.
    func remove(_ id: String, at instant: Date) async throws -> Bool
    /// In the order of their identifiers.
    func clients(after: String?, limit: Int) async throws -> [RegisteredClient]
    /// What a client's registration access token must be a ticket of; nil if it has none.
    func registration(of id: String) async throws -> TicketID?

    /// Counts a use of an initial access token; false if it has none left.
    func useInitialToken(_ id: TicketID, at instant: Date) async throws -> Bool
    func insertInitialToken(_ id: TicketID, uses: Int, expiresAt: Date) async throws
}

/// Gives what is at an address of a client's: its keys, its sector identifier, a request object.
package protocol ClientDocumentSource: Sendable {
    /// The document's bytes, fetched within the limits of the operator; nil if it cannot be had.
    func document(at url: String, freshAt instant: Date?) async -> [UInt8]?
}

/// Finds clients: those of the configuration, then those that were registered.
package struct ClientDirectory: Sendable {
    private let configured: [String: RegisteredClient]
    private let store: any ClientStore
    private let documents: any ClientDocumentSource

    package init(
        configured: [RegisteredClient], store: any ClientStore, documents: any ClientDocumentSource
    ) {
        self.configured = Dictionary(configured.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.store = store
        self.documents = documents
    }

    package func client(_ id: String) async throws -> RegisteredClient? {
        // Swift's strings are equal when canonically equivalent: identifiers are ASCII, so nothing else is looked for.
        guard id.utf8.count <= 512, id.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        if let client = configured[id] { return client }
        return try await store.client(id)
    }

    package var configuredClients: [RegisteredClient] { configured.values.sorted { $0.id < $1.id } }

    /// The public keys of a client; nil if it has none that can be had.
    ///
    /// - Parameter keyID: a key that a kept copy lacks is looked for once more (rotation).
    func keys(of client: RegisteredClient, keyID: String?, at instant: Date) async -> PublicJWKSet? {
        switch client.metadata.keys {
        case nil: return nil
        case .inline(let set)?: return try? PublicJWKSet(set)
        case .address(let url)?:
            guard let kept = await documents.document(at: url, freshAt: nil),
                let set = try? PublicJWKSet(parsing: kept)
            else { return nil }
            guard let keyID, !set.names(keyID) else { return set }
            return await documents.document(at: url, freshAt: instant).flatMap { try? PublicJWKSet(parsing: $0) }
        }
    }
}

extension PublicJWKSet {
    fileprivate func names(_ keyID: String) -> Bool {
        (SignatureAlgorithm.elliptic + [.ps256, .rs256]).contains {
            !verificationKeys(keyID: keyID, algorithm: $0).isEmpty
        }
    }
}
