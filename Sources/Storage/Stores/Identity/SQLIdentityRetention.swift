package import Foundation
package import SQLStatements

/// Deletes what is over of logins: one-time codes past their end, and counters past their windows.
package struct SQLIdentityRetention: Sendable {
    let database: any SQLDatabase
    let longestWindow: Duration

    /// - Parameter longestWindow: counters whose window began before that are of no use to anybody.
    package init(database: any SQLDatabase, longestWindow: Duration) {
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
        let begun = SQLValue.integer(bound.addingTimeInterval(-longestWindow.inSeconds).microseconds)
        return Swept(
            codes: try await database.changeInBatches(
                """
                DELETE FROM one_time_codes WHERE id IN (
                    SELECT id FROM one_time_codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
                """, .integer(bound.microseconds)),
            // A counter that begins a new window meanwhile stays: that is asked of the row itself.
            counters: try await database.changeInBatches(
                """
                DELETE FROM login_attempts WHERE window_start < $1 AND key IN (
                    SELECT key FROM login_attempts WHERE window_start < $2 ORDER BY window_start LIMIT $3)
                """, begun, begun))
    }
}
