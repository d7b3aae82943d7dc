package import Foundation
package import IdentityRegistry
package import SQLStatements

/// Counts attempts over SQL: a row for each counter, with the window that it counts in.
///
/// Scripts take the counters they change in the order of their keys, so that no two wait for each other.
package struct SQLAttemptStore: AttemptStore {
    let database: any SQLDatabase

    package init(database: any SQLDatabase) {
        self.database = database
    }

    package var isShared: Bool { database.isServer }

    package func reserve(
        _ counted: [AttemptCounter], watching watched: [AttemptCounter], at instant: Date
    ) async throws -> Result<[AttemptReservation], AttemptsExhausted> {
        guard !counted.isEmpty else { return try await standing(watched, at: instant).map { _ in [] } }
        let counted = counted.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let looks = watched.map { counter in
            SQLStatement(
                "SELECT 1 FROM login_attempts WHERE key = $1 AND window_start > $2 AND count >= $3",
                .bytes(counter.key), .integer(Self.cutoff(counter, instant)), .integer(Int64(counter.limit)),
                expecting: .noRow)
        }
        let takes = counted.map { Self.take($0, limit: $0.limit, at: instant, expecting: .oneRow) }
        guard case .done(let results) = try await database.run(SQLScript(looks + takes)) else {
            // Where no limit is reached any more, somebody has given a place back since: it can be had at once.
            return try await standing(watched + counted, at: instant).flatMap { _ in
                .failure(AttemptsExhausted(until: instant))
            }
        }
        return .success(
            zip(counted, results.dropFirst(looks.count)).map { counter, taken in
                AttemptReservation(key: counter.key, windowStart: Date(microseconds: taken.rows[0].integer(0)))
            })
    }

    package func standing(
        _ counters: [AttemptCounter], at instant: Date
    ) async throws -> Result<[Int], AttemptsExhausted> {
        var found: [Row] = []
        for start in stride(from: 0, to: counters.count, by: Self.portion) {
            found += try await rows(of: counters[start...].prefix(Self.portion))
        }
        var (counts, until): ([Int], Date?) = ([], nil)
        for counter in counters {
            let cutoff = Self.cutoff(counter, instant)
            let row = found.first { $0.key == counter.key && $0.start > cutoff }
            counts.append(row?.count ?? 0)
            guard let row, row.count >= counter.limit else { continue }
            let end = Date(microseconds: row.start).addingTimeInterval(counter.window.inSeconds)
            until = max(until ?? end, end)
        }
        return until.map { .failure(AttemptsExhausted(until: $0)) } ?? .success(counts)
    }

    private typealias Row = (key: [UInt8], count: Int, start: Int64)

    /// Counters that one statement looks for.
    private static let portion = 6

    private func rows(of counters: ArraySlice<AttemptCounter>) async throws -> [Row] {
        // The last stands for those that are missing.
        let keys =
            counters.map(\.key) + Array(repeating: counters.last?.key ?? [], count: Self.portion - counters.count)
        return try await database.all(
            "SELECT key, count, window_start FROM login_attempts WHERE key IN ($1, $2, $3, $4, $5, $6)",
            .bytes(keys[0]), .bytes(keys[1]), .bytes(keys[2]), .bytes(keys[3]), .bytes(keys[4]), .bytes(keys[5])
        ) { ($0.bytes(0), Int($0.integer(1)), $0.integer(2)) }
    }

    package func release(
        _ reservations: [AttemptReservation], forgetting forgotten: [AttemptCounter]
    ) async throws {
        guard !reservations.isEmpty || !forgotten.isEmpty else { return }
        let returns = reservations.map { reservation in
            (
                key: reservation.key,
                statement: SQLStatement(
                    "UPDATE login_attempts SET count = count - 1 WHERE key = $1 AND window_start = $2 AND count > 0",
                    .bytes(reservation.key), .integer(reservation.windowStart.microseconds))
            )
        }
        let deletions = forgotten.map { counter in
            (
                key: counter.key,
                statement: SQLStatement("DELETE FROM login_attempts WHERE key = $1", .bytes(counter.key))
            )
        }
        let ordered = (returns + deletions).sorted { $0.key.lexicographicallyPrecedes($1.key) }
        try await database.write(ordered.map(\.statement))
    }

    package func count(_ counters: [AttemptCounter], at instant: Date) async throws {
        guard !counters.isEmpty else { return }
        let ordered = counters.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        try await database.write(ordered.map { Self.take($0, limit: .max, at: instant) })
    }

    /// Counts one, in a new window if the old one is over; changes nothing if the limit is reached.
    private static func take(
        _ counter: AttemptCounter, limit: Int, at instant: Date, expecting expectation: SQLExpectation = .any
    ) -> SQLStatement {
        let cutoff = SQLValue.integer(cutoff(counter, instant))
        return SQLStatement(
            """
            INSERT INTO login_attempts (key, window_start, count) VALUES ($1, $2, 1)
            ON CONFLICT (key) DO UPDATE SET
                count = CASE WHEN login_attempts.window_start > $3 THEN login_attempts.count + 1 ELSE 1 END,
                window_start = CASE WHEN login_attempts.window_start > $4 THEN login_attempts.window_start
                    ELSE excluded.window_start END
            WHERE login_attempts.window_start <= $5 OR login_attempts.count < $6
            RETURNING window_start
            """, .bytes(counter.key), .integer(instant.microseconds), cutoff, cutoff, cutoff, .integer(Int64(limit)),
            expecting: expectation)
    }

    /// Windows that began until then are over.
    private static func cutoff(_ counter: AttemptCounter, _ instant: Date) -> Int64 {
        instant.addingTimeInterval(-counter.window.inSeconds).microseconds
    }
}

extension Duration {
    var inSeconds: TimeInterval { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
