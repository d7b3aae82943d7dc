import AuthorizationServer
import ConfigurationFile
import Foundation
import OAuth
import Storage
import WebServer
import WireFormats

extension Installation {
    /// What the operator may do with clients.
    func clientAdministration(_ provider: Provider) -> ClientAdministration {
        let (store, registration, directory) = (provider.clientStore, provider.registration, provider.directory)
        let (mint, now) = (provider.initialTokens, now)
        let resources =
            [provider.policy.issuer] + provider.policy.resources.map(\.identifier)
            + configuration.authorizationServer.credentialIssuers
        return ClientAdministration(
            list: {
                let stored = try await store.clients(after: nil, limit: 1000)
                let configured = directory.configuredClients.map { $0.listing(isConfigured: true) }
                return .array(configured + stored.map { $0.listing(isConfigured: false) })
            },
            add: { object in
                var object = object
                // Unlike strangers' libraries, what an operator adds here is new: it takes the faster algorithm.
                if object["id_token_signed_response_alg"] == nil { object["id_token_signed_response_alg"] = "ES256" }
                let added = try await registration.add(
                    try ClientMetadata(json: object), isVerified: true,
                    resource: try Self.resource(object["resource"], among: resources), at: now())
                var answer: JSONObject = ["id": .string(added.client.id), "client_id": .string(added.client.id)]
                answer["client_secret"] = added.secret.map(JSON.string)
                for member in added.client.metadata.json.members { answer[member.name] = member.value }
                return .object(answer)
            },
            remove: { try await store.remove($0, at: now()) },
            invite: { uses in
                let instant = now()
                let ticket = mint.mint(at: instant)
                let expiresAt = instant.addingTimeInterval(7 * 86_400)
                try await store.insertInitialToken(ticket.id, uses: uses, expiresAt: expiresAt)
                return [
                    "initial_access_token": .string(ticket.text), "uses": .integer(Int64(uses)),
                    "expires_at": .string(expiresAt.formatted(.iso8601)),
                ]
            })
    }

    /// Whom tokens can be for: a client that stands for anybody else could never be told of one.
    private static func resource(
        _ value: JSON?, among known: [String]
    ) throws(ClientMetadataRefusal) -> String? {
        guard let value, value != .null else { return nil }
        guard let text = value.string, known.contains(where: { $0.hasSameBytes(as: text) }) else {
            throw .member("resource", "it is not known here; name it in authorization_server.resources")
        }
        return text
    }
}

extension RegisteredClient {
    fileprivate func listing(isConfigured: Bool) -> JSON {
        [
            "id": .string(id), "name": .string(metadata.name?.entries.first?.text ?? id),
            "token_endpoint_auth_method": .string(metadata.authenticationMethod.rawValue),
            "redirect_uris": .array(metadata.redirectURIs.map { .string($0.text) }),
            "grant_types": .array(metadata.grantTypes.map(JSON.string)),
            "configured": .bool(isConfigured), "verified": .bool(isVerified),
        ]
    }
}
