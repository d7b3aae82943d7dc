package import DataSharing
package import Foundation

/// Tells the operator what people are called at an organization, for its initial loading.
package struct Subjects: Sendable {
    package static let maximumCount = 1000

    let organizations: Organizations
    let naming: any SubjectNaming
    let links: any SubjectLinks
    let now: @Sendable () -> Date

    package init(
        organizations: Organizations, naming: any SubjectNaming, links: any SubjectLinks,
        now: @escaping @Sendable () -> Date
    ) {
        self.organizations = organizations
        self.naming = naming
        self.links = links
        self.now = now
    }

    /// The subjects of people by their registry ids, in their order; nil for whom the registry does not have. From now on
    /// the organization may push about them.
    package func link(_ people: [String], to id: OrganizationID) async throws -> [String?] {
        let organization = try await organizations.organization(id)
        var subjects: [String?] = []
        for person in people {
            let subject = try await naming.subject(of: person, at: organization)
            if let subject { try await links.link(id, subject: subject, to: person, at: now()) }
            subjects.append(subject)
        }
        return subjects
    }
}
