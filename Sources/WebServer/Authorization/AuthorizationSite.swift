package import AuthorizationServer
package import Foundation
import HTTPTypes
import OAuth
import WireFormats

/// The routes of the authorization server and OpenID Provider.
package struct AuthorizationSite: Sendable {
    /// Paths below the issuer identifier.
    package enum Paths {
        package static let authorize = "/auth/authorize"
        package static let push = "/auth/par"
        package static let token = "/auth/token-endpoint"
        package static let userInfo = "/auth/userinfo"
        package static let introspect = "/auth/introspect"
        package static let revoke = "/auth/revoke"
        package static let challenge = "/auth/challenge"
        package static let keys = "/auth/jwks.json"
        package static let register = "/auth/register"
        package static let logout = "/auth/logout"
        package static let interaction = "/auth/interaction/"
        package static let account = "/account"
    }

    /// The endpoints that programs talk to.
    package struct Endpoints: Sendable {
        let push: PushedRequests
        let userInfo: UserInfoEndpoint
        let introspection: IntrospectionEndpoint
        let revocation: RevocationEndpoint
        let registration: RegistrationEndpoint
        let authenticator: ClientAuthenticator

        package init(
            push: PushedRequests, userInfo: UserInfoEndpoint, introspection: IntrospectionEndpoint,
            revocation: RevocationEndpoint, registration: RegistrationEndpoint, authenticator: ClientAuthenticator
        ) {
            self.push = push
            self.userInfo = userInfo
            self.introspection = introspection
            self.revocation = revocation
            self.registration = registration
            self.authenticator = authenticator
        }
    }

    let path: String
    let endpoints: Endpoints
    let browser: BrowserSite
    let keys: @Sendable () -> PublishedDocument
    let now: @Sendable () -> Date

    /// - Parameter path: of the issuer identifier: empty, or beginning with a slash.
    package init(
        path: String, endpoints: Endpoints, browser: BrowserSite, keys: @escaping @Sendable () -> PublishedDocument,
        now: @escaping @Sendable () -> Date
    ) {
        self.path = path
        self.endpoints = endpoints
        self.browser = browser
        self.keys = keys
        self.now = now
    }

    package var routes: [Route] { programRoutes + registrationRoutes + browser.routes(at: path) }

    private var programRoutes: [Route] {
        [
            Route(.post, .exact(path + Paths.push), name: "par", bodyLimit: 128 << 10) { request, _ in
                try await endpoints.push.respond(to: request)
            },
            Route(.get, .exact(path + Paths.userInfo), name: "userinfo") { request, _ in
                try await endpoints.userInfo.respond(to: request)
            },
            Route(.post, .exact(path + Paths.userInfo), name: "userinfo", bodyLimit: 32 << 10) { request, _ in
                try await endpoints.userInfo.respond(to: request)
            },
            Route(.post, .exact(path + Paths.introspect), name: "introspection", bodyLimit: 64 << 10) { request, _ in
                try await endpoints.introspection.respond(to: request)
            },
            Route(.post, .exact(path + Paths.revoke), name: "revocation", bodyLimit: 64 << 10) { request, _ in
                try await endpoints.revocation.respond(to: request)
            },
            Route(.post, .exact(path + Paths.challenge), name: "attestation_challenge", bodyLimit: 4 << 10) { _, _ in
                endpoints.authenticator.respondToChallengeRequest(at: now())
            },
            Route(.get, .exact(path + Paths.keys), name: "jwks") { request, _ in keys().respond(to: request) },
        ]
    }

    private var registrationRoutes: [Route] {
        let one = Route.Path.withParameter(prefix: path + Paths.register + "/")
        let manage: Route.Handler = { request, id in
            guard let id = String(id).removingPercentEncoding else { throw RequestRefusal.notFound }
            return try await endpoints.registration.manage(request, clientID: id)
        }
        return [
            Route(.post, .exact(path + Paths.register), name: "registration", bodyLimit: 64 << 10) { request, _ in
                try await endpoints.registration.register(request)
            },
            Route(.get, one, name: "registration", handler: manage),
            Route(.put, one, name: "registration", bodyLimit: 64 << 10, handler: manage),
            Route(.delete, one, name: "registration", handler: manage),
        ]
    }
}
