package import Foundation
package import SQLStatements
import Synchronization

/// A SQLite database: one writing thread that commits together what waits together, and connections to read with.
///
/// Several processes may open the same file: every transaction that writes begins by taking the write lock.
package final class SQLiteDatabase: SQLDatabase {
    private let path: String
    private let writer: SQLiteWriter
    /// Those that nobody uses; nil once the database was closed.
    private let readers: Mutex<[SQLiteReader]?>

    /// Opens the file, makes it if it is not there, and brings its schema up to date.
    package init(path: String, at instant: Date) throws(DatabaseFailure) {
        self.path = path
        let connection = try SQLiteConnection(path: path, mode: .readWrite)
        try Migrations.run(on: connection, at: instant)
        writer = SQLiteWriter(connection: connection)
        readers = Mutex([])
    }

    /// Opens the file of a program that is no server and has tables of its own.
    ///
    /// - Parameter tables: statements that do nothing where the tables are made already.
    package init(path: String, tables: [String]) throws(DatabaseFailure) {
        self.path = path
        let connection = try SQLiteConnection(path: path, mode: .readWrite)
        for statement in tables { try connection.execute(statement) }
        writer = SQLiteWriter(connection: connection)
        readers = Mutex([])
    }

    /// Scripts that change something may share a transaction with others.
    package func run(_ script: SQLScript) async throws(DatabaseFailure) -> SQLOutcome {
        guard !script.isReadOnly else { return try read(script) }
        let result = await withUnsafeContinuation { continuation in
            writer.enqueue(WriteJob(script: script, continuation: continuation))
        }
        return try result.get()
    }

    /// Runs the statements against the last committed state.
    private func read(_ script: SQLScript) throws(DatabaseFailure) -> SQLOutcome {
        let reader = try takeReader()
        defer { readers.withLock { $0?.append(reader) } }
        let isSeveral = script.statements.count > 1
        if isSeveral { try reader.connection.run("BEGIN") }
        defer { if isSeveral { _ = try? reader.connection.run("COMMIT") } }
        do {
            return try reader.connection.run(script)
        } catch let failure as DatabaseFailure {
            throw failure
        } catch {
            throw DatabaseFailure(.other, message: "a script that changes something says that it only reads")
        }
    }

    private func takeReader() throws(DatabaseFailure) -> SQLiteReader {
        let (isOpen, idle) = readers.withLock { ($0 != nil, $0?.popLast()) }
        guard isOpen else { throw DatabaseFailure(.closed, message: "the database is closed") }
        if let idle { return idle }
        return try SQLiteReader(path: path)
    }

    /// Finishes the jobs that wait and lets go of the file.
    package func close() {
        writer.stop()
        readers.withLock { $0 = nil }
    }
}

/// A connection that only one reader has at a time.
private final class SQLiteReader: @unchecked Sendable {  // taken out of the pool under a lock by whoever uses it
    let connection: SQLiteConnection

    init(path: String) throws(DatabaseFailure) {
        connection = try SQLiteConnection(path: path, mode: .readOnly)
    }
}
