package import DataSharing
package import Foundation

/// Who people are that organizations call by a subject: a MAC, which cannot be turned back.
package protocol SubjectLinks: Sendable {
    /// Remembers it; once it is known, nothing changes.
    func link(_ organization: OrganizationID, subject: String, to person: String, at instant: Date) async throws

    /// The person's registry id; nil if nobody has this subject there.
    func person(of subject: String, at organization: OrganizationID) async throws -> String?
}

/// Gives the name that a person has at an organization.
package protocol SubjectNaming: Sendable {
    /// Nil if the registry has no such person.
    func subject(of person: String, at organization: Organization) async throws -> String?
}
