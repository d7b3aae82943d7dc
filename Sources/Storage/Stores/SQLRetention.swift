package import Foundation
import OAuth
import SQLStatements

/// Deletes what is no longer needed: nonces that nobody could spend any more, and claims that were pushed with offers
/// which are over.
package struct SQLRetention: Sendable {
    let database: SQLiteDatabase
    let nonceLifetime: Duration

    /// How long things are kept past their end, for requests still under way and for processes whose clocks differ.
    package static let grace = Duration.seconds(300)
    /// Rows that one write deletes at most: others wait for it.
    static let batchSize = 500

    package init(database: SQLiteDatabase, nonceLifetime: Duration) {
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
        let bound = instant.addingTimeInterval(-Self.seconds(Self.grace))
        return Swept(
            nonces: try await inBatches {
                try await sweepNonces(madeBefore: bound.addingTimeInterval(-Self.seconds(nonceLifetime)))
            },
            claims: try await inBatches { try await sweepClaims(ofOffersExpiredBy: bound) },
            singleUses: try await inBatches { try await sweepSingleUses(endedBy: bound) },
            authorizations: try await sweepAuthorizations(endedBy: bound))
    }

    private func sweepSingleUses(endedBy bound: Date) async throws -> Int {
        try await database.write { connection in
            try connection.run(
                "DELETE FROM single_uses WHERE id IN (SELECT id FROM single_uses WHERE id < $1 ORDER BY id LIMIT $2)",
                .bytes(SingleUse.first(endingAt: bound)), .integer(Int64(Self.batchSize)))
        }
    }

    /// Identifiers begin with the time that they were made, so what is old stands together.
    private func sweepAuthorizations(endedBy bound: Date) async throws -> Int {
        var total = try await inBatches {
            try await database.write { connection in
                try connection.run(
                    """
                    DELETE FROM interactions
                    WHERE id IN (SELECT id FROM interactions WHERE id < $1 ORDER BY id LIMIT $2)
                    """, .bytes(Self.firstMade(Self.interactionMemory, before: bound)),
                    .integer(Int64(Self.batchSize)))
            }
        }
        total += try await inBatches {
            try await database.write { connection in
                try connection.run(
                    """
                    DELETE FROM access_tokens WHERE id IN (
                        SELECT id FROM access_tokens WHERE id < $1 AND expires_at <= $2 ORDER BY id LIMIT $3)
                    """, .bytes(TicketID.first(madeAt: bound).bytes), .integer(bound.microseconds),
                    .integer(Int64(Self.batchSize)))
            }
        }
        total += try await inBatches {
            try await database.write { connection in
                try connection.run(
                    """
                    DELETE FROM grants WHERE id IN (
                        SELECT id FROM grants
                        WHERE id < $1 AND COALESCE(refresh_expires_at, 0) <= $2
                            AND NOT EXISTS (SELECT 1 FROM access_tokens t WHERE t.grant_id = grants.id)
                        ORDER BY id LIMIT $3)
                    """, .bytes(Self.firstMade(Self.grantMemory, before: bound)), .integer(bound.microseconds),
                    .integer(Int64(Self.batchSize)))
            }
        }
        total += try await inBatches {
            try await database.write { connection in
                try connection.run(
                    """
                    DELETE FROM sessions
                    WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 ORDER BY id LIMIT $2)
                    """, .integer(bound.microseconds), .integer(Int64(Self.batchSize)))
            }
        }
        return total
    }

    /// The longest that can be configured: ten minutes to open an authorization request, an hour to log in.
    private static let interactionMemory = Duration.seconds(600 + 3600)
    /// Grants without refresh token are remembered for a day: a code that comes back then is known for a second use.
    private static let grantMemory = Duration.seconds(86_400)

    private static func firstMade(_ memory: Duration, before bound: Date) -> [UInt8] {
        TicketID.first(madeAt: bound.addingTimeInterval(-seconds(memory))).bytes
    }

    private func inBatches(_ batch: () async throws -> Int) async throws -> Int {
        var total = 0
        while true {
            let count = try await batch()
            total += count
            if count < Self.batchSize || Task.isCancelled { return total }
        }
    }

    private func sweepNonces(madeBefore bound: Date) async throws -> Int {
        try await database.write { connection in
            try connection.run(
                "DELETE FROM spent_nonces WHERE id IN (SELECT id FROM spent_nonces WHERE id < $1 ORDER BY id LIMIT $2)",
                .bytes(TicketID.first(madeAt: bound).bytes), .integer(Int64(Self.batchSize)))
        }
    }

    private func sweepClaims(ofOffersExpiredBy bound: Date) async throws -> Int {
        try await database.write { connection in
            try connection.run(
                """
                UPDATE offers SET sealed_claims = NULL WHERE id IN (
                    SELECT id FROM offers
                    WHERE sealed_claims IS NOT NULL AND expires_at <= $1
                        AND (token_expires_at IS NULL OR token_expires_at <= $2)
                    ORDER BY expires_at LIMIT $3)
                """, .integer(bound.microseconds), .integer(bound.microseconds), .integer(Int64(Self.batchSize)))
        }
    }

    private static func seconds(_ duration: Duration) -> TimeInterval { Double(duration.components.seconds) }
}
