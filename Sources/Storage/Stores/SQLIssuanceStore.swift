package import CredentialIssuer
import Foundation
package import KeyStore
package import OAuth
import SQLStatements
package import TransactionTimeline

/// What the credential endpoint reads and writes, over SQL.
package struct SQLIssuanceStore: IssuanceStore, AccessGrantSource {
    let database: SQLiteDatabase
    let sealer: DataSealer
    let recent: RecentRecords

    package init(database: SQLiteDatabase, sealer: DataSealer, recent: RecentRecords = RecentRecords()) {
        self.database = database
        self.sealer = sealer
        self.recent = recent
    }

    package func grant(for token: TicketID) async throws -> AccessGrant? {
        if let known = recent.accessGrants[token] { return known }
        return try database.read { connection in
            try connection.first(
                """
                SELECT token_expires_at, configuration_ids, subject_id, sealed_claims, token_key_thumbprint FROM offers
                WHERE id = $1 AND token_expires_at IS NOT NULL AND cancelled_at IS NULL
                """, .bytes(token.bytes)
            ) { row in
                AccessGrant(
                    transaction: token,
                    credentialConfigurationIDs: row.text(1).split(separator: " ").map(String.init),
                    subject: try AccessGrant.Subject(
                        registryID: row.optionalText(2), sealedClaims: row.optionalBytes(3), of: token,
                        sealer: sealer),
                    keyThumbprint: row.optionalBytes(4),
                    expiresAt: Date(microseconds: row.integer(0)))
            }
        }
    }

    package func record(_ issuance: Issuance) async throws -> Result<Void, IssuanceRefusal> {
        try await database.write { connection in
            // Asked again, in the transaction that records: what was cancelled since must give nothing any more.
            guard try Self.isAlive(issuance, on: connection) else {
                recent.accessGrants.remove(issuance.grant.transaction)
                return .failure(.accessEnded)
            }
            guard try SingleUseTable.spend(issuance.uses, on: connection) == nil else {
                return .failure(.proofReplayed)
            }
            for (index, nonce) in issuance.nonces.enumerated() {
                let spent = try connection.run(
                    "INSERT INTO spent_nonces (id) VALUES ($1) ON CONFLICT (id) DO NOTHING", .bytes(nonce.bytes))
                guard spent == 1 else {
                    // Given back rather than rolled back: throwing would make every job of this commit run again.
                    for earlier in issuance.nonces[..<index] {
                        try connection.run("DELETE FROM spent_nonces WHERE id = $1", .bytes(earlier.bytes))
                    }
                    return .failure(.nonceSpent)
                }
            }
            try TimelineTable.append(issuance.event, to: issuance.grant.transaction, on: connection)
            return .success(())
        }
    }

    private static func isAlive(_ issuance: Issuance, on connection: SQLiteConnection) throws -> Bool {
        let at = SQLValue.integer(issuance.event.at.microseconds)
        let found: Bool?
        switch issuance.grant.origin {
        case .foreign: return true
        case .offer:
            found = try connection.first(
                "SELECT 1 FROM offers WHERE id = $1 AND token_expires_at > $2 AND cancelled_at IS NULL",
                .bytes(issuance.grant.transaction.bytes), at
            ) { _ in true }
        case .token(let id):
            found = try connection.first(
                """
                SELECT 1 FROM access_tokens t JOIN grants g ON g.id = t.grant_id
                WHERE t.id = $1 AND t.expires_at > $2 AND t.revoked_at IS NULL AND g.revoked_at IS NULL
                """, .bytes(id.bytes), at
            ) { _ in true }
        }
        return found ?? false
    }

    package func append(_ event: TimelineEvent, to transaction: TicketID) async throws {
        try await database.write { try TimelineTable.appendIfRoom(event, to: transaction, on: $0) }
    }
}
