package import Foundation
import HTTPTypes
import JOSE
package import OAuth
import WireFormats

/// Dynamic client registration by initial access token, RFC 7591, and its management, RFC 7592.
package struct RegistrationEndpoint: Sendable {
    let policy: AuthorizationPolicy
    let store: any ClientStore
    let documents: any ClientDocumentSource
    let initialTokens: TicketMint
    let registrationTokens: TicketMint
    /// The endpoint's public address.
    let url: String
    let now: @Sendable () -> Date

    package init(
        policy: AuthorizationPolicy, store: any ClientStore, documents: any ClientDocumentSource,
        initialTokens: TicketMint, registrationTokens: TicketMint, url: String, now: @escaping @Sendable () -> Date
    ) {
        self.policy = policy
        self.store = store
        self.documents = documents
        self.initialTokens = initialTokens
        self.registrationTokens = registrationTokens
        self.url = url
        self.now = now
    }

    /// RFC 7591 §3.
    package func register(_ request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        guard let token = initialTokens.recognise(try bearer(request)) else { throw RegistrationRefusal.token }
        let metadata = try await metadata(in: request)
        // Counted last, so that a mistake in the metadata costs no use.
        guard try await store.useInitialToken(token, at: instant) else { throw RegistrationRefusal.token }
        let (client, secret, registration) = try await add(metadata, isVerified: false, at: instant)
        return response(client, secret: secret, registration: registration, status: .created)
    }

    /// Adds a client; its secret, if it has one, is seen this once.
    package func add(
        _ metadata: ClientMetadata, id: String? = nil, isVerified: Bool, resource: String? = nil, at instant: Date
    ) async throws -> (client: RegisteredClient, secret: String?, registration: TicketID) {
        let secret = Self.needsSecret(metadata) ? Base64URL.encode(secureRandomBytes(32)) : nil
        let client = RegisteredClient(
            id: id ?? Base64URL.encode(secureRandomBytes(16)), metadata: metadata,
            secretHash: secret.map(RegisteredClient.hash), isVerified: isVerified, resource: resource,
            createdAt: instant)
        let registration = TicketID(at: instant)
        guard try await store.insert(client, registration: registration) else { throw RegistrationRefusal.taken }
        return (client, secret, registration)
    }

    private static func needsSecret(_ metadata: ClientMetadata) -> Bool {
        metadata.authenticationMethod == .clientSecretBasic || metadata.authenticationMethod == .clientSecretPost
    }

    /// RFC 7592 §2.
    package func manage(_ request: EndpointRequest, clientID: String) async throws -> EndpointResponse {
        guard let token = registrationTokens.recognise(try bearer(request)),
            let known = try await store.registration(of: clientID), known == token,
            let client = try await store.client(clientID)
        else { throw RegistrationRefusal.token }
        switch request.method {
        case .get: return response(client, secret: nil, registration: token, status: .ok)
        case .put:
            let metadata = try await metadata(in: request)
            guard metadata.authenticationMethod == client.metadata.authenticationMethod else {
                throw ClientMetadataRefusal.member("token_endpoint_auth_method", "cannot be changed")
            }
            // What the operator has checked was the client as it was.
            let changed = RegisteredClient(
                id: client.id, metadata: metadata, secretHash: client.secretHash, isVerified: false,
                leastACR: client.leastACR, resource: client.resource, createdAt: client.createdAt)
            try await store.replace(changed)
            return response(changed, secret: nil, registration: token, status: .ok)
        default:
            _ = try await store.remove(clientID, at: now())
            return EndpointResponse(status: .noContent, headers: [.cacheControl: "no-store"])
        }
    }

    private func bearer(_ request: EndpointRequest) throws -> String {
        do throws(BearerToken.Malformation) {
            return try BearerToken(in: request).text
        } catch {
            throw RegistrationRefusal.token
        }
    }

    private func metadata(in request: EndpointRequest) async throws -> ClientMetadata {
        guard request.hasContentType("application/json"), let object = (try? JSON(parsing: request.body))?.object
        else { throw ClientMetadataRefusal.member("body", "a JSON object is expected") }
        let metadata = try ClientMetadata(json: object)
        try await checkKeys(of: metadata)
        try await checkSector(of: metadata)
        return metadata
    }

    private func checkKeys(of metadata: ClientMetadata) async throws {
        switch metadata.keys {
        case nil: return
        case .inline(let set)?:
            guard (try? PublicJWKSet(set)) != nil else {
                throw ClientMetadataRefusal.member("jwks", "no JWK set of public keys")
            }
        case .address(let url)?:
            guard let document = await documents.document(at: url, freshAt: now()),
                (try? PublicJWKSet(parsing: document)) != nil
            else { throw ClientMetadataRefusal.member("jwks_uri", "there is no JWK set of public keys to be had") }
        }
    }

    /// OpenID Connect Core §8.1: the sector's document lists every redirect URI.
    private func checkSector(of metadata: ClientMetadata) async throws {
        guard let uri = metadata.sectorIdentifierURI else {
            guard Set(metadata.redirectURIs.compactMap(\.webHost)).count <= 1 || metadata.subjectType != "pairwise"
            else { throw ClientMetadataRefusal.member("sector_identifier_uri", "needed with several hosts") }
            return
        }
        let listed = await documents.document(at: uri, freshAt: now()).flatMap { try? JSON(parsing: $0) }?.strings ?? []
        guard metadata.redirectURIs.allSatisfy({ own in listed.contains { $0.hasSameBytes(as: own.text) } }) else {
            throw ClientMetadataRefusal.member("sector_identifier_uri", "it does not list every redirect URI")
        }
    }

    /// RFC 7591 §3.2.1.
    private func response(
        _ client: RegisteredClient, secret: String?, registration: TicketID, status: HTTPResponse.Status
    ) -> EndpointResponse {
        var object: JSONObject = [
            "client_id": .string(client.id),
            "client_id_issued_at": .integer(Int64(client.createdAt.timeIntervalSince1970)),
        ]
        if let secret {
            object["client_secret"] = .string(secret)
            object["client_secret_expires_at"] = 0
        }
        object["registration_access_token"] = .string(registrationTokens.ticket(for: registration).text)
        object["registration_client_uri"] = .string(url + "/" + client.id)
        for member in client.metadata.json.members { object[member.name] = member.value }
        return .privateJSON(.object(object), status: status)
    }
}

/// Why a registration is refused, RFC 7591 §3.2.2 and RFC 7592 §3.
package enum RegistrationRefusal: Refusal, Equatable {
    case token
    case taken

    package var wire: WireRefusal {
        switch self {
        case .token:
            WireRefusal(
                .unauthorized, "invalid_token", "The access token is missing, unknown or used up", challenge: .bearer)
        case .taken: WireRefusal(.conflict, "invalid_client_metadata", "There is a client of that identifier")
        }
    }

    package var reason: String { wire.description }
}
