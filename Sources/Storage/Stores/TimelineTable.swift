import Foundation
import OAuth
import SQLStatements
import Synchronization
import TransactionTimeline
import WireFormats

/// The events of offers.
enum TimelineTable {
    static func appending(_ event: TimelineEvent, to offer: TicketID) -> SQLStatement {
        let (code, reason) = refusal(event.outcome)
        return SQLStatement(
            """
            INSERT INTO timeline (offer_id, at, number, step, refusal_code, refusal_reason, detail)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """, .bytes(offer.bytes), .integer(event.at.microseconds), nextNumber(), .text(event.step.rawValue),
            SQLValue(code), SQLValue(reason), detail(event))
    }

    /// As ``appending(_:to:)`` while the offer, authorization request or grant exists and its timeline is not full: what
    /// strangers can cause.
    static func appendingIfRoom(_ event: TimelineEvent, to offer: TicketID) -> SQLStatement {
        let (code, reason) = refusal(event.outcome)
        return SQLStatement(
            """
            INSERT INTO timeline (offer_id, at, number, step, refusal_code, refusal_reason, detail)
            SELECT t.id, $1, $2, $3, $4, $5, $6
            FROM (SELECT id FROM offers WHERE id = $7 UNION SELECT id FROM interactions WHERE id = $8
                UNION SELECT id FROM grants WHERE id = $9) t
            WHERE (SELECT COUNT(*) FROM timeline WHERE offer_id = t.id) < 200
            """, .integer(event.at.microseconds), nextNumber(), .text(event.step.rawValue), SQLValue(code),
            SQLValue(reason), detail(event), .bytes(offer.bytes), .bytes(offer.bytes), .bytes(offer.bytes))
    }

    static func events(of offer: TicketID, in database: any SQLDatabase) async throws -> [TimelineEvent] {
        try await database.all(
            "SELECT at, step, refusal_code, refusal_reason, detail FROM timeline WHERE offer_id = $1 ORDER BY at, number",
            .bytes(offer.bytes)
        ) { row in
            guard let step = TimelineEvent.Step(rawValue: row.text(1)) else {
                throw DatabaseFailure(.other, message: "the timeline has a step that this version does not know")
            }
            let outcome = row.optionalText(2).map {
                TimelineEvent.Outcome.refused(code: $0, reason: row.text(3))
            }
            let detail = row.optionalText(4).flatMap { (try? JSON(parsing: Array($0.utf8)))?.object }
            return TimelineEvent(
                at: Date(microseconds: row.integer(0)), step: step, outcome: outcome ?? .done, detail: detail ?? [:])
        }
    }

    /// Keeps events of one microsecond apart, in their order within a process.
    private static func nextNumber() -> SQLValue {
        .integer(numbers.add(1, ordering: .relaxed).newValue)
    }

    /// Begins anywhere, so that two processes do not meet.
    private static let numbers = Atomic<Int64>(Int64.random(in: 0..<1 << 62))

    private static func refusal(_ outcome: TimelineEvent.Outcome) -> (code: String?, reason: String?) {
        switch outcome {
        case .done: (nil, nil)
        // Reasons may quote what was sent, and PostgreSQL keeps no text with a NUL.
        case .refused(let code, let reason): (code, reason.utf8.contains(0) ? reason.replacing("\0", with: "") : reason)
        }
    }

    private static func detail(_ event: TimelineEvent) -> SQLValue {
        event.detail.isEmpty ? .null : .text(JSON.object(event.detail).description)
    }
}
