import DataSharing
package import Foundation
import HTTPTypes
package import OAuth
import WireFormats

/// Lets markets register definitions, and anybody read them.
package struct DefinitionEndpoint: Sendable {
    let access: MarketAccess
    let definitions: Definitions
    let now: @Sendable () -> Date

    package init(access: MarketAccess, definitions: Definitions, now: @escaping @Sendable () -> Date) {
        self.access = access
        self.definitions = definitions
        self.now = now
    }

    /// `POST /sharing/definitions`.
    package func register(_ request: EndpointRequest, path: String) async throws -> EndpointResponse {
        let market = try await access.market(of: request, path: path, at: now())
        guard request.hasContentType("application/json") else { throw MarketRefusal.mediaType }
        let stored = try await definitions.register(request.body, by: .market(market.id))
        return .privateJSON(try await definitions.published(stored, within: PushEndpoint.ledgerWait), status: .created)
    }

    /// `GET /sharing/definitions`: the newest versions of the market's scopes.
    package func list(_ request: EndpointRequest, path: String) async throws -> EndpointResponse {
        let market = try await access.market(of: request, path: path, at: now())
        let newest = try await definitions.newest(of: market.id)
        return .privateJSON(["definitions": .array(newest.map(\.definition.json))])
    }

    /// `GET /sharing/scopes/{scope}`, for anybody: the newest version, or `?version=`.
    package func show(_ request: EndpointRequest, scope: Substring) async throws -> EndpointResponse {
        guard let name = String(scope).removingPercentEncoding.flatMap({ ScopeName($0) }),
            let query = try? FormParameters(parsing: request.query)
        else { throw DefinitionRefusal.unknown }
        var version: Int?
        if let text = query["version"] {
            guard let number = Int(text), number > 0 else { throw DefinitionRefusal.unknown }
            version = number
        }
        let stored = try await definitions.definition(name, version: version)
        return EndpointResponse(
            headers: [.contentType: "application/json", .cacheControl: "public, max-age=60"],
            body: try await definitions.published(stored).encoded())
    }
}
