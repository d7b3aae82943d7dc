import DataSharing
package import Foundation
package import KeyStore
package import OAuth
package import SQLStatements
package import SharingHub
import WireFormats

/// Notices of withdrawals that wait until they are delivered, over SQL.
package struct SQLWithdrawalNotices: WithdrawalNoticeStore {
    let database: any SQLDatabase
    let sealer: DataSealer

    package init(database: any SQLDatabase, sealer: DataSealer) {
        self.database = database
        self.sealer = sealer
    }

    /// What the step that ends a consent writes.
    package func adding(_ notice: WithdrawalNotice, dueAt due: Date) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO sharing_notices (id, organization, sealed_event, attempts, due_at, expires_at)
            VALUES ($1, $2, $3, 0, $4, $5)
            """, .bytes(notice.id.bytes), .text(notice.organization.text),
            .bytes(sealer.seal(notice.event.json.encoded(), context: Self.context(notice.id))),
            .integer(due.microseconds), .integer(notice.expiresAt.microseconds))
    }

    package func take(at instant: Date, lease: Date, limit: Int) async throws -> [WithdrawalNotice] {
        let due = try await database.all(
            """
            SELECT id, organization, sealed_event, attempts, expires_at, due_at FROM sharing_notices
            WHERE due_at <= $1 ORDER BY due_at LIMIT $2
            """, .integer(instant.microseconds), .integer(Int64(limit))
        ) { row in
            guard let id = TicketID(bytes: row.bytes(0)), let organization = OrganizationID(row.text(1)),
                let event = WithdrawalNotice.Event(
                    json: try JSON(parsing: sealer.open(row.bytes(2), context: Self.context(id))))
            else { throw DatabaseFailure(.other, message: "a notice of a withdrawal cannot be read") }
            return (
                WithdrawalNotice(
                    id: id, organization: organization, event: event, attempts: Int(row.integer(3)),
                    expiresAt: Date(microseconds: row.integer(4))), dueAt: row.integer(5)
            )
        }
        var taken: [WithdrawalNotice] = []
        // Whoever moves the time of a notice has it: another process that has read it too finds another time.
        for (notice, dueAt) in due {
            let changed = try await database.change(
                "UPDATE sharing_notices SET due_at = $1, attempts = attempts + 1 WHERE id = $2 AND due_at = $3",
                .integer(lease.microseconds), .bytes(notice.id.bytes), .integer(dueAt))
            if changed == 1 { taken.append(notice) }
        }
        return taken
    }

    package func remove(_ id: TicketID) async throws {
        try await database.change("DELETE FROM sharing_notices WHERE id = $1", .bytes(id.bytes))
    }

    package func postpone(_ id: TicketID, until due: Date) async throws {
        try await database.change(
            "UPDATE sharing_notices SET due_at = $1 WHERE id = $2", .integer(due.microseconds), .bytes(id.bytes))
    }

    private static func context(_ id: TicketID) -> String { "withdrawal notice " + id.text }
}

extension WithdrawalNotice.Event {
    fileprivate var json: JSON {
        [
            "client": .string(clientID), "scope": .string(scope), "jti": .string(approvalID),
            "hash": .string(approvalHash), "sub": .string(subject),
            "at": .integer(Int64(at.timeIntervalSince1970)),
        ]
    }

    fileprivate init?(json: JSON) {
        guard let client = json["client"]?.string, let scope = json["scope"]?.string,
            let approval = json["jti"]?.string, let hash = json["hash"]?.string, let subject = json["sub"]?.string,
            let at = json["at"]?.integer
        else { return nil }
        self.init(
            clientID: client, scope: scope, approvalID: approval, approvalHash: hash, subject: subject,
            at: Date(timeIntervalSince1970: Double(at)))
    }
}
