package import DataSharing
package import Foundation
package import OAuth
package import WireFormats

/// What a consent records of the data shared under it: for the person's page, their receipt, and to tell everybody when
/// they withdraw it.
package struct SharingConsentRecord: Sendable, Equatable {
    package let grant: TicketID
    package let provider: OrganizationID
    /// What the service provider calls the person.
    package let providerSubject: String
    package let scopes: [Scope]

    package struct Scope: Sendable, Equatable {
        package let scope: String
        package let version: Int
        package let heldBy: ScopeDefinition.Holder
        package let market: OrganizationID
        /// What the market calls the person; nil where the market has said nothing, since the person typed the values.
        package let marketSubject: String?
        package let claims: [String]
        package let purpose: String?
        package let until: Date
        /// The compact JWT that the person's browser signed.
        package let approval: String
        /// Its `jti`.
        package let approvalID: String
        /// The person has typed the values, and nobody has confirmed them.
        package let isSelfAsserted: Bool
        /// The ledger's entry of the approval, and the salt that opens it.
        package let logged: Logged
    }

    package struct Logged: Sendable, Equatable {
        package let entry: [UInt8]
        package let salt: [UInt8]

        package init(entry: [UInt8], salt: [UInt8]) { (self.entry, self.salt) = (entry, salt) }
    }

    /// - Parameters:
    ///   - marketSubjects: what the market of each scope calls the person.
    ///   - logged: the entry of each scope's approval.
    package init(
        _ sharing: RecordedSharing, of order: DataOrder, providerSubject: String, marketSubjects: [String],
        logged: [Logged]
    ) {
        grant = sharing.grant
        provider = sharing.provider
        self.providerSubject = providerSubject
        scopes = zip(sharing.scopes, zip(marketSubjects, logged)).map { shared, more in
            Scope(
                scope: shared.scope, version: shared.version, heldBy: shared.heldBy, market: shared.market,
                marketSubject: shared.place == nil ? nil : more.0, claims: shared.claims,
                purpose: order.scopes.first { $0.name.text == shared.scope }?.purpose, until: shared.until,
                approval: shared.approval, approvalID: shared.approvalID, isSelfAsserted: shared.place == nil,
                logged: more.1)
        }
    }

    package var json: JSON {
        [
            "grant": .string(grant.text), "provider": .string(provider.text), "sub": .string(providerSubject),
            "scopes": .array(scopes.map(\.json)),
        ]
    }

    /// Nil for what was not written by this program.
    package init?(json: JSON) {
        guard let grant = json["grant"]?.string.flatMap({ TicketID(text: $0) }),
            let provider = json["provider"]?.string.flatMap({ OrganizationID($0) }),
            let subject = json["sub"]?.string, let elements = json["scopes"]?.array
        else { return nil }
        let scopes = elements.compactMap(Scope.init(json:))
        guard scopes.count == elements.count else { return nil }
        self.grant = grant
        self.provider = provider
        providerSubject = subject
        self.scopes = scopes
    }

    /// Who is to be told that it is over: the service provider of each scope, and the market whose word was shared.
    package func notices(at instant: Date) -> [WithdrawalNotice] {
        scopes.flatMap { scope -> [WithdrawalNotice] in
            func notice(_ organization: OrganizationID, _ subject: String) -> WithdrawalNotice {
                WithdrawalNotice(
                    id: TicketID(at: instant), organization: organization,
                    event: WithdrawalNotice.Event(
                        clientID: provider.text, scope: scope.scope, approvalID: scope.approvalID,
                        approvalHash: MessageHash(of: scope.approval).text, subject: subject, at: instant),
                    expiresAt: instant.addingTimeInterval(WithdrawalNotices.patience))
            }
            let toProvider = notice(provider, providerSubject)
            return scope.marketSubject.map { [toProvider, notice(scope.market, $0)] } ?? [toProvider]
        }
    }

    /// What the ledger commits to when it is withdrawn: one value for each scope.
    package var withdrawals: [[UInt8]] {
        scopes.map { Array("withdrawal".utf8) + MessageHash(of: $0.approval).bytes }
    }
}

extension SharingConsentRecord.Scope {
    var json: JSON {
        var object: JSONObject = [
            "scope": .string(scope), "version": .integer(Int64(version)), "held_by": .string(heldBy.rawValue),
            "market": .string(market.text),
        ]
        object["market_sub"] = marketSubject.map(JSON.string)
        object["claims"] = .array(claims.map(JSON.string))
        object["purpose"] = purpose.map(JSON.string)
        object["until"] = .integer(Int64(until.timeIntervalSince1970))
        object["approval"] = .string(approval)
        object["approval_jti"] = .string(approvalID)
        if isSelfAsserted { object["self_asserted"] = true }
        object["ledger"] = [
            "entry": .string(Base64URL.encode(logged.entry)), "salt": .string(Base64URL.encode(logged.salt)),
        ]
        return .object(object)
    }

    init?(json: JSON) {
        guard let scope = json["scope"]?.string, let version = json["version"]?.integer,
            let heldBy = json["held_by"]?.string.flatMap(ScopeDefinition.Holder.init),
            let market = json["market"]?.string.flatMap({ OrganizationID($0) }),
            let claims = json["claims"]?.array?.compactMap(\.string), let until = json["until"]?.integer,
            let approval = json["approval"]?.string, let approvalID = json["approval_jti"]?.string
        else { return nil }
        self.scope = scope
        self.version = Int(version)
        self.heldBy = heldBy
        self.market = market
        marketSubject = json["market_sub"]?.string
        self.claims = claims
        purpose = json["purpose"]?.string
        self.until = Date(timeIntervalSince1970: Double(until))
        self.approval = approval
        self.approvalID = approvalID
        isSelfAsserted = json["self_asserted"]?.bool ?? false
        func bytes(_ name: String) -> [UInt8] {
            json["ledger"]?[name]?.string.flatMap { try? Base64URL.decode($0) } ?? []
        }
        logged = SharingConsentRecord.Logged(entry: bytes("entry"), salt: bytes("salt"))
    }
}
