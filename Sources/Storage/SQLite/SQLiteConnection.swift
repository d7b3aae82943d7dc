import CSQLite
import SQLStatements

/// One connection to a SQLite database and its prepared statements. Used by one thread at a time.
final class SQLiteConnection {
    private let handle: OpaquePointer
    private var statements: [SQL: OpaquePointer] = [:]

    enum Mode {
        case readWrite
        case readOnly
    }

    init(path: String, mode: Mode) throws(DatabaseFailure) {
        var handle: OpaquePointer?
        let flags = mode == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let status = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, nil)
        guard status == SQLITE_OK, let handle else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw DatabaseFailure(sqlite: status, message: "\(message): \(path)")
        }
        self.handle = handle
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, 10_000)
        // FULL: a commit is on the disk before it is answered. Write-ahead: readers never wait for the writer.
        try execute("PRAGMA journal_mode = WAL")
        try execute("PRAGMA synchronous = FULL")
        try execute("PRAGMA foreign_keys = ON")
        try execute("PRAGMA cache_size = -4096")
        // Fewer checkpoints: a page that changes often is copied into the database once for many commits.
        try execute("PRAGMA wal_autocheckpoint = 4000")
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Runs SQL text that is not kept prepared: settings and migrations.
    func execute(_ text: String) throws(DatabaseFailure) {
        guard sqlite3_exec(handle, text, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    /// Runs a statement that is kept prepared.
    @discardableResult
    func run(_ sql: SQL, _ parameters: [SQLValue] = []) throws(DatabaseFailure) -> SQLResult {
        let statement = try prepared(sql)
        try bind(parameters, to: statement)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        var rows: [SQLRow] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append(row(of: statement))
            case SQLITE_DONE:
                let isChange = sqlite3_stmt_readonly(statement) == 0
                return SQLResult(rows: rows, changed: isChange ? Int(sqlite3_changes(handle)) : 0)
            default: throw failure()
            }
        }
    }

    private func row(of statement: OpaquePointer) -> SQLRow {
        let count = sqlite3_column_count(statement)
        return SQLRow(
            columns: [SQLValue](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
                for column in 0..<count {
                    buffer.initializeElement(at: Int(column), to: value(of: statement, column))
                }
                initialized = Int(count)
            })
    }

    private func value(of statement: OpaquePointer, _ column: Int32) -> SQLValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_TEXT:
            guard let start = sqlite3_column_text(statement, column) else { return .text("") }
            let count = Int(sqlite3_column_bytes(statement, column))
            return .text(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            guard let start = sqlite3_column_blob(statement, column) else { return .bytes([]) }
            let count = Int(sqlite3_column_bytes(statement, column))
            return .bytes(Array(UnsafeRawBufferPointer(start: start, count: count)))
        default: return .null
        }
    }

    private func bind(_ parameters: [SQLValue], to statement: OpaquePointer) throws(DatabaseFailure) {
        for (index, parameter) in parameters.enumerated() {
            let position = Int32(index + 1)
            let status =
                switch parameter {
                case .null: sqlite3_bind_null(statement, position)
                case .integer(let value): sqlite3_bind_int64(statement, position, value)
                // A string passed as an argument is a C string for the call, empty ones too.
                case .text(let text):
                    sqlite3_bind_text(statement, position, text, Int32(text.utf8.count), Self.transient)
                case .bytes(let bytes):
                    bytes.withUnsafeBytes { bytes in
                        bytes.isEmpty
                            ? sqlite3_bind_zeroblob(statement, position, 0)
                            : sqlite3_bind_blob(
                                statement, position, bytes.baseAddress, Int32(bytes.count), Self.transient)
                    }
                }
            guard status == SQLITE_OK else { throw failure() }
        }
    }

    private func prepared(_ sql: SQL) throws(DatabaseFailure) -> OpaquePointer {
        if let statement = statements[sql] { return statement }
        var statement: OpaquePointer?
        let status = sql.text.withUTF8Buffer { text in
            text.withMemoryRebound(to: CChar.self) { characters in
                sqlite3_prepare_v3(
                    handle, characters.baseAddress, Int32(characters.count), UInt32(SQLITE_PREPARE_PERSISTENT),
                    &statement, nil)
            }
        }
        guard status == SQLITE_OK, let statement else { throw failure() }
        // To SQLite "$2" is a name and counts where it first stands: that must be second.
        for position in 1...max(1, sqlite3_bind_parameter_count(statement)) {
            guard let name = sqlite3_bind_parameter_name(statement, position) else { continue }
            precondition(String(cString: name) == "$\(position)", "parameters out of order: \(sql.text)")
        }
        statements[sql] = statement
        return statement
    }

    private func failure() -> DatabaseFailure {
        DatabaseFailure(sqlite: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

extension DatabaseFailure {
    fileprivate init(sqlite code: Int32, message: String) {
        let kind: Kind =
            switch code & 0xFF {
            case SQLITE_FULL: .diskFull
            case SQLITE_READONLY: .readOnly
            case SQLITE_CONSTRAINT: .constraintViolation
            case SQLITE_BUSY, SQLITE_LOCKED: .timeout
            case SQLITE_PERM, SQLITE_AUTH: .permissionMissing
            case SQLITE_CANTOPEN: .unreachable
            case SQLITE_TOOBIG: .invalidValue
            default: .other
            }
        self.init(kind, code: String(code), message: message)
    }
}
