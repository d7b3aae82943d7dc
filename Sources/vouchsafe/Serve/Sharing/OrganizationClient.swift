import AuthorizationServer
import DataSharing
import Foundation
import JOSE
import OAuth
import SharingHub

/// The OAuth clients of organizations, kept with the registered ones.
struct RegisteredOrganizations: OrganizationClients, SubjectNaming {
    let store: any ClientStore
    let directory: ClientDirectory
    let subjects: SubjectNames
    /// Whether the registry has somebody by an id.
    let isKnown: @Sendable (_ person: String) async throws -> Bool

    func put(_ organization: Organization, at instant: Date) async throws {
        let client = organization.client(at: instant)
        if let known = try await store.client(client.id) {
            guard known.fixedSector == client.fixedSector else { throw OrganizationRefusal.taken }
            guard known.metadata != client.metadata else { return }
            try await store.replace(client)
        } else {
            guard try await store.insert(client, registration: nil) else { throw OrganizationRefusal.contended }
        }
    }

    func remove(_ id: OrganizationID, at instant: Date) async throws {
        // Nobody's client but the organization's own.
        guard try await store.client(id.text)?.fixedSector == id.sector else { return }
        _ = try await store.remove(id.text, at: instant)
    }

    func isForeign(_ id: OrganizationID) async throws -> Bool {
        guard let client = try await directory.client(id.text) else { return false }
        return client.fixedSector != id.sector
    }

    func subject(of person: String, at organization: Organization) async throws -> String? {
        guard try await isKnown(person) else { return nil }
        return subjects.subject(person, for: organization.client(at: Date(timeIntervalSince1970: 0)))
    }
}

extension OrganizationID {
    /// In which people are named towards the organization: not by its addresses, which may change.
    fileprivate var sector: String { "organization " + text }
}

extension Organization {
    /// As an OAuth client: it authenticates by its keys, gets tokens to push with as a market, and sends people here if it
    /// has addresses for that.
    fileprivate func client(at instant: Date) -> RegisteredClient {
        var metadata = ClientMetadata()
        metadata.authenticationMethod = .privateKeyJWT
        metadata.keys = .inline(keys.json)
        metadata.name = LocalizedText(display.map { .init(language: $0.locale, text: $0.name) })
        metadata.redirectURIs = redirectURIs.compactMap { RedirectURI($0) }
        metadata.subjectType = "pairwise"
        metadata.idTokenAlgorithm = .es256
        let sendsPeople = !metadata.redirectURIs.isEmpty
        metadata.grantTypes = sendsPeople ? [GrantType.authorizationCode, GrantType.refreshToken] : []
        metadata.responseTypes = sendsPeople ? ["code"] : []
        if isMarket {
            metadata.grantTypes.append(GrantType.clientCredentials)
            // What it may ask for is listed, since client credentials give nothing that is not (RFC 6749 §3.3).
            metadata.scope = [MarketAccess.scope]
            if sendsPeople { metadata.scope?.append(contentsOf: Self.loginScopes) }
        }
        return RegisteredClient(
            id: id.text, metadata: metadata, isVerified: true, fixedSector: id.sector, createdAt: instant)
    }

    private static let loginScopes = ["openid", "profile", "email", "phone", "address", "offline_access"]
}

/// Tokens that markets were given for themselves.
struct MarketTokens: ClientTokens {
    let access: ClientAccess
    let issuer: String

    func client(
        of request: EndpointRequest, scope: String, path: String, at instant: Date
    ) async throws -> String {
        try await access.client(of: request, scope: scope, url: issuer + path, at: instant)
    }
}
