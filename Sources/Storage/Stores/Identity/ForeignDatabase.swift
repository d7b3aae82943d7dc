import CSQLite

/// Why a statement of the configuration cannot be used on somebody else's database.
package enum SQLSourceFault: Error, Sendable, Equatable {
    /// The file is missing, locked, or no database. It may be there later.
    case unreadable(String)
    /// SQLite does not take the statement.
    case malformed(statement: String, message: String)
    case severalStatements(String)
    /// It would change something.
    case notReadOnly(String)
    /// It gives no rows.
    case noColumns(String)
    /// Its parameters are not `$1` to `$count`, each used.
    case parameters(statement: String, count: Int)
}

extension SQLSourceFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let message): "the database cannot be read: \(message)"
        case .malformed(let statement, let message): "\(statement): \(message)"
        case .severalStatements(let statement): "\(statement): one statement is expected"
        case .notReadOnly(let statement): "\(statement): a SELECT is expected, which changes nothing"
        case .noColumns(let statement): "\(statement): a SELECT is expected"
        case .parameters(let statement, let count):
            "\(statement): "
                + (count == 0
                    ? "no parameters are" : count == 1 ? "the parameter $1 is" : "the parameters $1 to $\(count) are")
                + " expected"
        }
    }
}

/// A connection to a SQLite file that is somebody else's: opened to read, for one question.
final class ForeignDatabase {
    private let handle: OpaquePointer
    /// Milliseconds that a writer is waited for.
    private static let patience: Int32 = 200

    init(path: String) throws(SQLSourceFault) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE
        let status = sqlite3_open_v2(path, &handle, flags, nil)
        guard status == SQLITE_OK, let handle else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw .unreadable("\(message): \(path)")
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, Self.patience)
    }

    deinit { sqlite3_close_v2(handle) }

    /// The first rows that a statement gives, at most `limit`.
    func rows<T>(
        of text: String, named name: String, parameters: [String], limit: Int, read: (ForeignRow) throws -> T
    ) throws -> [T] {
        let statement = try prepare(text, named: name, parameterCount: parameters.count)
        defer { sqlite3_finalize(statement) }
        for (index, value) in parameters.enumerated() {
            let position = sqlite3_bind_parameter_index(statement, "$\(index + 1)")
            guard sqlite3_bind_text(statement, position, value, Int32(value.utf8.count), Self.transient) == SQLITE_OK
            else { throw failure() }
        }
        var rows: [T] = []
        while rows.count < limit {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append(try read(ForeignRow(statement: statement)))
            case SQLITE_DONE: return rows
            default: throw failure()
            }
        }
        return rows
    }

    /// The names of the columns that a statement without parameters gives.
    func columns(of text: String, named name: String) throws(SQLSourceFault) -> [String] {
        let statement = try prepare(text, named: name, parameterCount: 0)
        defer { sqlite3_finalize(statement) }
        return ForeignRow(statement: statement).columns
    }

    /// Whether a statement can be used.
    func check(_ text: String, named name: String, parameterCount: Int) throws(SQLSourceFault) {
        sqlite3_finalize(try prepare(text, named: name, parameterCount: parameterCount))
    }

    private func prepare(
        _ text: String, named name: String, parameterCount: Int
    ) throws(SQLSourceFault) -> OpaquePointer {
        var statement: OpaquePointer?
        var rest = ""
        let status = text.withCString { start in
            var tail: UnsafePointer<CChar>?
            let status = sqlite3_prepare_v2(handle, start, -1, &statement, &tail)
            if let tail { rest = String(cString: tail) }
            return status
        }
        guard status == SQLITE_OK else {
            let isFile = [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CANTOPEN, SQLITE_NOTADB, SQLITE_IOERR].contains(
                status & 0xFF)
            throw isFile ? failure() : .malformed(statement: name, message: String(cString: sqlite3_errmsg(handle)))
        }
        guard let statement else { throw .malformed(statement: name, message: "empty") }
        do throws(SQLSourceFault) {
            try Self.check(statement, rest, named: name, parameterCount: parameterCount)
            return statement
        } catch {
            sqlite3_finalize(statement)
            throw error
        }
    }

    private static func check(
        _ statement: OpaquePointer, _ rest: String, named name: String, parameterCount: Int
    ) throws(SQLSourceFault) {
        guard rest.allSatisfy({ $0.isWhitespace || $0 == ";" }) else { throw .severalStatements(name) }
        guard sqlite3_stmt_readonly(statement) != 0 else { throw .notReadOnly(name) }
        // ATTACH and BEGIN count as reading too, but give no rows.
        guard sqlite3_column_count(statement) > 0 else { throw .noColumns(name) }
        let positions = (0..<parameterCount).map { sqlite3_bind_parameter_index(statement, "$\($0 + 1)") }
        guard sqlite3_bind_parameter_count(statement) == parameterCount, positions.allSatisfy({ $0 > 0 }) else {
            throw .parameters(statement: name, count: parameterCount)
        }
    }

    private func failure() -> SQLSourceFault { .unreadable(String(cString: sqlite3_errmsg(handle))) }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// The row that a statement on somebody else's database stands on.
struct ForeignRow {
    let statement: OpaquePointer

    var columns: [String] {
        (0..<sqlite3_column_count(statement)).map { column in
            sqlite3_column_name(statement, column).map { String(cString: $0) } ?? ""
        }
    }

    /// The bytes of a text or blob, a number as text; nil for NULL.
    func bytes(_ column: Int) -> [UInt8]? {
        let column = Int32(column)
        guard sqlite3_column_type(statement, column) != SQLITE_NULL else { return nil }
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }
}
