package import DataSharing
package import Foundation
import HTTPTypes
package import JOSE
package import OAuth

/// Tells organizations of withdrawals: Security Event Tokens by push, RFC 8935.
package struct WithdrawalNotices: Sendable {
    /// How long it is tried.
    package static let patience: TimeInterval = 7 * 86_400
    package static let batch = 20

    let store: any WithdrawalNoticeStore
    let source: any SharingSource
    let exchange: any MarketExchange
    let issuer: String
    /// The hub's token key as it is now, with its `kid`.
    let signer: @Sendable (_ at: Date) throws -> (any JWSSigner, keyID: String)
    /// Tells the operator which organization was not told in time.
    let report: @Sendable (_ organization: OrganizationID, _ notice: TicketID) -> Void

    package init(
        store: any WithdrawalNoticeStore, source: any SharingSource, exchange: any MarketExchange, issuer: String,
        signer: @escaping @Sendable (_ at: Date) throws -> (any JWSSigner, keyID: String),
        report: @escaping @Sendable (_ organization: OrganizationID, _ notice: TicketID) -> Void
    ) {
        self.store = store
        self.source = source
        self.exchange = exchange
        self.issuer = issuer
        self.signer = signer
        self.report = report
    }

    /// Delivers what is due; gives how many notices it had in hand.
    package func deliver(at instant: Date) async throws -> Int {
        let due = try await store.take(at: instant, lease: instant.addingTimeInterval(120), limit: Self.batch)
        for notice in due {
            if try await deliver(notice, at: instant) || notice.expiresAt <= instant {
                try await store.remove(notice.id)
            } else {
                try await store.postpone(notice.id, until: instant.addingTimeInterval(Self.pause(notice.attempts)))
            }
        }
        return due.count
    }

    /// Ten seconds, then twice as long each time, at most an hour.
    static func pause(_ attempts: Int) -> TimeInterval { min(10 * Double(1 << min(attempts, 10)), 3600) }

    /// Whether nothing is left to do for the notice.
    private func deliver(_ notice: WithdrawalNotice, at instant: Date) async throws -> Bool {
        guard let organization = try await source.organization(notice.organization),
            let address = organization.notificationURI
        else { return true }
        guard let hash = MessageHash(notice.event.approvalHash) else { return true }
        let (signer, keyID) = try signer(instant)
        let token = try WithdrawalEvent(
            issuer: issuer, audience: notice.organization.text, subject: notice.event.subject,
            clientID: notice.event.clientID, scope: notice.event.scope, approval: notice.event.approvalID,
            approvalHash: hash, issuedAt: Int64(notice.event.at.timeIntervalSince1970), identifier: notice.id.text
        ).sign(signer: signer, keyID: keyID)
        let request = MarketRequest(
            url: address, headers: [.contentType: "application/secevent+jwt", .accept: "application/json"],
            body: Array(token.utf8))
        // RFC 8935 §2.2: 202 for what was received, whatever comes of it.
        if let (status, _, _) = try? await exchange.post(request), status.kind == .successful { return true }
        if notice.attempts == 5 { report(notice.organization, notice.id) }
        return false
    }
}
