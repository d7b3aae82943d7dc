package import Anchoring
import HTTPTypes
package import OAuth
import WireFormats

/// What the ledger was anchored with, for everybody: an auditor looks it up in the chain.
package struct AnchorsSite: Sendable {
    private let path: String
    private let newest: @Sendable (_ limit: Int) async throws -> [AnchorRecord]

    /// - Parameter identifier: the server's public address.
    package init(identifier: String, newest: @escaping @Sendable (_ limit: Int) async throws -> [AnchorRecord]) {
        path = WellKnownRoutes.path(of: identifier) + "/sharing/ledger/anchors"
        self.newest = newest
    }

    package var routes: [Route] {
        [
            Route(.get, .exact(path), name: "ledger_anchors") { request, _ in
                let records = try await newest(try Self.limit(request))
                // What is not sent yet may be prepared anew.
                let sent = records.filter { $0.state != .prepared }
                var response = EndpointResponse.privateJSON(["anchors": .array(sent.map(\.json))])
                response.headers[.accessControlAllowOrigin] = "*"
                return response
            }
        ]
    }

    private static func limit(_ request: EndpointRequest) throws(AnchorListRefusal) -> Int {
        guard let query = try? FormParameters(parsing: request.query),
            let limit = query["limit"].map({ Int($0) }) ?? 100, (1...1000).contains(limit)
        else { throw .limit }
        return limit
    }
}

package enum AnchorListRefusal: Refusal, Equatable {
    case limit

    package var wire: WireRefusal {
        switch self {
        case .limit: WireRefusal(.badRequest, "invalid_request", "limit must be a number from 1 to 1000")
        }
    }

    package var reason: String { wire.description }
}
