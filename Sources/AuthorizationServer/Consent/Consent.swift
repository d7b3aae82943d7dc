package import Foundation
package import OAuth
package import WireFormats

/// What a person has agreed to.
package struct Consent: Sendable, Equatable {
    package let id: TicketID
    package let person: String
    package let clientID: String
    package let scope: [String]
    /// Configuration and issuer of each credential.
    package let credentials: [GrantedCredential]
    package let claims: [String]
    package let purpose: String?
    package let offersRefresh: Bool
    /// What is shared of data that others have, as the desk wrote it; nil if nothing is.
    package let sharing: JSON?
    package let givenAt: Date
    /// Nil if it was for one time only.
    package let expiresAt: Date?

    package init(
        id: TicketID, person: String, clientID: String, scope: [String], credentials: [GrantedCredential],
        claims: [String], purpose: String?, offersRefresh: Bool, sharing: JSON? = nil, givenAt: Date, expiresAt: Date?
    ) {
        self.id = id
        self.person = person
        self.clientID = clientID
        self.scope = scope
        self.credentials = credentials
        self.claims = claims
        self.purpose = purpose
        self.offersRefresh = offersRefresh
        self.sharing = sharing
        self.givenAt = givenAt
        self.expiresAt = expiresAt
    }

    /// What is stored sealed.
    package var detail: JSON {
        var object: JSONObject = [
            "person": .string(person), "scope": .strings(scope), "credentials": .array(credentials.map(\.json)),
            "claims": .strings(claims), "refresh": .bool(offersRefresh),
        ]
        object["purpose"] = purpose.map(JSON.string)
        object["sharing"] = sharing
        return .object(object)
    }

    package init(
        id: TicketID, clientID: String, detail: JSON, givenAt: Date, expiresAt: Date?
    ) throws(DamagedState) {
        guard let person = detail["person"]?.string else { throw DamagedState("consent") }
        self.init(
            id: id, person: person, clientID: clientID, scope: detail["scope"]?.strings ?? [],
            credentials: try (detail["credentials"]?.array ?? []).map { json throws(DamagedState) in
                try GrantedCredential(json)
            },
            claims: detail["claims"]?.strings ?? [], purpose: detail["purpose"]?.string,
            offersRefresh: detail["refresh"]?.bool ?? false, sharing: detail["sharing"], givenAt: givenAt,
            expiresAt: expiresAt)
    }
}

/// A consent with what has become of it.
package struct RecordedConsent: Sendable {
    package let consent: Consent
    package let lastUsedAt: Date?
    package let withdrawnAt: Date?

    package init(consent: Consent, lastUsedAt: Date?, withdrawnAt: Date?) {
        self.consent = consent
        self.lastUsedAt = lastUsedAt
        self.withdrawnAt = withdrawnAt
    }
}

/// Where consents are kept.
package protocol ConsentStore: Sendable {
    /// What the person has agreed to towards the client that still holds.
    func standing(person: String, clientID: String, at instant: Date) async throws -> [Consent]

    /// All of the person's, newest first, at most 200.
    func consents(of person: String) async throws -> [RecordedConsent]

    /// Withdraws it if it is the person's, and revokes every grant given under it; false if it is not.
    func withdraw(
        _ id: TicketID, of person: String, with companion: (any GrantCompanion)?, at instant: Date
    ) async throws -> Bool
}
