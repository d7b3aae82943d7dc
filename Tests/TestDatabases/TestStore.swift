package import Foundation
package import Logging
package import Storage

/// Where the tests' stores are kept. `VOUCHSAFE_TEST_STORE=postgresql` runs them all on PostgreSQL, on a server of their
/// own; otherwise they run on SQLite.
package enum TestStore {
    package static let isPostgreSQL: Bool = {
        switch ProcessInfo.processInfo.environment["VOUCHSAFE_TEST_STORE"] {
        case nil, "", "sqlite": return false
        case "postgresql": return true
        case let other?: fatalError("VOUCHSAFE_TEST_STORE is \(other); sqlite or postgresql is expected")
        }
    }()

    /// A new, empty database: a file in the folder, or one of the server. Two connections do for what one test asks.
    package static func fresh(in folder: URL, named name: String = "test.db") throws -> DatabaseLocation {
        if let url = try freshURL() { return .server(url: url) }
        return .file(path: folder.appending(path: name).path)
    }

    /// The URL of a new, empty database of the server; nil where the tests run on SQLite.
    package static func freshURL() throws -> String? {
        guard isPostgreSQL else { return nil }
        // A schema of its own in one database: a database of its own would be eight megabytes of files.
        let schema = "test_\(UInt64.random(in: 0 ... .max))"
        let server = TemporaryPostgreSQL.shared
        try server.administer("CREATE SCHEMA \(schema) AUTHORIZATION tester", database: "tests")
        return server.url(user: "tester", database: "tests") + "?connections=2&options=-csearch_path%3D\(schema)"
    }
}

extension Logger {
    package static let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
}
