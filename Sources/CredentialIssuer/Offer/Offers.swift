import CredentialFormats
package import Foundation
import JOSE
package import OAuth
package import OpenID4VCI
package import TransactionTimeline
package import WireFormats

/// Makes, shows and ends credential offers, OpenID4VCI 1.0 §4.
package struct Offers: Sendable {
    let issuerIdentifier: String
    /// Where offers are fetched from, without the identifier and the slash before it.
    let offerEndpoint: String
    let codes: TicketMint
    /// Makes `issuer_state`; nil where nobody can log in.
    let invitations: TicketMint?
    let store: any OfferStore
    let issuance: CredentialIssuance
    let policy: Policy
    let now: @Sendable () -> Date

    package struct Policy: Sendable {
        package let lifetime: Duration
        /// Digits of a transaction code.
        package let txCodeLength: Int
        /// Which of several authorization servers a grant is for; nil where there is only one.
        package let preAuthorizedServer: String?
        package let loginServer: String?

        package init(
            lifetime: Duration, txCodeLength: Int, preAuthorizedServer: String? = nil, loginServer: String? = nil
        ) {
            (self.lifetime, self.txCodeLength) = (lifetime, txCodeLength)
            (self.preAuthorizedServer, self.loginServer) = (preAuthorizedServer, loginServer)
        }
    }

    package init(
        issuerIdentifier: String, offerEndpoint: String, codes: TicketMint, invitations: TicketMint? = nil,
        store: any OfferStore, issuance: CredentialIssuance, policy: Policy, now: @escaping @Sendable () -> Date
    ) {
        self.issuerIdentifier = issuerIdentifier
        self.offerEndpoint = offerEndpoint
        self.codes = codes
        self.invitations = invitations
        self.store = store
        self.issuance = issuance
        self.policy = policy
        self.now = now
    }

    /// What is asked for when an offer is made.
    package struct Order: Sendable {
        package let credentialConfigurationIDs: [String]
        /// Nil only with the authorization code grant.
        package let subject: AccessGrant.Subject?
        package let grant: OfferGrant
        package let wantsTxCode: Bool

        package init(
            credentialConfigurationIDs: [String], subject: AccessGrant.Subject?,
            grant: OfferGrant = .preAuthorizedCode, wantsTxCode: Bool
        ) {
            self.grant = grant
            self.credentialConfigurationIDs = credentialConfigurationIDs
            self.subject = subject
            self.wantsTxCode = wantsTxCode
        }
    }

    /// An offer just made. The transaction code is never seen again.
    package struct Created: Sendable {
        package let id: TicketID
        package let offer: CredentialOffer
        package let uri: String
        package let txCode: String?
        package let expiresAt: Date

        /// What opens a wallet with the offer in the link.
        package var valueLink: String { CredentialOfferLink.byValue(offer).text }
        /// What opens a wallet that then fetches the offer.
        package var referenceLink: String { CredentialOfferLink.byReference(uri: uri).text }
    }

    package func create(_ order: Order) async throws -> Created {
        _ = try await claims(for: order)
        let instant = now()
        let id = TicketID(at: instant)
        let txCode = order.wantsTxCode ? Self.randomDigits(policy.txCodeLength) : nil
        let stored = StoredOffer(
            id: id, credentialConfigurationIDs: order.credentialConfigurationIDs, subject: order.subject,
            grant: order.grant, txCodeMAC: txCode.map { codes.authenticate($0, for: id) }, createdAt: instant,
            expiresAt: instant.addingTimeInterval(Double(policy.lifetime.components.seconds)))
        try await store.insert(stored)
        return Created(
            id: id, offer: offer(for: stored), uri: uri(of: id), txCode: txCode, expiresAt: stored.expiresAt)
    }

    /// The claims that each credential of an order would have, by configuration; refuses as ``create(_:)`` does.
    package func claims(for order: Order) async throws -> [(configurationID: String, claims: JSONObject)] {
        let ids = order.credentialConfigurationIDs
        guard !ids.isEmpty else { throw OfferRefusal.noConfiguration }
        guard Set(ids).count == ids.count else { throw OfferRefusal.repeatedConfiguration }
        try check(order)
        var claims: [(String, JSONObject)] = []
        for id in ids {
            guard let configuration = issuance.configurations[id] else { throw OfferRefusal.unknownConfiguration }
            do {
                guard let subject = order.subject else { continue }
                claims.append((id, try await issuance.claims(of: subject, for: configuration).object))
            } catch CredentialRefusal.claimsUnavailable(let what) {
                throw OfferRefusal.claims(configuration: id, what)
            }
        }
        return claims
    }

    /// What goes with each grant: whoever logs in is the subject, and needs no transaction code.
    private func check(_ order: Order) throws(OfferRefusal) {
        switch (order.grant, order.subject) {
        case (.preAuthorizedCode, .some): return
        case (.authorizationCode, nil), (.authorizationCode, .registry?):
            guard invitations != nil else { throw .noLogin }
            guard !order.wantsTxCode else { throw .txCodeWithLogin }
        case (.authorizationCode, .pushed?): throw .claimsWithLogin
        case (.preAuthorizedCode, nil): throw .subjectMissing
        }
    }

    /// The offer as a wallet fetches it by reference, OpenID4VCI 1.0 §4.1.3.
    package func respond(toFetchOf text: some StringProtocol) async throws -> (TicketID, EndpointResponse) {
        guard let id = TicketID(text: text), let stored = try await store.offer(id) else {
            throw OfferRefusal.unknownOffer
        }
        let instant = now()
        guard stored.state(at: instant) == .open else {
            let refusal = OfferRefusal.offerOver(stored.state(at: instant))
            let outcome = TimelineEvent.Outcome.refused(code: refusal.wire.code, reason: refusal.reason)
            try await store.append(TimelineEvent(at: instant, step: .offerFetched, outcome: outcome), to: id)
            throw refusal
        }
        try await store.append(TimelineEvent(at: instant, step: .offerFetched), to: id)
        return (id, .privateJSON(offer(for: stored).json))
    }

    package func show(_ id: TicketID) async throws -> (offer: StoredOffer, timeline: [TimelineEvent])? {
        guard let stored = try await store.offer(id) else { return nil }
        return (stored, Self.told(stored.milestones, and: try await store.timeline(of: id)))
    }

    /// What was recorded of a transaction, of an offer or of a login without one, in the order in which it happened.
    package static func told(_ milestones: [TimelineEvent] = [], and recorded: [TimelineEvent]) -> [TimelineEvent] {
        (milestones + recorded.flatMap(\.withNonce)).sorted { $0.isBefore($1) }
    }

    package func list(before: TicketID?, limit: Int) async throws -> [StoredOffer] {
        try await store.offers(before: before, limit: limit)
    }

    package func cancel(_ id: TicketID) async throws -> Bool {
        try await store.cancel(id, at: now())
    }

    /// Adds what happened elsewhere to an offer's timeline.
    package func append(_ event: TimelineEvent, to id: TicketID) async throws {
        try await store.append(event, to: id)
    }

    package func uri(of id: TicketID) -> String { offerEndpoint + "/" + id.text }

    /// The offer as a wallet reads it.
    package func offer(for stored: StoredOffer) -> CredentialOffer {
        CredentialOffer(
            credentialIssuer: issuerIdentifier, credentialConfigurationIDs: stored.credentialConfigurationIDs,
            preAuthorizedCode: stored.grant == .preAuthorizedCode ? preAuthorizedCode(for: stored) : nil,
            authorizationCode: stored.grant == .authorizationCode ? authorizationCode(for: stored) : nil)
    }

    private func preAuthorizedCode(for stored: StoredOffer) -> CredentialOffer.PreAuthorizedCodeGrant {
        CredentialOffer.PreAuthorizedCodeGrant(
            code: codes.ticket(for: stored.id).text,
            txCode: stored.txCodeMAC == nil
                ? nil : CredentialOffer.TxCode(inputMode: .numeric, length: policy.txCodeLength),
            authorizationServer: policy.preAuthorizedServer)
    }

    private func authorizationCode(for stored: StoredOffer) -> CredentialOffer.AuthorizationCodeGrant {
        CredentialOffer.AuthorizationCodeGrant(
            issuerState: invitations?.ticket(for: stored.id).text, authorizationServer: policy.loginServer)
    }

    private static func randomDigits(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<count).map { _ in Character(String(Int.random(in: 0...9, using: &generator))) })
    }
}

