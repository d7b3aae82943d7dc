package import Foundation
package import Logging
import PostgreSQL
package import SQLStatements

/// Where a database is, and with that which engine it has.
package enum DatabaseLocation: Sendable, Hashable {
    /// SQLite, in this file.
    case file(path: String)
    /// PostgreSQL, or what speaks its protocol.
    case server(url: String)

    /// A `postgresql://` URL, or else the path of a file.
    package init(_ text: String) {
        self = ServerURL.isMeant(by: text) ? .server(url: text) : .file(path: text)
    }

    /// The place without its password, for messages.
    package var name: String {
        switch self {
        case .file(let path): return path
        case .server(let url):
            guard let scheme = url.range(of: "://") else { return "PostgreSQL" }
            let rest = url[scheme.upperBound...]
            let authority = rest.prefix { $0 != "?" }
            guard let at = authority.lastIndex(of: "@") else { return "postgresql://" + authority }
            return "postgresql://" + authority[authority.index(after: at)...]
        }
    }

    /// Opens the database with its schema brought up to date.
    package func open(at instant: Date, logger: Logger) async throws(DatabaseFailure) -> any SQLDatabase {
        switch self {
        case .file(let path): return try SQLiteDatabase(path: path, at: instant)
        case .server(let url):
            let database = try PostgreSQLDatabase(url: url, logger: logger)
            try await database.migrate(Migrations.forPostgreSQL, at: instant.microseconds)
            try await database.start()
            return database
        }
    }

    /// The steps of the schema that were run, with when; none where there is no schema yet. Changes nothing.
    package func appliedSteps() async throws(DatabaseFailure) -> [AppliedStep] {
        switch self {
        case .file(let path):
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            return try Migrations.applied(on: SQLiteConnection(path: path, mode: .readOnly))
        case .server(let url):
            let database = try PostgreSQLDatabase(
                url: url, logger: Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() })
            return try await database.appliedSteps().map {
                AppliedStep(number: Int($0.number), at: Date(microseconds: $0.microseconds))
            }
        }
    }

    /// The number of the last step that this program knows.
    package static var knownSteps: Int { Migrations.count }
}

/// A step of the schema that was run.
package struct AppliedStep: Sendable, Hashable {
    package let number: Int
    package let at: Date
}
