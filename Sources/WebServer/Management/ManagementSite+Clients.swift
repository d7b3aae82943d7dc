import AuthorizationServer
import Foundation
import HTTPTypes
import IdentityRegistry
import OAuth
import PersonAuthentication
package import WireFormats

/// What the operator may do with OAuth clients.
package struct ClientAdministration: Sendable {
    let list: @Sendable () async throws -> JSON
    /// From client metadata; answers with the identifier, and once with any secret.
    let add: @Sendable (JSONObject) async throws -> JSON
    /// False if there is no such client.
    let remove: @Sendable (String) async throws -> Bool
    /// Makes an initial access token for dynamic registration.
    let invite: @Sendable (_ uses: Int) async throws -> JSON

    package init(
        list: @escaping @Sendable () async throws -> JSON,
        add: @escaping @Sendable (JSONObject) async throws -> JSON,
        remove: @escaping @Sendable (String) async throws -> Bool,
        invite: @escaping @Sendable (_ uses: Int) async throws -> JSON
    ) {
        self.list = list
        self.add = add
        self.remove = remove
        self.invite = invite
    }
}

extension ManagementSite {
    func clientRoutes(_ clients: ClientAdministration) -> [Route] {
        [
            managed(.get, .exact("/clients"), "clients") { _, _ in .privateJSON(try await clients.list()) },
            managed(.post, .exact("/clients"), "clients", bodyLimit: 64 << 10) { request, _ in
                .privateJSON(try await clients.add(try Self.object(request)), status: .created)
            },
            managed(.delete, .withParameter(prefix: "/clients/"), "clients") { _, id in
                guard let id = String(id).removingPercentEncoding, try await clients.remove(id) else {
                    throw ManagementRefusal.unknownClient
                }
                return EndpointResponse(status: .noContent)
            },
            managed(.post, .exact("/client-invitations"), "clients", bodyLimit: 4 << 10) { request, _ in
                let uses = try Self.object(request)["uses"]?.integer ?? 1
                guard (1...1000).contains(uses) else { throw ManagementRefusal.member("uses") }
                return .privateJSON(try await clients.invite(Int(uses)), status: .created)
            },
        ]
    }

    /// Passwords and PINs of people.
    var loginRoutes: [Route] {
        guard let logins else { return [] }
        return [
            managed(.put, .withParameter(prefix: "/registry/logins/"), "logins", bodyLimit: 8 << 10) { request, id in
                let body = try Self.object(request)
                guard let id = String(id).removingPercentEncoding else { throw ManagementRefusal.unknownPerson }
                for kind in SecretKind.allCases {
                    guard let value = body[kind.rawValue] else { continue }
                    guard let secret = value.string else { throw ManagementRefusal.member(kind.rawValue) }
                    switch try await logins.set(secret, as: kind, of: id) {
                    case .failure(let refusal): throw ManagementRefusal.login(refusal)
                    case .success(let ended): try await logouts?.conclude(ended.compactMap { TicketID(bytes: $0) })
                    }
                }
                return EndpointResponse(status: .noContent)
            },
            managed(.get, .withParameter(prefix: "/registry/logins/"), "logins") { _, id in
                guard let id = String(id).removingPercentEncoding, let methods = try await logins.methods(of: id)
                else { throw ManagementRefusal.unknownPerson }
                return .privateJSON(["id": .string(id), "methods": .array(methods.map { .string($0.rawValue) })])
            },
        ]
    }

    private static func object(_ request: EndpointRequest) throws(ManagementRefusal) -> JSONObject {
        guard request.hasContentType("application/json") else { throw .mediaType }
        guard let object = (try? JSON(parsing: request.body))?.object else { throw .json }
        return object
    }
}
