import Foundation
import OAuth
import PersonAuthentication

/// What an interaction needs to know about the person, and why.
struct LoginDemand: Sendable {
    let level: AuthenticationLevel
    /// Somebody who is logged in logs in again.
    let isForced: Bool
    /// Seconds since the last login at most.
    let maxAge: Int?
    let clientID: String
    let party: RequestingParty?
    let loginHint: String?

    /// The login for an authorization request.
    init(_ order: AuthorizationOrder) {
        level = order.level
        isForced = order.prompts.contains(.login) || order.prompts.contains(.selectAccount)
        maxAge = order.maxAge
        clientID = order.client.id
        party = order.client.party(redirectURI: order.redirectURI)
        loginHint = order.loginHint
    }

    /// The login for the person's own page.
    ///
    /// - Parameter isForced: who is logged in logs in again.
    init(accountAt level: AuthenticationLevel, isForced: Bool) {
        self.level = level
        self.isForced = isForced
        maxAge = nil
        clientID = ""
        party = nil
        loginHint = nil
    }

    func isMet(by session: Session, at instant: Date) -> Bool {
        guard !isForced, level.isReached(by: session.methods) else { return false }
        // A second's grace would be a second too much: max_age=0 asks for a login now.
        return maxAge.map { instant.timeIntervalSince(session.authenticatedAt) <= Double($0) } ?? true
    }

    /// The methods that may come next for somebody who has passed some, in the operator's order.
    func nextMethods(after passed: [LoginMethod]) -> [LoginMethod] {
        var methods: [LoginMethod] = []
        for alternative in level.alternatives
        where alternative.count > passed.count && Array(alternative.prefix(passed.count)) == passed {
            let next = alternative[passed.count]
            if !methods.contains(next) { methods.append(next) }
        }
        return methods
    }

    /// How many methods the way through `method` takes.
    func steps(through method: LoginMethod, after passed: [LoginMethod]) -> Int {
        let wanted = passed + [method]
        return level.alternatives.filter { Array($0.prefix(wanted.count)) == wanted }.map(\.count).min() ?? 1
    }
}

/// A person who has shown who they are as well as was asked.
struct IdentifiedPerson: Sendable {
    let person: String
    let methods: [LoginMethod]
    let authenticatedAt: Date
    /// ``Session/name``.
    let session: TicketID
    /// ``Session/id``.
    let sessionID: TicketID

    init(_ session: Session) {
        person = session.person
        methods = session.methods
        authenticatedAt = session.authenticatedAt
        self.session = session.name
        sessionID = session.id
    }
}
