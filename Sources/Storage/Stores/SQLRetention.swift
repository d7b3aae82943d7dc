package import Foundation
import OAuth
package import SQLStatements

/// Deletes what is no longer needed: nonces that nobody could spend any more, and claims that were pushed with offers
/// which are over.
package struct SQLRetention: Sendable {
    let database: any SQLDatabase
    let nonceLifetime: Duration

    /// How long things are kept past their end, for requests still under way and for processes whose clocks differ.
    package static let grace = Duration.seconds(300)
    /// Rows that one write deletes at most: others wait for it.
    static let batchSize = 500

    package init(database: any SQLDatabase, nonceLifetime: Duration) {
        self.database = database
        self.nonceLifetime = nonceLifetime
    }

    /// How much was deleted.
    package struct Swept: Sendable, Equatable {
        package var nonces = 0
        /// Offers whose claims were deleted.
        package var claims = 0
        /// Identifiers that nobody could present again.
        package var singleUses = 0
        /// Authorization requests, sessions, grants and access tokens that are over.
        package var authorizations = 0

        package init(nonces: Int = 0, claims: Int = 0, singleUses: Int = 0, authorizations: Int = 0) {
            (self.nonces, self.claims) = (nonces, claims)
            (self.singleUses, self.authorizations) = (singleUses, authorizations)
        }
    }

    package func sweep(at instant: Date) async throws -> Swept {
        let bound = instant.addingTimeInterval(-Self.grace.inSeconds)
        return Swept(
            nonces: try await sweepNonces(madeBefore: bound.addingTimeInterval(-nonceLifetime.inSeconds)),
            claims: try await sweepClaims(ofOffersExpiredBy: bound),
            singleUses: try await sweepSingleUses(endedBy: bound),
            authorizations: try await sweepAuthorizations(endedBy: bound))
    }

    private func sweepSingleUses(endedBy bound: Date) async throws -> Int {
        try await database.changeInBatches(
            "DELETE FROM single_uses WHERE id IN (SELECT id FROM single_uses WHERE id < $1 ORDER BY id LIMIT $2)",
            .bytes(SingleUse.first(endingAt: bound)))
    }

    /// Identifiers begin with the time that they were made, so what is old stands together.
    private func sweepAuthorizations(endedBy bound: Date) async throws -> Int {
        var total = try await database.changeInBatches(
            "DELETE FROM interactions WHERE id IN (SELECT id FROM interactions WHERE id < $1 ORDER BY id LIMIT $2)",
            .bytes(Self.firstMade(Self.interactionMemory, before: bound)))
        total += try await database.changeInBatches(
            """
            DELETE FROM access_tokens WHERE id IN (
                SELECT id FROM access_tokens WHERE id < $1 AND expires_at <= $2 ORDER BY id LIMIT $3)
            """, .bytes(TicketID.first(madeAt: bound).bytes), .integer(bound.microseconds))
        let forgotten = bound.addingTimeInterval(-Self.grantMemory.inSeconds)
        total += try await database.changeInBatches(
            """
            DELETE FROM grants WHERE id IN (
                SELECT id FROM grants WHERE id < $1 AND COALESCE(refresh_expires_at, 0) <= $2 ORDER BY id LIMIT $3)
            """, .bytes(TicketID.first(madeAt: forgotten).bytes), .integer(forgotten.microseconds))
        total += try await database.changeInBatches(
            "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 ORDER BY id LIMIT $2)",
            .integer(bound.microseconds))
        return total
    }

    /// The longest that can be configured: ten minutes to open an authorization request, an hour to log in.
    private static let interactionMemory = Duration.seconds(600 + 3600)
    /// Grants are remembered for a day after they were given, and after the end of their refresh token: a code that comes
    /// back then is known for a second use, and no access token lives so long.
    private static let grantMemory = Duration.seconds(86_400)

    private static func firstMade(_ memory: Duration, before bound: Date) -> [UInt8] {
        TicketID.first(madeAt: bound.addingTimeInterval(-memory.inSeconds)).bytes
    }

    private func sweepNonces(madeBefore bound: Date) async throws -> Int {
        try await database.changeInBatches(
            "DELETE FROM spent_nonces WHERE id IN (SELECT id FROM spent_nonces WHERE id < $1 ORDER BY id LIMIT $2)",
            .bytes(TicketID.first(madeAt: bound).bytes))
    }

    private func sweepClaims(ofOffersExpiredBy bound: Date) async throws -> Int {
        try await database.changeInBatches(
            """
            UPDATE offers SET sealed_claims = NULL WHERE sealed_claims IS NOT NULL AND id IN (
                SELECT id FROM offers
                WHERE sealed_claims IS NOT NULL AND expires_at <= $1
                    AND (token_expires_at IS NULL OR token_expires_at <= $2)
                ORDER BY expires_at LIMIT $3)
            """, .integer(bound.microseconds), .integer(bound.microseconds))
    }
}

extension SQLDatabase {
    /// Runs a statement that changes at most as many rows as its last parameter says, which is added here, until it
    /// finds no more; how many rows it changed.
    func changeInBatches(_ sql: SQL, _ parameters: SQLValue...) async throws -> Int {
        let batch = SQLStatement(sql, parameters: parameters + [.integer(Int64(SQLRetention.batchSize))])
        var total = 0
        while true {
            let count = try await write(batch)[0].changed
            total += count
            if count < SQLRetention.batchSize || Task.isCancelled { return total }
        }
    }
}
