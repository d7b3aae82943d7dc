package import CredentialIssuer
import Foundation
package import KeyStore
package import OAuth
package import TransactionTimeline

/// What the credential endpoint reads and writes, over SQL.
package struct SQLIssuanceStore: IssuanceStore, AccessGrantSource {
    let database: SQLiteDatabase
    let sealer: DataSealer

    package init(database: SQLiteDatabase, sealer: DataSealer) {
        self.database = database
        self.sealer = sealer
    }

    package func grant(for token: TicketID) async throws -> AccessGrant? {
        try database.read { connection in
            try connection.first(
                """
                SELECT t.offer_id, t.expires_at, o.configuration_ids, o.subject_id, o.sealed_claims
                FROM access_tokens t JOIN offers o ON o.id = t.offer_id
                WHERE t.id = $1 AND o.cancelled_at IS NULL
                """, .bytes(token.bytes)
            ) { row in
                guard let offer = TicketID(bytes: row.bytes(0)) else {
                    throw DatabaseFailure(code: 0, message: "an access token has a malformed offer id")
                }
                return AccessGrant(
                    token: token, transaction: offer,
                    credentialConfigurationIDs: row.text(2).split(separator: " ").map(String.init),
                    subject: try AccessGrant.Subject(
                        registryID: row.optionalText(3), sealedClaims: row.optionalBytes(4), of: offer,
                        sealer: sealer),
                    expiresAt: Date(microseconds: row.integer(1)))
            }
        }
    }

    package func record(_ issuance: Issuance) async throws -> Bool {
        try await database.write { connection in
            for (index, nonce) in issuance.nonces.enumerated() {
                let spent = try connection.run(
                    "INSERT INTO spent_nonces (id) VALUES ($1) ON CONFLICT (id) DO NOTHING", .bytes(nonce.bytes))
                guard spent == 1 else {
                    // Given back rather than rolled back: throwing would make every job of this commit run again.
                    for earlier in issuance.nonces[..<index] {
                        try connection.run("DELETE FROM spent_nonces WHERE id = $1", .bytes(earlier.bytes))
                    }
                    return false
                }
            }
            try TimelineTable.append(issuance.event, to: issuance.transaction, on: connection)
            return true
        }
    }

    package func append(_ event: TimelineEvent, to transaction: TicketID) async throws {
        try await database.write { try TimelineTable.appendIfRoom(event, to: transaction, on: $0) }
    }
}
