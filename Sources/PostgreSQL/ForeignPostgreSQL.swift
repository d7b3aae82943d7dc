import CPostgreSQL
import Foundation
package import SQLStatements

/// A PostgreSQL database that is somebody else's: one statement of theirs is read, in a transaction that cannot write.
package struct ForeignPostgreSQL: Sendable {
    /// What a statement gave: texts as the server writes them, nil for NULL.
    package struct Answer: Sendable {
        package let columns: [String]
        package let rows: [[[UInt8]?]]
    }

    private static let statementTimeout = 60
    /// Rows that are fetched together.
    private static let portion = 1000

    private let settings: ConnectionSettings
    private let timeout: Duration

    /// Reads the URL; nothing is connected.
    package init(url: String) throws(DatabaseFailure) {
        var options = PostgreSQLOptions()
        options.preparedStatements = false
        settings = try ConnectionSettings(url: url, options: options)
        timeout = options.connectTimeout
    }

    /// The first rows of a statement, at most `limit`.
    package func rows(of text: String, limit: Int) async throws(DatabaseFailure) -> Answer {
        // A replica will do, unless the URL says otherwise.
        let hosts = settings.hosts.map { host in
            host["target_session_attrs"] == "read-write"
                ? host.merging(["target_session_attrs": "any"]) { $1 } : host
        }
        let timeout = timeout
        // libpq blocks.
        let result: Result<Answer, DatabaseFailure> = await withUnsafeContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    returning: Result { () throws(DatabaseFailure) in
                        try ReadingConnection(hosts, timeout: timeout).rows(of: text, limit: limit)
                    })
            }
        }
        return try result.get()
    }

    private struct ReadingConnection: ~Copyable {
        private let handle: OpaquePointer

        init(_ hosts: [ConnectionSettings.Parameters], timeout: Duration) throws(DatabaseFailure) {
            handle = try ConnectionAttempt.open(hosts, timeout: timeout).handle
            // libpq writes notices to the standard error stream otherwise.
            PQsetNoticeReceiver(handle, { _, _ in }, nil)
        }

        deinit { PQfinish(handle) }

        func rows(of text: String, limit: Int) throws(DatabaseFailure) -> Answer {
            try run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") { _ in }
            try run("SET LOCAL statement_timeout = '\(ForeignPostgreSQL.statementTimeout)s'") { _ in }
            try run("SET LOCAL datestyle = 'ISO, YMD'") { _ in }
            // A cursor is of a SELECT alone.
            try run("DECLARE market_rows NO SCROLL CURSOR FOR \(text)") { _ in }
            var columns: [String] = []
            var rows: [[[UInt8]?]] = []
            var isOver = false
            while !isOver, rows.count < limit {
                let count = min(ForeignPostgreSQL.portion, limit - rows.count)
                try run("FETCH \(count) FROM market_rows") { result in
                    columns = Self.columns(of: result)
                    let got = Int(PQntuples(result))
                    for row in 0..<got { rows.append(Self.row(Int32(row), of: result)) }
                    isOver = got < count
                }
            }
            return Answer(columns: columns, rows: rows)
        }

        /// One statement: in this protocol the server refuses several in one text.
        private func run(_ text: String, read: (OpaquePointer) -> Void) throws(DatabaseFailure) {
            guard !text.utf8.contains(0) else {
                throw DatabaseFailure(.invalidValue, message: "the statement has a NUL")
            }
            guard let result = PQexecParams(handle, text, 0, nil, nil, nil, nil, 0) else {
                throw DatabaseFailure(.unreachable, message: "the connection to the database was lost")
            }
            defer { PQclear(result) }
            guard [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result)) else {
                guard PQstatus(handle) != CONNECTION_BAD else {
                    throw DatabaseFailure(.unreachable, message: "the connection to the database was lost")
                }
                throw ServerError(result).failure
            }
            read(result)
        }

        private static func columns(of result: OpaquePointer) -> [String] {
            (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        }

        private static func row(_ row: Int32, of result: OpaquePointer) -> [[UInt8]?] {
            (0..<PQnfields(result)).map { column in
                guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else {
                    return nil
                }
                return Array(
                    UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column))))
            }
        }
    }
}
