import DataSharing
import Foundation
import HTTPTypes
import OAuth
package import SharingHub
import WireFormats

/// The routes of the data-sharing hub that markets talk to, and what anybody may read.
package struct SharingSite: Sendable {
    /// Paths below the issuer identifier.
    package enum Paths {
        package static let digests = "/sharing/digests"
        package static let deposits = "/sharing/deposits"
        package static let definitions = "/sharing/definitions"
        package static let scopes = "/sharing/scopes/"
        package static let subjects = "/sharing/subjects/"
        package static let organizations = "/sharing/organizations"
    }

    let path: String
    let pushes: PushEndpoint
    let definitions: DefinitionEndpoint
    let personKeys: PersonKeysEndpoint
    let organizations: Organizations
    /// Nil where organizations are added by the operator only.
    let registration: OpenRegistration?

    /// How organizations register by themselves.
    package struct OpenRegistration: Sendable {
        /// Seconds that whoever asks from a network address has to wait; nil if they need not.
        let wait: @Sendable (_ address: String) async throws -> Int?

        package init(wait: @escaping @Sendable (_ address: String) async throws -> Int?) { self.wait = wait }
    }

    /// - Parameter path: of the issuer identifier: empty, or beginning with a slash.
    package init(
        path: String, pushes: PushEndpoint, definitions: DefinitionEndpoint, personKeys: PersonKeysEndpoint,
        organizations: Organizations, registration: OpenRegistration?
    ) {
        self.path = path
        self.pushes = pushes
        self.definitions = definitions
        self.personKeys = personKeys
        self.organizations = organizations
        self.registration = registration
    }

    package var routes: [Route] { pushRoutes + definitionRoutes + organizationRoutes }

    private var pushRoutes: [Route] {
        [
            Route(.post, .exact(path + Paths.digests), name: "sharing_digests", bodyLimit: 1 << 20) { request, _ in
                try await pushes.takeDigests(request, path: Paths.digests)
            },
            Route(.post, .exact(path + Paths.deposits), name: "sharing_deposits", bodyLimit: 1 << 20) { request, _ in
                try await pushes.takeDeposits(request, path: Paths.deposits)
            },
            Route(.delete, .withParameter(prefix: path + Paths.digests + "/"), name: "sharing_digests") { request, id in
                try await pushes.erase(request, id: id, heldBy: .market, path: Paths.digests + "/" + id)
            },
            Route(.delete, .withParameter(prefix: path + Paths.deposits + "/"), name: "sharing_deposits") {
                request, id in
                try await pushes.erase(request, id: id, heldBy: .person, path: Paths.deposits + "/" + id)
            },
            Route(.get, .withRest(prefix: path + Paths.subjects), name: "sharing_subjects") { request, rest in
                guard let subject = Self.name(rest, before: "keys") else { throw RequestRefusal.notFound }
                return try await personKeys.respond(to: request, subject: subject, path: Paths.subjects + rest)
            },
        ]
    }

    private var definitionRoutes: [Route] {
        [
            Route(.post, .exact(path + Paths.definitions), name: "sharing_definitions", bodyLimit: 64 << 10) {
                request, _ in
                try await definitions.register(request, path: Paths.definitions)
            },
            Route(.get, .exact(path + Paths.definitions), name: "sharing_definitions") { request, _ in
                try await definitions.list(request, path: Paths.definitions)
            },
            Route(.get, .withParameter(prefix: path + Paths.scopes), name: "sharing_scopes") { request, scope in
                try await definitions.show(request, scope: scope)
            },
        ]
    }

    private var organizationRoutes: [Route] {
        var routes = [
            Route(.get, .withRest(prefix: path + Paths.organizations + "/"), name: "sharing_organizations") { _, rest in
                guard let id = Self.name(rest, before: "keys").flatMap({ OrganizationID(String($0)) }) else {
                    throw RequestRefusal.notFound
                }
                return EndpointResponse(
                    headers: [.contentType: "application/jwk-set+json", .cacheControl: "public, max-age=60"],
                    body: try await organizations.publishedKeys(of: id).encoded())
            }
        ]
        if let registration {
            routes.append(
                Route(
                    .post, .exact(path + Paths.organizations), name: "sharing_organizations",
                    bodyLimit: Organization.maximumBytes
                ) { request, _ in try await register(request, registration) })
        }
        return routes
    }

    /// What stands before a last segment; nil for any other path.
    private static func name(_ rest: Substring, before last: String) -> Substring? {
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1] == last ? parts[0] : nil
    }

    private func register(
        _ request: EndpointRequest, _ registration: OpenRegistration
    ) async throws -> EndpointResponse {
        guard request.hasContentType("application/json") else { throw MarketRefusal.mediaType }
        if let seconds = try await registration.wait(request.clientAddress) {
            throw RegistrationLimit(seconds: seconds)
        }
        let organization = try await organizations.add(request.body, isOpen: true)
        return .privateJSON(organization.json, status: .created)
    }
}

/// Too many organizations were registered from one network address.
struct RegistrationLimit: Refusal, Equatable {
    let seconds: Int

    var wire: WireRefusal {
        WireRefusal(.tooManyRequests, "slow_down", "Too many registrations from this address; try again later")
            .with(.retryAfter, String(seconds))
    }

    var reason: String { wire.description }
}
