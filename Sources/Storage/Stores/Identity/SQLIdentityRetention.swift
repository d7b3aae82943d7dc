package import Foundation
import SQLStatements

/// Deletes what is over of logins: one-time codes past their end, and counters past their windows.
package struct SQLIdentityRetention: Sendable {
    let database: SQLiteDatabase
    let longestWindow: Duration

    /// - Parameter longestWindow: counters whose window began before that are of no use to anybody.
    package init(database: SQLiteDatabase, longestWindow: Duration) {
        self.database = database
        self.longestWindow = longestWindow
    }

    /// How much was deleted.
    package struct Swept: Sendable, Equatable {
        package var codes = 0
        package var counters = 0

        package init(codes: Int = 0, counters: Int = 0) {
            (self.codes, self.counters) = (codes, counters)
        }
    }

    package func sweep(at instant: Date) async throws -> Swept {
        let bound = instant.addingTimeInterval(-SQLRetention.grace.inSeconds)
        return Swept(
            codes: try await inBatches { try await sweepCodes(expiredBy: bound) },
            counters: try await inBatches {
                try await sweepCounters(begunBefore: bound.addingTimeInterval(-longestWindow.inSeconds))
            })
    }

    private func inBatches(_ batch: () async throws -> Int) async throws -> Int {
        var total = 0
        while true {
            let count = try await batch()
            total += count
            if count < SQLRetention.batchSize || Task.isCancelled { return total }
        }
    }

    private func sweepCodes(expiredBy bound: Date) async throws -> Int {
        try await database.write { connection in
            try connection.run(
                """
                DELETE FROM one_time_codes WHERE id IN (
                    SELECT id FROM one_time_codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
                """, .integer(bound.microseconds), .integer(Int64(SQLRetention.batchSize)))
        }
    }

    private func sweepCounters(begunBefore bound: Date) async throws -> Int {
        try await database.write { connection in
            try connection.run(
                """
                DELETE FROM login_attempts WHERE key IN (
                    SELECT key FROM login_attempts WHERE window_start < $1 ORDER BY window_start LIMIT $2)
                """, .integer(bound.microseconds), .integer(Int64(SQLRetention.batchSize)))
        }
    }
}
