package import HTTPTypes
package import OAuth

/// One line of the table of everything that is served.
package struct Route: Sendable {
    /// A path, or a path whose last segment is a parameter.
    package enum Path: Sendable {
        case exact(String)
        /// The path before the parameter, with its final slash.
        case withParameter(prefix: String)
        /// The same with a parameter of any number of segments.
        case withRest(prefix: String)
    }

    /// What a request must bring to be answered at all. Protocol endpoints that look into tokens say `.open`, as the
    /// endpoint itself authenticates.
    package enum Authentication: Sendable {
        case open
        case managementKey
    }

    package typealias Handler =
        @Sendable (_ request: EndpointRequest, _ parameter: Substring) async throws ->
        EndpointResponse

    package let method: HTTPRequest.Method
    package let path: Path
    package let authentication: Authentication
    /// Bytes; of a larger body nothing is kept.
    package let bodyLimit: Int
    /// Names the route in metrics and logs.
    package let name: String
    /// Whether it tells how the process is, which it does to the end.
    package let isProbe: Bool
    package let handler: Handler

    package init(
        _ method: HTTPRequest.Method, _ path: Path, name: String, authentication: Authentication = .open,
        bodyLimit: Int = 0, isProbe: Bool = false, handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.name = name
        self.isProbe = isProbe
        self.authentication = authentication
        self.bodyLimit = bodyLimit
        self.handler = handler
    }
}
