package import Foundation
package import KeyStore
package import OAuth
package import SQLStatements
package import SharingHub
import WireFormats

/// What is shared under grants, over SQL.
package struct SQLSharingGrants: SharingGrantStore {
    let database: any SQLDatabase
    let sealer: DataSealer

    package init(database: any SQLDatabase, sealer: DataSealer) {
        self.database = database
        self.sealer = sealer
    }

    /// What the step that makes the grant writes.
    package func recording(_ sharing: RecordedSharing) -> SQLStatement {
        SQLStatement(
            "INSERT INTO sharing_grants (grant_id, sealed_detail, ends_at) VALUES ($1, $2, $3)",
            .bytes(sharing.grant.bytes),
            .bytes(sealer.seal(sharing.json.encoded(), context: Self.context(sharing.grant))),
            .integer(sharing.endsAt.microseconds))
    }

    /// What the step that ends the consent writes.
    package func ending(_ grant: TicketID) -> [SQLStatement] {
        [
            SQLStatement("DELETE FROM sharing_grants WHERE grant_id = $1", .bytes(grant.bytes)),
            SQLStatement("DELETE FROM sharing_releases WHERE grant_id = $1", .bytes(grant.bytes)),
        ]
    }

    package func sharing(of grant: TicketID) async throws -> RecordedSharing? {
        let found = try await database.first(
            "SELECT sealed_detail FROM sharing_grants WHERE grant_id = $1", .bytes(grant.bytes)
        ) { row in
            try JSON(parsing: sealer.open(row.bytes(0), context: Self.context(grant)))
        }
        guard let json = found else { return nil }
        guard let sharing = RecordedSharing(grant: grant, json: json) else {
            throw DatabaseFailure(.other, message: "what is shared under a grant cannot be read")
        }
        return sharing
    }

    package func releases(of grant: TicketID, at instant: Date) async throws -> [String: String] {
        let rows = try await database.all(
            "SELECT scope, sealed_release FROM sharing_releases WHERE grant_id = $1 AND expires_at > $2",
            .bytes(grant.bytes), .integer(instant.microseconds)
        ) { row in
            let scope = row.text(0)
            let release = try sealer.open(row.bytes(1), context: Self.context(grant, scope))
            return (scope, String(decoding: release, as: UTF8.self))
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    package func keep(
        _ release: String, of scope: String, under grant: TicketID, until end: Date
    ) async throws {
        try await database.change(
            """
            INSERT INTO sharing_releases (grant_id, scope, sealed_release, expires_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (grant_id, scope) DO UPDATE SET
                sealed_release = excluded.sealed_release, expires_at = excluded.expires_at
            """, .bytes(grant.bytes), .text(scope),
            .bytes(sealer.seal(Array(release.utf8), context: Self.context(grant, scope))),
            .integer(end.microseconds))
    }

    /// Deletes what is over; gives how many rows.
    package func sweep(at instant: Date) async throws -> Int {
        let over = SQLValue.integer(instant.microseconds)
        let releases = try await database.changeInBatches(
            """
            DELETE FROM sharing_releases WHERE expires_at <= $1 AND (grant_id, scope) IN (
                SELECT grant_id, scope FROM sharing_releases WHERE expires_at <= $2 ORDER BY expires_at LIMIT $3)
            """, over, over)
        let grants = try await database.changeInBatches(
            """
            DELETE FROM sharing_grants WHERE ends_at <= $1 AND grant_id IN (
                SELECT grant_id FROM sharing_grants WHERE ends_at <= $2 ORDER BY ends_at LIMIT $3)
            """, over, over)
        return releases + grants
    }

    private static func context(_ grant: TicketID) -> String { "sharing " + grant.text }

    private static func context(_ grant: TicketID, _ scope: String) -> String {
        "release \(grant.text) \(scope)"
    }
}
