import CPostgreSQL
import Foundation
package import SQLStatements

/// A connection of its own for changes of the schema, which wait as long as they must. Blocks.
struct SchemaConnection: ~Copyable {
    private let handle: OpaquePointer

    /// "VOUCHSAF": whoever changes the schema holds this lock to the end of the transaction.
    private static let lock: Int64 = 0x564F_5543_4853_4146

    init(settings: ConnectionSettings, timeout: Duration) throws(DatabaseFailure) {
        handle = try ConnectionAttempt.open(settings.hosts, timeout: timeout).handle
        // libpq writes notices to the standard error stream otherwise.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
    }

    deinit { PQfinish(handle) }

    /// Runs `body` in a transaction in which nobody else changes the schema.
    func transaction<T>(_ body: (borrowing SchemaConnection) throws(DatabaseFailure) -> T) throws(DatabaseFailure) -> T
    {
        try execute("BEGIN")
        do throws(DatabaseFailure) {
            // Only for this transaction, and so through a pooler too.
            try execute("SET LOCAL statement_timeout = 0")
            try execute("SELECT pg_advisory_xact_lock(\(Self.lock))")
            let value = try body(self)
            try execute("COMMIT")
            return value
        } catch {
            PQclear(PQexec(handle, "ROLLBACK"))
            throw error
        }
    }

    /// Runs the statements of a text.
    func execute(_ text: String) throws(DatabaseFailure) { _ = try firstField(of: text) }

    /// The first column of the first row, as text.
    func firstField(of text: String) throws(DatabaseFailure) -> String? {
        guard let result = PQexec(handle, text) else {
            throw DatabaseFailure(.unreachable, message: "the connection to the database was lost")
        }
        defer { PQclear(result) }
        guard [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result)) else {
            guard PQstatus(handle) != CONNECTION_BAD else {
                throw DatabaseFailure(.unreachable, message: "the connection to the database was lost")
            }
            throw ServerError(result).failure
        }
        guard PQntuples(result) > 0, PQgetisnull(result, 0, 0) == 0 else { return nil }
        return String(cString: PQgetvalue(result, 0, 0))
    }
}

extension PostgreSQLDatabase {
    /// Runs texts of statements in one transaction, one after the other. Processes that do so at the same time wait for
    /// each other. The database need not be started.
    package func execute(texts: [String]) async throws(DatabaseFailure) {
        try await changingSchema { connection throws(DatabaseFailure) in
            for text in texts { try connection.execute(text) }
        }
    }

    /// Blocks a thread of its own, not one that tasks run on.
    func changingSchema<T: Sendable>(
        _ body: @escaping @Sendable (borrowing SchemaConnection) throws(DatabaseFailure) -> T
    ) async throws(DatabaseFailure) -> T {
        let (settings, timeout) = (settings, options.connectTimeout)
        let result: Result<T, DatabaseFailure> = await withUnsafeContinuation { continuation in
            Thread.detachNewThread {
                let result = Result { () throws(DatabaseFailure) in
                    try SchemaConnection(settings: settings, timeout: timeout).transaction(body)
                }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }
}
