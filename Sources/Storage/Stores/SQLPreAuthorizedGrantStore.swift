package import AuthorizationServer
import CredentialIssuer
package import Foundation
import OAuth
package import SQLStatements
import TransactionTimeline
import WireFormats

/// Spends pre-authorized codes over SQL.
package struct SQLPreAuthorizedGrantStore: PreAuthorizedGrantStore {
    let database: any SQLDatabase
    let recent: RecentRecords

    package init(database: any SQLDatabase, recent: RecentRecords = RecentRecords()) {
        self.database = database
        self.recent = recent
    }

    package func redeem(_ redemption: PreAuthorizedRedemption) async throws -> Result<Date, RedemptionRefusal> {
        let uses = SingleUseTable.spending(redemption.uses)
        let events = redemption.earlierEvents.map { TimelineTable.appendingIfRoom($0, to: redemption.offer) }
        let spending = Self.spending(redemption)
        let results: [SQLResult]
        switch try await database.run(SQLScript(uses + events + spending)) {
        case .refused(let index): return .failure(.replayed(redemption.uses[index].kind))
        case .done(let all): results = Array(all.suffix(spending.count))
        }
        if let spent = results.last?.rows.first {
            remember(redemption, configurationIDs: spent.text(0), subject: spent.optionalText(1))
            return .success(redemption.tokenExpiresAt)
        }
        if spending.count > 1, let counted = results.first?.rows.first {
            let tries = StoredOffer.maximumTxCodeTries - Int(counted.integer(0))
            return .failure(try await note(.txCodeWrong(triesLeft: tries), redemption))
        }
        return try await answerAgain(redemption)
    }

    /// Statements of which the first counts a transaction code that is wrong, and the last spends the code. Whoever
    /// changes the row in the last has it. What is counted and what is spent is decided while the row is held: guesses
    /// that come together are counted before the next is looked at.
    private static func spending(_ redemption: PreAuthorizedRedemption) -> [SQLStatement] {
        let at = SQLValue.integer(redemption.at.microseconds)
        let id = SQLValue.bytes(redemption.offer.bytes)
        let limit = SQLValue.integer(Int64(StoredOffer.maximumTxCodeTries))
        let end = SQLValue.integer(redemption.tokenExpiresAt.microseconds)
        guard let mac = redemption.txCodeMAC else {
            return [
                SQLStatement(
                    """
                    UPDATE offers SET redeemed_at = $1, token_expires_at = $2, token_key_thumbprint = $3
                    WHERE id = $4 AND redeemed_at IS NULL AND cancelled_at IS NULL AND expires_at > $5
                        AND grant_type IS NULL AND tx_code_mac IS NULL
                    RETURNING configuration_ids, subject_id
                    """, at, end, SQLValue(redemption.keyThumbprint), id, at)
            ]
        }
        return [
            SQLStatement(
                """
                UPDATE offers SET failed_tries = failed_tries + 1
                WHERE id = $1 AND redeemed_at IS NULL AND cancelled_at IS NULL AND expires_at > $2
                    AND grant_type IS NULL AND failed_tries < $3 AND tx_code_mac <> $4
                RETURNING failed_tries
                """, id, at, limit, .bytes(mac)),
            SQLStatement(
                """
                UPDATE offers SET redeemed_at = $1, token_expires_at = $2, token_key_thumbprint = $3
                WHERE id = $4 AND redeemed_at IS NULL AND cancelled_at IS NULL AND expires_at > $5
                    AND grant_type IS NULL AND failed_tries < $6 AND tx_code_mac = $7
                RETURNING configuration_ids, subject_id
                """, at, end, SQLValue(redemption.keyThumbprint), id, at, limit, .bytes(mac)),
        ]
    }

    /// Not where the claims of the subject came with the offer.
    private func remember(_ redemption: PreAuthorizedRedemption, configurationIDs: String, subject: String?) {
        guard let subject else { return }
        recent.accessGrants.insert(
            AccessGrant(
                transaction: redemption.offer,
                credentialConfigurationIDs: configurationIDs.split(separator: " ").map(String.init),
                subject: .registry(id: subject), keyThumbprint: redemption.keyThumbprint,
                expiresAt: redemption.tokenExpiresAt), redemption.offer)
    }

    /// The same request again, whose answer was lost, is answered as before; anything else is told why not.
    private func answerAgain(_ redemption: PreAuthorizedRedemption) async throws -> Result<Date, RedemptionRefusal> {
        let limit = Int64(StoredOffer.maximumTxCodeTries)
        let answer = try await database.first(
            """
            SELECT redeemed_at, cancelled_at, expires_at, failed_tries, tx_code_mac, token_key_thumbprint,
                token_expires_at, (SELECT COUNT(*) FROM timeline
                    WHERE offer_id = $1 AND step = 'credential' AND refusal_code IS NULL)
            FROM offers WHERE id = $2 AND grant_type IS NULL
            """, .bytes(redemption.offer.bytes), .bytes(redemption.offer.bytes)
        ) { row -> Result<Date, RedemptionRefusal> in
            if !row.isNull(1) { return .failure(.cancelled) }
            if let spentAt = row.optionalInteger(0).map(Date.init(microseconds:)) {
                let isRepeated =
                    row.integer(7) == 0
                    && redemption.repeats(
                        keyThumbprint: row.optionalBytes(5), txCodeMAC: row.optionalBytes(4), redeemedAt: spentAt)
                return isRepeated ? .success(Date(microseconds: row.integer(6))) : .failure(.spent)
            }
            if row.integer(3) >= limit { return .failure(.locked) }
            if row.integer(2) <= redemption.at.microseconds { return .failure(.expired) }
            return .failure(row.isNull(4) ? .txCodeUnexpected : .txCodeMissing)
        }
        switch answer {
        case nil: return .failure(.unknown)
        case .failure(let refusal): return .failure(try await note(refusal, redemption))
        case .success(let end):
            let event = TimelineEvent(at: redemption.at, step: .token, detail: ["repeated": true])
            try await database.write(TimelineTable.appendingIfRoom(event, to: redemption.offer))
            return .success(end)
        }
    }

    private func note(
        _ refusal: RedemptionRefusal, _ redemption: PreAuthorizedRedemption
    ) async throws -> RedemptionRefusal {
        let outcome = TimelineEvent.Outcome.refused(code: refusal.wireCode, reason: refusal.reason)
        let event = TimelineEvent(at: redemption.at, step: .token, outcome: outcome)
        try await database.write(TimelineTable.appendingIfRoom(event, to: redemption.offer))
        return refusal
    }
}

extension PreAuthorizedRedemption {
    /// Whether this asks again for a token that was given a moment ago.
    fileprivate func repeats(keyThumbprint other: [UInt8]?, txCodeMAC expected: [UInt8]?, redeemedAt: Date) -> Bool {
        let isSameTxCode =
            switch (txCodeMAC, expected) {
            case (nil, nil): true
            case (let sent?, let expected?): constantTimeEqual(sent, expected)
            default: false
            }
        return isSameTxCode
            && RepeatedTokenRequests.isFromHolder(of: other, showing: keyThumbprint, at: at, givenAt: redeemedAt)
    }
}
