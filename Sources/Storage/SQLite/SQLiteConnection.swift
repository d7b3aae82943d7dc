import CSQLite
package import SQLStatements

/// One connection to a SQLite database and its prepared statements. Used by one thread at a time.
package final class SQLiteConnection {
    private let handle: OpaquePointer
    private var statements: [SQL: OpaquePointer] = [:]

    enum Mode {
        case readWrite
        case readOnly
    }

    init(path: String, mode: Mode) throws {
        var handle: OpaquePointer?
        let flags = mode == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let status = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, nil)
        guard status == SQLITE_OK, let handle else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw DatabaseFailure(.other, code: String(status), message: "\(message): \(path)")
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
    func execute(_ text: String) throws {
        guard sqlite3_exec(handle, text, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    /// Runs a statement that gives no rows; how many rows it changed.
    @discardableResult
    package func run(_ sql: SQL, _ parameters: SQLValue...) throws -> Int {
        let statement = try bind(sql, parameters)
        defer { reset(statement) }
        guard sqlite3_step(statement) == SQLITE_DONE else { throw failure() }
        return Int(sqlite3_changes(handle))
    }

    /// The first row of what a statement gives.
    package func first<T>(_ sql: SQL, _ parameters: SQLValue..., read: (SQLiteRow) throws -> T) throws -> T? {
        let statement = try bind(sql, parameters)
        defer { reset(statement) }
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return try read(SQLiteRow(statement: statement))
        case SQLITE_DONE: return nil
        default: throw failure()
        }
    }

    /// Every row of what a statement gives.
    package func all<T>(_ sql: SQL, _ parameters: SQLValue..., read: (SQLiteRow) throws -> T) throws -> [T] {
        let statement = try bind(sql, parameters)
        defer { reset(statement) }
        var rows: [T] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append(try read(SQLiteRow(statement: statement)))
            case SQLITE_DONE: return rows
            default: throw failure()
            }
        }
    }

    private func bind(_ sql: SQL, _ parameters: [SQLValue]) throws -> OpaquePointer {
        let statement = try prepared(sql)
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
        return statement
    }

    private func prepared(_ sql: SQL) throws -> OpaquePointer {
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

    private func reset(_ statement: OpaquePointer) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    private func failure() -> DatabaseFailure {
        DatabaseFailure(
            .other, code: String(sqlite3_extended_errcode(handle)), message: String(cString: sqlite3_errmsg(handle)))
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// The row that a statement stands on. Columns count from zero.
package struct SQLiteRow {
    let statement: OpaquePointer

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    package func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    package func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    package func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    package func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    package func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
}
