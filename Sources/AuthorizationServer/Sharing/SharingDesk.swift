package import Foundation
package import OAuth
package import WireFormats

/// The text of an authorization request, as whoever checks a consent for themselves hashes it.
package struct RequestText: Sendable, Equatable {
    /// The compact request object (RFC 9101), or else the JSON text of the request's parameters.
    package let text: String
    package let isSigned: Bool

    package init(text: String, isSigned: Bool) {
        (self.text, self.isSigned) = (text, isSigned)
    }
}

/// What a client asks of data that others have about the person.
package struct SharingAsk: Sendable {
    package let client: RegisteredClient
    /// All scopes of the request.
    package let scopes: [String]
    /// Entries of `authorization_details` of type `data_sharing`.
    package let details: [JSONObject]

    package init(client: RegisteredClient, scopes: [String], details: [JSONObject]) {
        (self.client, self.scopes, self.details) = (client, scopes, details)
    }
}

/// A permissible ``SharingAsk``: the desk that made it reads it again.
package protocol SharingOrder: Sendable {
    /// Data scopes, in the order asked.
    var scopes: [String] { get }
}

/// On whose page, and on which one, a consent is given.
package struct SharingVisit: Sendable {
    package let client: RegisteredClient
    /// The registry's id.
    package let person: String
    /// What must be signed with the consent, so that it is of this page.
    package let nonce: String
    package let grant: TicketID
    package let request: RequestText
    /// What the person reads, the most wanted first.
    package let languages: [String]
    package let at: Date

    package init(
        client: RegisteredClient, person: String, nonce: String, grant: TicketID, request: RequestText,
        languages: [String], at: Date
    ) {
        self.client = client
        self.person = person
        self.nonce = nonce
        self.grant = grant
        self.request = request
        self.languages = languages
        self.at = at
    }
}

/// What the store does in the one step that makes a grant or ends a consent; made and read by the stores.
package protocol GrantCompanion: Sendable {}

/// What a person has signed, found to be what was asked.
package struct AcceptedSharing: Sendable {
    /// What the consent records of it.
    package let detail: JSON
    package let companion: any GrantCompanion

    package init(detail: JSON, companion: any GrantCompanion) {
        (self.detail, self.companion) = (detail, companion)
    }
}

/// Why data cannot be shared as a request asks; a client hears of it.
package struct SharingAskRefusal: Refusal, Equatable {
    package let wire: WireRefusal
    package let reason: String

    package init(_ wire: WireRefusal, reason: String? = nil) {
        self.wire = wire
        self.reason = reason ?? wire.description
    }
}

/// Why what the person's browser made is not taken; the page is shown again.
package struct SharingAnswerRefusal: Error, Equatable {
    package let problem: SharingConsentView.Problem
    /// For the timeline.
    package let reason: String

    package init(_ problem: SharingConsentView.Problem, reason: String) {
        (self.problem, self.reason) = (problem, reason)
    }
}

/// Where the tokens of a sharing are read.
package enum SharedClaimsPlace: Sendable {
    case idToken
    case userInfo
}

/// Consented data sharing as the authorization server sees it.
package protocol SharingDesk: Sendable {
    /// - Returns: nil if the request asks for no data of others.
    /// - Throws: ``SharingAskRefusal``.
    func order(_ ask: SharingAsk) async throws -> (any SharingOrder)?

    /// - Parameter problem: what was wrong with the answer that was sent before.
    func view(
        of order: any SharingOrder, for visit: SharingVisit, problem: SharingConsentView.Problem?
    ) async throws -> SharingConsentView

    /// Checks what was signed in the person's browser.
    ///
    /// - Parameter consent: what the sharing is recorded under.
    /// - Parameter until: when the consent ends; nil if it is for one time.
    /// - Throws: ``SharingAnswerRefusal``.
    func accept(
        _ answer: String, of order: any SharingOrder, for visit: SharingVisit, under consent: TicketID, until: Date?
    ) async throws -> AcceptedSharing

    /// The members that tokens under the grant have; empty if nothing is shared under it.
    func claims(
        of grant: Grant, for client: RegisteredClient, in place: SharedClaimsPlace, at instant: Date
    ) async throws -> JSONObject

    /// What the person is shown of what they agreed to share; empty if nothing was.
    func shown(_ consent: Consent, lastUsedAt: Date?) async throws -> [SharedScope]

    /// What is done when a consent is withdrawn; nil if nothing was shared under it.
    func withdrawal(of consent: Consent, at instant: Date) async throws -> (any GrantCompanion)?

    /// A client will know the person by this name.
    func note(subject: String, of person: String, at client: RegisteredClient) async throws
}
