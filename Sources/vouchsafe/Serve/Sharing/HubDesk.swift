import AuthorizationServer
import DataSharing
import Foundation
import OAuth
import SQLStatements
import SharingHub
import Storage
import TransparencyLog
import WireFormats

/// Data sharing as the authorization server asks for it: the hub's use cases in the store's one step.
struct HubDesk: SharingDesk {
    /// The authorization server's issuer identifier.
    let issuer: String
    let orders: DataOrders
    let releases: SharedReleases
    let grants: SQLSharingGrants
    let notices: SQLWithdrawalNotices
    let source: HubSource
    let links: any SubjectLinks
    let now: @Sendable () -> Date

    private struct Order: SharingOrder {
        let order: DataOrder
        var scopes: [String] { order.scopes.map(\.name.text) }
    }

    func order(_ ask: SharingAsk) async throws -> (any SharingOrder)? {
        do {
            return try await orders.order(clientID: ask.client.id, scopes: ask.scopes, details: ask.details)
                .map(Order.init)
        } catch let refusal as DataOrderRefusal {
            throw SharingAskRefusal(refusal.wire)
        }
    }

    func view(
        of order: any SharingOrder, for visit: SharingVisit, problem: SharingConsentView.Problem?
    ) async throws -> SharingConsentView {
        let question = try await orders.question(
            try own(order), on: occasion(visit), languages: visit.languages)
        return SharingConsentView(
            scopes: question.scopes.map(\.view), hasVault: question.hasVault, problem: problem,
            requestJSON: question.json.encoded())
    }

    func accept(
        _ answer: String, of order: any SharingOrder, for visit: SharingVisit, under consent: TicketID, until: Date?
    ) async throws -> AcceptedSharing {
        let order = try own(order)
        let sharing: RecordedSharing
        do {
            sharing = try await orders.accept(
                answer, to: order, on: occasion(visit),
                as: ConsentRecordKeys(grant: visit.grant, consent: consent, until: until))
        } catch let refusal as ConsentAnswerRefusal {
            throw SharingAnswerRefusal(refusal.isOfChange ? .changed : .refused, reason: refusal.reason)
        }
        let subject = try await source.subject(of: visit.person, at: order.provider)
        let entries = try sharing.scopes.map { try entry(.approval, about: MessageHash(of: $0.approval).bytes) }
        var marketSubjects: [String] = []
        for scope in sharing.scopes {
            guard let asked = order.scopes.first(where: { $0.name.text == scope.scope }) else {
                throw DamagedState("order of shared data")
            }
            marketSubjects.append(try await source.subject(of: visit.person, at: asked.market))
        }
        let record = SharingConsentRecord(
            sharing, of: order, providerSubject: subject, marketSubjects: marketSubjects,
            logged: entries.map { SharingConsentRecord.Logged(entry: $0.pending.entry.bytes, salt: $0.salt) })
        return AcceptedSharing(
            detail: record.json,
            companion: SQLGrantCompanion(
                [grants.recording(sharing)] + entries.map { $0.pending.statement(at: visit.at) }))
    }

    func claims(
        of grant: Grant, for client: RegisteredClient, in place: SharedClaimsPlace, at instant: Date
    ) async throws -> JSONObject {
        guard let shared = try await releases.scopes(of: grant.id, at: instant) else { return JSONObject() }
        return switch place {
        case .idToken: shared.idTokenMembers
        case .userInfo: shared.userInfoMembers
        }
    }

    func shown(_ consent: Consent, lastUsedAt: Date?) async throws -> [SharedScope] {
        guard let record = consent.sharing.flatMap(SharingConsentRecord.init(json:)) else { return [] }
        var shown: [SharedScope] = []
        for scope in record.scopes {
            let definition = try await source.definition(scope.scope, version: scope.version)
            let market = try await source.organization(scope.market)
            shown.append(
                SharedScope(
                    name: definition?.display.names ?? LocalizedText(scope.scope),
                    market: market?.display.names ?? LocalizedText(scope.market.text),
                    claims: scope.claims.map { definition?.claim($0)?.display.names ?? LocalizedText($0) },
                    isSelfAsserted: scope.isSelfAsserted, until: scope.until, lastUsedAt: lastUsedAt))
        }
        return shown
    }

    func withdrawal(of consent: Consent, at instant: Date) async throws -> (any GrantCompanion)? {
        guard let record = consent.sharing.flatMap(SharingConsentRecord.init(json:)) else { return nil }
        let entries = try record.withdrawals.map { try entry(.withdrawal, about: $0).pending.statement(at: instant) }
        return SQLGrantCompanion(
            grants.ending(record.grant) + record.notices(at: instant).map { notices.adding($0, dueAt: instant) }
                + entries)
    }

    func note(subject: String, of person: String, at client: RegisteredClient) async throws {
        guard let id = OrganizationID(client.id), try await source.organization(id)?.isMarket == true else { return }
        try await links.link(id, subject: subject, to: person, at: now())
    }

    private func own(_ order: any SharingOrder) throws -> DataOrder {
        guard let order = order as? Order else { throw DamagedState("order of shared data") }
        return order.order
    }

    private func occasion(_ visit: SharingVisit) -> ConsentOccasion {
        ConsentOccasion(
            issuer: issuer, person: visit.person, nonce: visit.nonce, request: visit.request.text,
            requestIsSigned: visit.request.isSigned, now: Int64(visit.at.timeIntervalSince1970))
    }

    /// What the hub itself has in the ledger says by its commitment nothing of anybody.
    private func entry(
        _ kind: LedgerEntry.Kind, about bytes: [UInt8]
    ) throws -> (pending: PendingLedgerEntry, salt: [UInt8]) {
        let (commitment, salt) = SaltedCommitment.make(to: bytes)
        return (PendingLedgerEntry(entry: try LedgerEntry(kind, by: LedgerEntry.hub, commitment: commitment)), salt)
    }
}

extension ConsentQuestion.Scope {
    fileprivate var view: SharingConsentView.Scope {
        let definition = self.definition
        return SharingConsentView.Scope(
            scope: definition.scope.text, name: definition.display.names ?? LocalizedText(definition.scope.text),
            description: definition.display.descriptions,
            market: ordered.market.display.names ?? LocalizedText(ordered.market.id.text),
            heldBy: definition.heldBy == .market ? .market : .person, purpose: ordered.purpose,
            claims: ordered.claims.map { claim in
                SharingConsentView.Claim(
                    name: claim.definition.name,
                    label: claim.definition.display.names ?? LocalizedText(claim.definition.name),
                    description: claim.definition.display.descriptions, isEssential: claim.isEssential,
                    isThere: has(claim.definition.name))
            })
    }
}

extension [DisplayText] {
    var names: LocalizedText? {
        LocalizedText(map { LocalizedText.Entry(language: $0.locale, text: $0.name) })
    }

    var descriptions: LocalizedText? {
        LocalizedText(
            compactMap { text in text.description.map { LocalizedText.Entry(language: text.locale, text: $0) } })
    }
}
