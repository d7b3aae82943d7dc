package import AuthorizationServer
import CredentialIssuer
import Foundation
import OAuth
import SQLStatements
import TransactionTimeline

/// Spends pre-authorized codes over SQL.
package struct SQLPreAuthorizedGrantStore: PreAuthorizedGrantStore {
    let database: SQLiteDatabase
    let recent: RecentRecords

    package init(database: SQLiteDatabase, recent: RecentRecords = RecentRecords()) {
        self.database = database
        self.recent = recent
    }

    package func redeem(_ redemption: PreAuthorizedRedemption) async throws -> Result<Void, RedemptionRefusal> {
        let outcome = try await spend(redemption)
        guard case .success(let grant) = outcome else { return outcome.map { _ in } }
        if let grant { recent.accessGrants.insert(grant, grant.transaction) }
        return .success(())
    }

    /// - Returns: the grant, or nil where its subject's claims came with the offer.
    private func spend(_ redemption: PreAuthorizedRedemption) async throws -> Result<AccessGrant?, RedemptionRefusal> {
        try await database.write { connection in
            let at = SQLValue.integer(redemption.at.microseconds)
            let id = SQLValue.bytes(redemption.offer.bytes)
            if let kind = try SingleUseTable.spend(redemption.uses, on: connection) {
                return .failure(.replayed(kind))
            }
            for event in redemption.earlierEvents {
                try TimelineTable.appendIfRoom(event, to: redemption.offer, on: connection)
            }
            // The one statement that spends the code: whoever changes the row has it.
            let spent = try connection.first(
                """
                UPDATE offers SET redeemed_at = $1, token_expires_at = $2, token_key_thumbprint = $3
                WHERE id = $4 AND redeemed_at IS NULL AND cancelled_at IS NULL AND expires_at > $5
                    AND failed_tries < $6 AND grant_type IS NULL
                    AND (tx_code_mac = $7 OR (tx_code_mac IS NULL AND $8 = 0))
                RETURNING configuration_ids, subject_id
                """, at, .integer(redemption.tokenExpiresAt.microseconds), SQLValue(redemption.keyThumbprint), id, at,
                .integer(Int64(StoredOffer.maximumTxCodeTries)), SQLValue(redemption.txCodeMAC),
                .integer(redemption.txCodeMAC == nil ? 0 : 1)
            ) { (configurationIDs: $0.text(0), subject: $0.optionalText(1)) }
            guard let spent else {
                let refusal = try refuse(redemption, on: connection)
                if let refusal, refusal != .unknown { try note(refusal, redemption, on: connection) }
                return .failure(refusal ?? .unknown)
            }
            return .success(
                spent.subject.map { subject in
                    AccessGrant(
                        transaction: redemption.offer,
                        credentialConfigurationIDs: spent.configurationIDs.split(separator: " ").map(String.init),
                        subject: .registry(id: subject), keyThumbprint: redemption.keyThumbprint,
                        expiresAt: redemption.tokenExpiresAt)
                })
        }
    }

    /// Why the code was not spent; counts a wrong transaction code.
    private func refuse(
        _ redemption: PreAuthorizedRedemption, on connection: SQLiteConnection
    ) throws -> RedemptionRefusal? {
        let id = SQLValue.bytes(redemption.offer.bytes)
        let limit = Int64(StoredOffer.maximumTxCodeTries)
        let refusal = try connection.first(
            """
            SELECT redeemed_at, cancelled_at, expires_at, failed_tries, tx_code_mac FROM offers
            WHERE id = $1 AND grant_type IS NULL
            """, id
        ) { row -> RedemptionRefusal in
            if !row.isNull(1) { return .cancelled }
            if !row.isNull(0) { return .spent }
            if row.integer(3) >= limit { return .locked }
            if row.integer(2) <= redemption.at.microseconds { return .expired }
            switch (row.isNull(4), redemption.txCodeMAC) {
            case (true, _): return .txCodeUnexpected
            case (false, nil): return .txCodeMissing
            case (false, _?): return .txCodeWrong(triesLeft: Int(limit - row.integer(3)) - 1)
            }
        }
        if case .txCodeWrong = refusal {
            try connection.run("UPDATE offers SET failed_tries = failed_tries + 1 WHERE id = $1", id)
        }
        return refusal
    }

    private func note(
        _ refusal: RedemptionRefusal, _ redemption: PreAuthorizedRedemption, on connection: SQLiteConnection
    ) throws {
        let outcome = TimelineEvent.Outcome.refused(code: refusal.wireCode, reason: refusal.reason)
        let event = TimelineEvent(at: redemption.at, step: .token, outcome: outcome)
        try TimelineTable.appendIfRoom(event, to: redemption.offer, on: connection)
    }
}
