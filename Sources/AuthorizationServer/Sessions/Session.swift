package import Foundation
package import OAuth
package import PersonAuthentication
package import WireFormats

/// That a person is logged in with a browser.
package struct Session: Sendable, Equatable {
    package let id: TicketID
    /// What clients know it by (`sid`), the same when the person logs in again and the session gets a new identifier.
    package let name: TicketID
    /// The registry's id.
    package let person: String
    package let methods: [LoginMethod]
    package let authenticatedAt: Date
    package let expiresAt: Date
    /// Moved on now and then while the session is used.
    package let lastSeenAt: Date

    package init(
        id: TicketID, name: TicketID, person: String, methods: [LoginMethod], authenticatedAt: Date, expiresAt: Date,
        lastSeenAt: Date
    ) {
        self.id = id
        self.name = name
        self.person = person
        self.methods = methods
        self.authenticatedAt = authenticatedAt
        self.expiresAt = expiresAt
        self.lastSeenAt = lastSeenAt
    }

    /// What is stored sealed.
    package var detail: JSON {
        [
            "name": .string(name.text), "person": .string(person), "methods": .strings(methods.map(\.rawValue)),
            "at": .integer(Int64(authenticatedAt.timeIntervalSince1970)),
        ]
    }

    package init(id: TicketID, detail: JSON, expiresAt: Date, lastSeenAt: Date) throws(DamagedState) {
        guard let name = detail["name"]?.ticketID, let person = detail["person"]?.string, let at = detail["at"]?.integer
        else {
            throw DamagedState("session")
        }
        self.init(
            id: id, name: name, person: person, methods: detail["methods"]?.strings.compactMap(LoginMethod.init) ?? [],
            authenticatedAt: Date(timeIntervalSince1970: Double(at)), expiresAt: expiresAt, lastSeenAt: lastSeenAt)
    }
}

/// Where sessions are kept.
package protocol SessionStore: Sendable {
    /// The session if it has not ended.
    func session(_ id: TicketID) async throws -> Session?

    /// As ``session(_:)``; another process may have ended it since. For what asks again before it acts.
    func recentSession(_ id: TicketID) async throws -> Session?

    /// The session, ended or not.
    func lastingOrEnded(_ id: TicketID) async throws -> Session?

    /// Notes that the session is in use.
    func touch(_ id: TicketID, at instant: Date) async throws

    /// Ends the session, if it has not ended, and revokes the grants given in it; the clients that had any.
    func end(_ session: Session, at instant: Date) async throws -> [String]
}

/// Ends sessions, and tells the clients that people have used in them.
package protocol SessionEnding: Sendable {
    func end(_ session: Session) async throws
}