extension TimelineEvent {
    /// By time; within a millisecond, which is as exact as a nonce's time, by the order that steps can only have.
    fileprivate func isBefore(_ other: TimelineEvent) -> Bool {
        let (own, others) = (at.milliseconds, other.at.milliseconds)
        guard own == others, let ownStep = Step.allCases.firstIndex(of: step),
            let otherStep = Step.allCases.firstIndex(of: other.step)
        else { return own < others }
        return ownStep < otherStep
    }

    /// The event, and before it the fetching of the nonce that it used: nothing is written when a nonce is handed out.
    fileprivate var withNonce: [TimelineEvent] {
        guard let milliseconds = detail[CredentialIssuance.nonceFetchedAt]?.integer else { return [self] }
        var detail = detail
        detail[CredentialIssuance.nonceFetchedAt] = nil
        return [
            TimelineEvent(at: Date(timeIntervalSince1970: Double(milliseconds) / 1000), step: .nonce),
            TimelineEvent(at: at, step: step, outcome: outcome, detail: detail),
        ]
    }
}

extension Date {
    fileprivate var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded(.down)) }
}

extension StoredOffer {
    /// What the offer itself tells of its life, and so is not written down a second time.
    fileprivate var milestones: [TimelineEvent] {
        [
            TimelineEvent(at: createdAt, step: .offerCreated),
            progress.redeemedAt.map { TimelineEvent(at: $0, step: .token) },
            progress.cancelledAt.map { TimelineEvent(at: $0, step: .offerCancelled) },
        ].compactMap { $0 }
    }

    package enum State: String, Sendable, CaseIterable {
        case open
        case redeemed
        case expired
        case cancelled
        /// Too many wrong transaction codes.
        case locked
    }

    package func state(at instant: Date) -> State {
        if progress.cancelledAt != nil { return .cancelled }
        if progress.redeemedAt != nil { return .redeemed }
        if progress.failedTries >= Self.maximumTxCodeTries { return .locked }
        return expiresAt > instant ? .open : .expired
    }

    /// Wrong transaction codes after which an offer is locked, OpenID4VCI 1.0 §13.6.
    package static let maximumTxCodeTries = 5
}
