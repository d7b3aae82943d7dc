/// A database that stores are over, whatever its engine.
///
/// Everything that is to be done together is one script: it costs one round trip where the database is elsewhere.
package protocol SQLDatabase: Sendable {
    /// Runs a script; returns once its changes are on the disk.
    func run(_ script: SQLScript) async throws(DatabaseFailure) -> SQLOutcome

    /// Finishes what was begun and lets go of the database.
    func close() async

    /// The database is a server, which processes on many machines may share.
    var isServer: Bool { get }

    /// What a database elsewhere was asked; nil where it is part of this process.
    var usage: DatabaseCounters? { get }

    /// How far the database's clock is ahead of this machine's; nil where it is the same one.
    func clockDifference() async throws(DatabaseFailure) -> Duration?
}

extension SQLDatabase {
    package var isServer: Bool { false }

    package var usage: DatabaseCounters? { nil }

    package func clockDifference() async throws(DatabaseFailure) -> Duration? { nil }

    /// The rows of a statement that changes nothing.
    package func query(_ statement: SQLStatement) async throws(DatabaseFailure) -> [SQLRow] {
        guard case .done(let results) = try await run(.reading(statement)) else {
            throw DatabaseFailure(.other, message: "a query returned another number of rows than it should")
        }
        return results[0].rows
    }

    /// The first row of what a statement that changes nothing gives.
    package func first<T>(
        _ sql: SQL, _ parameters: SQLValue..., read: (SQLRow) throws -> T
    ) async throws -> T? {
        try await query(SQLStatement(sql, parameters: parameters)).first.map(read)
    }

    /// Every row of what a statement that changes nothing gives.
    package func all<T>(_ sql: SQL, _ parameters: SQLValue..., read: (SQLRow) throws -> T) async throws -> [T] {
        try await query(SQLStatement(sql, parameters: parameters)).map(read)
    }

    /// Runs one statement that changes something; how many rows it changed.
    @discardableResult
    package func change(_ sql: SQL, _ parameters: SQLValue...) async throws(DatabaseFailure) -> Int {
        try await write(SQLStatement(sql, parameters: parameters))[0].changed
    }

    /// Runs statements that change something and expect nothing, in one transaction.
    @discardableResult
    package func write(_ statements: SQLStatement...) async throws(DatabaseFailure) -> [SQLResult] {
        try await write(statements)
    }

    /// Runs statements that change something and expect nothing, in one transaction.
    @discardableResult
    package func write(_ statements: [SQLStatement]) async throws(DatabaseFailure) -> [SQLResult] {
        guard !statements.isEmpty else { return [] }
        guard case .done(let results) = try await run(SQLScript(statements)) else {
            throw DatabaseFailure(.other, message: "a script was refused that nothing is expected of")
        }
        return results
    }
}

extension SQLOutcome {
    /// The statement whose expectation did not hold, nil if everything is done.
    package var refusedIndex: Int? {
        guard case .refused(let index) = self else { return nil }
        return index
    }

    /// Nothing was refused.
    package var isDone: Bool { refusedIndex == nil }
}
