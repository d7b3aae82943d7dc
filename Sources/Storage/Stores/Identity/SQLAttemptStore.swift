package import Foundation
package import IdentityRegistry
import SQLStatements

/// Counts attempts over SQL: a row for each counter, with the window that it counts in.
package struct SQLAttemptStore: AttemptStore {
    let database: SQLiteDatabase

    package init(database: SQLiteDatabase) {
        self.database = database
    }

    package func reserve(
        _ counted: [AttemptCounter], watching watched: [AttemptCounter], at instant: Date
    ) async throws -> Result<[AttemptReservation], AttemptsExhausted> {
        if counted.isEmpty {
            let exhausted = try database.read { try Self.exhausted(watched, at: instant, on: $0) }
            return exhausted.map { .failure($0) } ?? .success([])
        }
        return try await database.write { connection in
            if let exhausted = try Self.exhausted(watched + counted, at: instant, on: connection) {
                return .failure(exhausted)
            }
            var taken: [AttemptReservation] = []
            for counter in counted {
                guard let reservation = try Self.take(counter, at: instant, on: connection) else {
                    // Where transactions run beside each other, another one was faster since the question above.
                    try Self.giveBack(taken, on: connection)
                    return .failure(AttemptsExhausted(until: instant.addingTimeInterval(counter.window.inSeconds)))
                }
                taken.append(reservation)
            }
            return .success(taken)
        }
    }

    package func standing(
        _ counters: [AttemptCounter], at instant: Date
    ) async throws -> Result<[Int], AttemptsExhausted> {
        let found = try database.read { connection in
            try stride(from: 0, to: counters.count, by: Self.portion).flatMap { start in
                try Self.rows(of: counters[start...].prefix(Self.portion), on: connection)
            }
        }
        var (counts, until): ([Int], Date?) = ([], nil)
        for counter in counters {
            let start = instant.addingTimeInterval(-counter.window.inSeconds)
            let row = found.first { $0.key == counter.key && $0.start > start }
            counts.append(row?.count ?? 0)
            guard let row, row.count >= counter.limit else { continue }
            let end = row.start.addingTimeInterval(counter.window.inSeconds)
            until = max(until ?? end, end)
        }
        return until.map { .failure(AttemptsExhausted(until: $0)) } ?? .success(counts)
    }

    /// Counters that one statement looks for.
    private static let portion = 6

    private static func rows(
        of counters: ArraySlice<AttemptCounter>, on connection: SQLiteConnection
    ) throws -> [(key: [UInt8], count: Int, start: Date)] {
        // The last stands for those that are missing.
        let keys = counters.map(\.key) + Array(repeating: counters.last?.key ?? [], count: portion - counters.count)
        return try connection.all(
            "SELECT key, count, window_start FROM login_attempts WHERE key IN ($1, $2, $3, $4, $5, $6)",
            .bytes(keys[0]), .bytes(keys[1]), .bytes(keys[2]), .bytes(keys[3]), .bytes(keys[4]), .bytes(keys[5])
        ) { ($0.bytes(0), Int($0.integer(1)), Date(microseconds: $0.integer(2))) }
    }

    package func release(
        _ reservations: [AttemptReservation], forgetting forgotten: [AttemptCounter]
    ) async throws {
        guard !reservations.isEmpty || !forgotten.isEmpty else { return }
        try await database.write { connection in
            try Self.giveBack(reservations, on: connection)
            for counter in forgotten {
                try connection.run("DELETE FROM login_attempts WHERE key = $1", .bytes(counter.key))
            }
        }
    }

    package func count(_ counters: [AttemptCounter], at instant: Date) async throws {
        guard !counters.isEmpty else { return }
        try await database.write { connection in
            for counter in counters {
                _ = try Self.take(counter, limit: .max, at: instant, on: connection)
            }
        }
    }

    /// Until when the limits that are reached hold; nil if none is.
    private static func exhausted(
        _ counters: [AttemptCounter], at instant: Date, on connection: SQLiteConnection
    ) throws -> AttemptsExhausted? {
        var until: Date?
        for counter in counters {
            let start = try connection.first(
                "SELECT window_start FROM login_attempts WHERE key = $1 AND window_start > $2 AND count >= $3",
                .bytes(counter.key), cutoff(counter, instant), .integer(Int64(counter.limit))
            ) { Date(microseconds: $0.integer(0)) }
            guard let end = start?.addingTimeInterval(counter.window.inSeconds) else { continue }
            until = max(until ?? end, end)
        }
        return until.map { AttemptsExhausted(until: $0) }
    }

    /// Counts one, in a new window if the old one is over; nil if the limit is reached.
    private static func take(
        _ counter: AttemptCounter, limit: Int? = nil, at instant: Date, on connection: SQLiteConnection
    ) throws -> AttemptReservation? {
        let cutoff = cutoff(counter, instant)
        return try connection.first(
            """
            INSERT INTO login_attempts (key, window_start, count) VALUES ($1, $2, 1)
            ON CONFLICT (key) DO UPDATE SET
                count = CASE WHEN login_attempts.window_start > $3 THEN login_attempts.count + 1 ELSE 1 END,
                window_start = CASE WHEN login_attempts.window_start > $4 THEN login_attempts.window_start
                    ELSE excluded.window_start END
            WHERE login_attempts.window_start <= $5 OR login_attempts.count < $6
            RETURNING window_start
            """, .bytes(counter.key), .integer(instant.microseconds), cutoff, cutoff, cutoff,
            .integer(Int64(limit ?? counter.limit))
        ) { AttemptReservation(key: counter.key, windowStart: Date(microseconds: $0.integer(0))) }
    }

    private static func giveBack(_ reservations: [AttemptReservation], on connection: SQLiteConnection) throws {
        for reservation in reservations {
            try connection.run(
                "UPDATE login_attempts SET count = count - 1 WHERE key = $1 AND window_start = $2 AND count > 0",
                .bytes(reservation.key), .integer(reservation.windowStart.microseconds))
        }
    }

    /// Windows that began until then are over.
    private static func cutoff(_ counter: AttemptCounter, _ instant: Date) -> SQLValue {
        .integer(instant.addingTimeInterval(-counter.window.inSeconds).microseconds)
    }
}

extension Duration {
    var inSeconds: TimeInterval { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
