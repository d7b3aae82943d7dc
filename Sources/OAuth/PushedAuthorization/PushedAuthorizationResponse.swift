import HTTPTypes
import WireFormats

/// The answer to a pushed authorization request, RFC 9126 §2.2.
package struct PushedAuthorizationResponse: Sendable, Equatable {
    package let requestURI: String
    package let lifetime: Duration

    package init(requestURI: String, lifetime: Duration) {
        self.requestURI = requestURI
        self.lifetime = lifetime
    }

    /// Sent with status 201. `expires_in` is in whole seconds.
    package var response: EndpointResponse {
        .privateJSON(
            ["request_uri": .string(requestURI), "expires_in": .integer(lifetime.components.seconds)],
            status: .created)
    }

    /// Why a body is no such answer.
    package enum Malformation: Error, Equatable {
        case notJSONObject
        case requestURI
        case lifetime
    }

    package init(parsing body: [UInt8]) throws(Malformation) {
        guard let object = (try? JSON(parsing: body))?.object else { throw .notJSONObject }
        guard let uri = object["request_uri"]?.string, uri.utf8.count <= 2048, uri.uriScheme != nil else {
            throw .requestURI
        }
        guard let seconds = object["expires_in"]?.integer, (1...86_400).contains(seconds) else { throw .lifetime }
        requestURI = uri
        lifetime = .seconds(seconds)
    }
}
