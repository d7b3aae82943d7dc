package import DataSharing
package import Foundation
package import OAuth

/// A withdrawal that an organization has to be told of.
package struct WithdrawalNotice: Sendable, Equatable {
    package let id: TicketID
    package let organization: OrganizationID
    /// The Security Event Token's claims that tell what was withdrawn: client, scope, approval and its hash, and whose
    /// as the organization calls them.
    package let event: WithdrawalNotice.Event
    /// How often it was tried.
    package let attempts: Int
    package let expiresAt: Date

    package struct Event: Sendable, Equatable {
        package let clientID: String
        package let scope: String
        package let approvalID: String
        package let approvalHash: String
        package let subject: String
        package let at: Date

        package init(
            clientID: String, scope: String, approvalID: String, approvalHash: String, subject: String, at: Date
        ) {
            self.clientID = clientID
            self.scope = scope
            self.approvalID = approvalID
            self.approvalHash = approvalHash
            self.subject = subject
            self.at = at
        }
    }

    package init(id: TicketID, organization: OrganizationID, event: Event, attempts: Int = 0, expiresAt: Date) {
        self.id = id
        self.organization = organization
        self.event = event
        self.attempts = attempts
        self.expiresAt = expiresAt
    }
}

/// Where notices wait until they are delivered.
package protocol WithdrawalNoticeStore: Sendable {
    /// Notices that are due, which nobody else is given before `lease` is over.
    func take(at instant: Date, lease: Date, limit: Int) async throws -> [WithdrawalNotice]

    /// It is delivered, or given up.
    func remove(_ id: TicketID) async throws

    /// It is tried again at `due`.
    func postpone(_ id: TicketID, until due: Date) async throws
}
