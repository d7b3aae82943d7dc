import ArgumentParser
import Foundation
import Storage

/// What the environment says: the one place that reads it.
struct Settings: Sendable {
    let port: Int
    let managementPort: Int
    let dataDirectory: URL
    /// The key-encryption key in base64; nil if it is kept in a file of the data directory.
    let keyEncryptionKey: String?
    /// The PostgreSQL database, whatever the configuration says; nil if the environment does not say.
    let databaseURL: String?

    var publicURL: String { "http://localhost:\(port)" }
    var managementURL: String { "http://127.0.0.1:\(managementPort)" }
    var managementKeyFile: URL { dataDirectory.appending(path: "management.key") }

    static func fromEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Settings {
        Settings(
            port: try port("PORT", default: 8080, environment),
            managementPort: try port("MANAGEMENT_PORT", default: 8081, environment),
            dataDirectory: URL(filePath: environment["DATA_DIR"] ?? "data", directoryHint: .isDirectory),
            keyEncryptionKey: environment["VOUCHSAFE_KEY_ENCRYPTION_KEY"],
            databaseURL: try databaseURL(environment))
    }

    private static func databaseURL(_ environment: [String: String]) throws -> String? {
        guard let url = environment["DATABASE_URL"], !url.isEmpty else { return nil }
        guard DatabaseLocation.isServer(url) else {
            // Not quoted: it may hold a password.
            throw CommandFailure("DATABASE_URL must be of the form postgresql://user:password@host:5432/name")
        }
        return url
    }

    private static func port(_ name: String, default standard: Int, _ environment: [String: String]) throws -> Int {
        guard let text = environment[name] else { return standard }
        guard let port = Int(text), (1...65535).contains(port) else {
            throw CommandFailure("\(name) must be a port number from 1 to 65535")
        }
        return port
    }
}

/// A failure that the user can do something about: one line on standard error, exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
