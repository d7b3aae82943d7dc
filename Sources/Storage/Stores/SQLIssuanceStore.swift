package import CredentialIssuer
import Foundation
package import KeyStore
package import OAuth
package import SQLStatements
package import TransactionTimeline

/// What the credential endpoint reads and writes, over SQL.
package struct SQLIssuanceStore: IssuanceStore, AccessGrantSource {
    let database: any SQLDatabase
    let sealer: DataSealer
    let recent: RecentRecords

    package init(database: any SQLDatabase, sealer: DataSealer, recent: RecentRecords = RecentRecords()) {
        self.database = database
        self.sealer = sealer
        self.recent = recent
    }

    package func grant(for token: TicketID) async throws -> AccessGrant? {
        if let known = recent.accessGrants[token] { return known }
        return try await database.first(
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

    package func record(_ issuance: Issuance) async throws -> Result<Void, IssuanceRefusal> {
        // Asked again, in the transaction that records: what was cancelled since must give nothing any more.
        let access = Self.requiringAccess(issuance)
        let proofs = SingleUseTable.spending(issuance.uses)
        let nonces = issuance.nonces.map { nonce in
            SQLStatement(
                "INSERT INTO spent_nonces (id) VALUES ($1) ON CONFLICT (id) DO NOTHING", .bytes(nonce.bytes),
                expecting: .oneRow)
        }
        let event = TimelineTable.appending(issuance.event, to: issuance.grant.transaction)
        let outcome = try await database.run(SQLScript(access + proofs + nonces + [event]))
        guard let refused = outcome.refusedIndex else { return .success(()) }
        if refused < access.count {
            recent.accessGrants.remove(issuance.grant.transaction)
            return .failure(.accessEnded)
        }
        return .failure(refused < access.count + proofs.count ? .proofReplayed : .nonceSpent)
    }

    private static func requiringAccess(_ issuance: Issuance) -> [SQLStatement] {
        let at = SQLValue.integer(issuance.event.at.microseconds)
        switch issuance.grant.origin {
        case .foreign: return []
        case .offer:
            return [
                SQLStatement(
                    """
                    SELECT 1 AS live FROM offers WHERE id = $1 AND token_expires_at > $2 AND cancelled_at IS NULL
                    """, .bytes(issuance.grant.transaction.bytes), at, expecting: .oneLockedRow)
            ]
        case .token(let id):
            return [
                SQLStatement(
                    """
                    SELECT 1 AS live FROM access_tokens t JOIN grants g ON g.id = t.grant_id
                    WHERE t.id = $1 AND t.expires_at > $2 AND t.revoked_at IS NULL AND g.revoked_at IS NULL
                    """, .bytes(id.bytes), at, expecting: .oneLockedRow)
            ]
        }
    }

    package func append(_ event: TimelineEvent, to transaction: TicketID) async throws {
        try await database.write(TimelineTable.appendingIfRoom(event, to: transaction))
    }
}
