import DataSharing
import Foundation
import HTTPTypes
import OAuth
package import SharingHub
import WireFormats

/// What the operator may do with data sharing.
package struct SharingAdministration: Sendable {
    let organizations: Organizations
    let definitions: Definitions
    let subjects: Subjects
    /// Removes a person's vault; false if they have none.
    let removeVault: @Sendable (_ person: String) async throws -> Bool

    package init(
        organizations: Organizations, definitions: Definitions, subjects: Subjects,
        removeVault: @escaping @Sendable (_ person: String) async throws -> Bool
    ) {
        self.removeVault = removeVault
        self.organizations = organizations
        self.definitions = definitions
        self.subjects = subjects
    }
}

extension ManagementSite {
    func sharingRoutes(_ sharing: SharingAdministration) -> [Route] {
        organizationRoutes(sharing) + scopeRoutes(sharing.definitions) + [
            managed(.delete, .withParameter(prefix: "/vaults/"), "vaults") { _, id in
                guard let person = String(id).removingPercentEncoding, try await sharing.removeVault(person) else {
                    throw RequestRefusal.notFound
                }
                return EndpointResponse(status: .noContent)
            }
        ]
    }

    private func organizationRoutes(_ sharing: SharingAdministration) -> [Route] {
        let organizations = sharing.organizations
        let one = Route.Path.withRest(prefix: "/organizations/")
        return [
            managed(.get, .exact("/organizations"), "organizations") { _, _ in
                .privateJSON(.array(try await organizations.all().map(\.json)))
            },
            managed(.post, .exact("/organizations"), "organizations", bodyLimit: Organization.maximumBytes) {
                request, _ in
                let added = try await organizations.add(try Self.document(request), isOpen: false)
                return .privateJSON(added.json, status: .created)
            },
            managed(.get, one, "organizations") { _, rest in
                .privateJSON(try await organizations.organization(try Self.organization(rest)).json)
            },
            managed(.put, one, "organizations", bodyLimit: Organization.maximumBytes) { request, rest in
                .privateJSON(try await change(rest, by: try Self.document(request), organizations).json)
            },
            managed(.delete, one, "organizations") { _, rest in
                try await organizations.remove(try Self.organization(rest))
                return EndpointResponse(status: .noContent)
            },
            managed(.post, one, "organizations", bodyLimit: 128 << 10) { request, rest in
                try await act(request, rest, sharing)
            },
        ]
    }

    /// `PUT /organizations/{id}`, and of its parts `/partners` and `/keys`.
    private func change(
        _ rest: Substring, by document: [UInt8], _ organizations: Organizations
    ) async throws -> Organization {
        let (id, part) = try Self.parts(rest)
        switch part {
        case nil: return try await organizations.replace(id, by: document)
        case "partners": return try await organizations.setPartners(try Self.json(document), of: id)
        case "keys": return try await organizations.setKeys(try Self.json(document), of: id)
        default: throw RequestRefusal.notFound
        }
    }

    /// `POST /organizations/{id}/approve`, `/suspend` and `/subjects`.
    private func act(
        _ request: EndpointRequest, _ rest: Substring, _ sharing: SharingAdministration
    ) async throws -> EndpointResponse {
        let (id, part) = try Self.parts(rest)
        switch part {
        case "approve": return .privateJSON(try await sharing.organizations.approve(id).json)
        case "suspend": return .privateJSON(try await sharing.organizations.suspend(id).json)
        case "subjects":
            return .privateJSON(try await link(try Self.json(try Self.document(request)), id, sharing.subjects))
        default: throw RequestRefusal.notFound
        }
    }

    /// `{"person"}` gives `{"subject"}`; `{"people": […]}` gives the subjects of those that the registry has.
    private func link(_ body: JSON, _ id: OrganizationID, _ subjects: Subjects) async throws -> JSON {
        if let person = body["person"]?.string {
            guard let subject = try await subjects.link([person], to: id)[0] else {
                throw ManagementRefusal.unknownPerson
            }
            return ["subject": .string(subject)]
        }
        guard let people = body["people"]?.array, (1...Subjects.maximumCount).contains(people.count),
            people.allSatisfy({ $0.string != nil })
        else { throw ManagementRefusal.member("person or people (1 to \(Subjects.maximumCount) ids)") }
        let ids = people.compactMap(\.string)
        let found = zip(ids, try await subjects.link(ids, to: id))
        return [
            "subjects": .array(
                found.compactMap { person, subject in
                    subject.map { ["person": .string(person), "subject": .string($0)] }
                }), "unknown": .array(found.filter { $0.1 == nil }.map { .string($0.0) }),
        ]
    }

    private func scopeRoutes(_ definitions: Definitions) -> [Route] {
        [
            managed(.get, .exact("/scopes"), "scopes") { _, _ in
                .privateJSON(.array(try await definitions.newest(of: nil).map(\.definition.json)))
            },
            managed(.post, .exact("/scopes"), "scopes", bodyLimit: 64 << 10) { request, _ in
                let stored = try await definitions.register(try Self.document(request), by: .operator)
                return .privateJSON(
                    try await definitions.published(stored, within: PushEndpoint.ledgerWait), status: .created)
            },
            managed(.get, .withParameter(prefix: "/scopes/"), "scopes") { _, name in
                guard let scope = String(name).removingPercentEncoding.flatMap({ ScopeName($0) }) else {
                    throw DefinitionRefusal.unknown
                }
                var versions: [JSON] = []
                for stored in try await definitions.versions(of: scope) {
                    versions.append(try await definitions.published(stored))
                }
                return .privateJSON(.array(versions))
            },
        ]
    }

    private static func organization(_ rest: Substring) throws -> OrganizationID {
        guard let id = OrganizationID(String(rest)) else { throw OrganizationRefusal.unknown }
        return id
    }

    private static func parts(_ rest: Substring) throws -> (OrganizationID, String?) {
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        return (try organization(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
    }

    private static func document(_ request: EndpointRequest) throws(ManagementRefusal) -> [UInt8] {
        guard request.hasContentType("application/json") else { throw .mediaType }
        return request.body
    }

    private static func json(_ document: [UInt8]) throws(ManagementRefusal) -> JSON {
        guard let json = try? JSON(parsing: document) else { throw .json }
        return json
    }
}
