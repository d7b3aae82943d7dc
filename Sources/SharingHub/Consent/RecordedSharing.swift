package import DataSharing
package import Foundation
package import OAuth
package import WireFormats

/// What is shared under one grant, as the person signed it.
package struct RecordedSharing: Sendable, Equatable {
    /// The authorization server's grant.
    package let grant: TicketID
    package let consent: TicketID
    /// The service provider.
    package let provider: OrganizationID
    /// The registry's id of the person.
    package let person: String
    /// The compact request object, or else the JSON text of the request's parameters.
    package let request: String
    package let requestIsSigned: Bool
    package let scopes: [RecordedScope]

    package init(
        grant: TicketID, consent: TicketID, provider: OrganizationID, person: String, request: String,
        requestIsSigned: Bool, scopes: [RecordedScope]
    ) {
        self.grant = grant
        self.consent = consent
        self.provider = provider
        self.person = person
        self.request = request
        self.requestIsSigned = requestIsSigned
        self.scopes = scopes
    }

    /// When nothing can be asked for under it any more.
    package var endsAt: Date { scopes.map(\.until).max() ?? .distantPast }
}

/// One scope that a person agreed to share.
package struct RecordedScope: Sendable, Equatable {
    package let scope: String
    package let version: Int
    package let heldBy: ScopeDefinition.Holder
    package let market: OrganizationID
    package let marketURI: String
    /// What the market calls the person; where the person keeps the values, what the service provider does.
    package let subject: String
    /// In the definition's order.
    package let claims: [String]
    /// The compact JWT.
    package let approval: String
    /// `jti` of the approval.
    package let approvalID: String
    package let until: Date
    /// Of the SD-JWT that the market pushed; nil where the person keeps the values.
    package let digestHash: String?
    /// Where the ledger has what was pushed; nil for values that the person typed.
    package let place: LedgerReference?
    /// The JWE that the person's browser made; nil where the market makes it.
    package let release: String?

    package init(
        scope: String, version: Int, heldBy: ScopeDefinition.Holder, market: OrganizationID, marketURI: String,
        subject: String, claims: [String], approval: String, approvalID: String, until: Date, digestHash: String?,
        place: LedgerReference?, release: String?
    ) {
        self.scope = scope
        self.version = version
        self.heldBy = heldBy
        self.market = market
        self.marketURI = marketURI
        self.subject = subject
        self.claims = claims
        self.approval = approval
        self.approvalID = approvalID
        self.until = until
        self.digestHash = digestHash
        self.place = place
        self.release = release
    }
}

extension RecordedSharing {
    /// Everything but the grant's identifier, as it is stored sealed.
    package var json: JSON {
        [
            "consent": .string(consent.text), "provider": .string(provider.text), "person": .string(person),
            "request": .string(request), "signed": .bool(requestIsSigned), "scopes": .array(scopes.map(\.json)),
        ]
    }

    /// Nil for what was not stored by this program.
    package init?(grant: TicketID, json: JSON) {
        guard let consent = json["consent"]?.string.flatMap({ TicketID(text: $0) }),
            let provider = json["provider"]?.string.flatMap({ OrganizationID($0) }),
            let person = json["person"]?.string, let request = json["request"]?.string,
            let isSigned = json["signed"]?.bool, let elements = json["scopes"]?.array
        else { return nil }
        let scopes = elements.compactMap(RecordedScope.init(json:))
        guard scopes.count == elements.count else { return nil }
        self.init(
            grant: grant, consent: consent, provider: provider, person: person, request: request,
            requestIsSigned: isSigned, scopes: scopes)
    }
}

extension RecordedScope {
    var json: JSON {
        var object: JSONObject = [
            "scope": .string(scope), "version": .integer(Int64(version)), "held_by": .string(heldBy.rawValue),
            "market": .string(market.text), "market_uri": .string(marketURI), "sub": .string(subject),
            "claims": .array(claims.map(JSON.string)), "approval": .string(approval), "jti": .string(approvalID),
            "until": .integer(Int64(until.timeIntervalSince1970)),
        ]
        object["digest_hash"] = digestHash.map(JSON.string)
        object["ledger"] = place?.json
        object["release"] = release.map(JSON.string)
        return .object(object)
    }

    init?(json: JSON) {
        guard let scope = json["scope"]?.string, let version = json["version"]?.integer,
            let heldBy = json["held_by"]?.string.flatMap(ScopeDefinition.Holder.init),
            let market = json["market"]?.string.flatMap({ OrganizationID($0) }),
            let marketURI = json["market_uri"]?.string, let subject = json["sub"]?.string,
            let claims = json["claims"]?.array?.compactMap(\.string), let approval = json["approval"]?.string,
            let approvalID = json["jti"]?.string, let until = json["until"]?.integer
        else { return nil }
        self.init(
            scope: scope, version: Int(version), heldBy: heldBy, market: market, marketURI: marketURI,
            subject: subject, claims: claims, approval: approval, approvalID: approvalID,
            until: Date(timeIntervalSince1970: Double(until)), digestHash: json["digest_hash"]?.string,
            place: json["ledger"].flatMap(LedgerReference.init), release: json["release"]?.string)
    }
}
