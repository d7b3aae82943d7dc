import HTTPTypes
package import OAuth

/// The routes of a server's well-known documents, each at both placements in use: after the host, and after the path.
package struct WellKnownRoutes: Sendable {
    /// Of the server's identifier: empty, or beginning with a slash.
    let path: String

    package init(path: String) {
        self.path = path
    }

    /// The path of a server's identifier.
    package static func path(of identifier: String) -> String {
        WellKnown.split(identifier).map { $0.path == "/" ? "" : $0.path } ?? ""
    }

    package func routes(
        _ document: String, name: String,
        handler: @escaping @Sendable (EndpointRequest) async throws -> EndpointResponse
    ) -> [Route] {
        let inserted = "/.well-known/" + document + path
        let appended = path + "/.well-known/" + document
        return (inserted == appended ? [inserted] : [inserted, appended]).map { path in
            Route(.get, .exact(path), name: name) { request, _ in try await handler(request) }
        }
    }
}

/// What every process answers, whatever its roles.
package enum CommonRoutes {
    package static let all = [
        Route(.get, .exact("/health"), name: "health") { _, _ in
            EndpointResponse(headers: [.contentType: "application/json"], body: Array(#"{"status":"ok"}"#.utf8))
        }
    ]
}

/// The token endpoint with the metadata by which it is found: of a whole authorization server, or of an issuer's own for
/// pre-authorized codes.
package struct TokenSite: Sendable {
    let path: String
    let token: @Sendable (EndpointRequest) async throws -> EndpointResponse
    let metadata: PublishedDocument
    /// OpenID Connect Discovery knows the document by another name.
    let isOpenIDProvider: Bool

    package init(
        identifier: String, metadata: AuthorizationServerMetadata, isOpenIDProvider: Bool,
        token: @escaping @Sendable (EndpointRequest) async throws -> EndpointResponse
    ) {
        path = WellKnownRoutes.path(of: identifier)
        self.token = token
        self.metadata = PublishedDocument(metadata.json)
        self.isOpenIDProvider = isOpenIDProvider
    }

    package var routes: [Route] {
        let names = ["oauth-authorization-server"] + (isOpenIDProvider ? ["openid-configuration"] : [])
        let documents = names.flatMap { name in
            WellKnownRoutes(path: path).routes(name, name: "authorization_server_metadata") {
                metadata.respond(to: $0)
            }
        }
        return documents + [
            Route(.post, .exact(path + IssuerSite.Paths.token), name: "token", bodyLimit: 64 << 10) { request, _ in
                try await token(request)
            }
        ]
    }
}
