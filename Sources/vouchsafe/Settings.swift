import ArgumentParser
import Foundation
import SQLStatements

/// What the environment says: the one place that reads it.
struct Settings: Sendable {
    let port: Int
    let managementPort: Int
    let dataDirectory: URL
    /// The key-encryption key in base64, or the URI of a token's key; nil if it is kept in a file of the data directory.
    let keyEncryptionKey: String?
    /// The PostgreSQL database, whatever the configuration says; nil if the environment does not say.
    var databaseURL: String?
    /// Or the file that has it.
    var keyEncryptionKeyFile: URL?
    /// The address that the public port listens on; nil if the configuration says so.
    var listenHost: String?
    /// How long requests are taken as before once the process is told to stop, so that whoever sends them can notice.
    var stopDelay = Duration.zero
    /// How long after that requests that had begun may take.
    var stopLimit = Duration.seconds(25)
    /// The private key that pays for anchors, in hexadecimal; nil if it is in a file.
    var anchorKey: String?
    /// Where the service manager wants to be told how far the process is.
    var notifySocket: String?

    var publicURL: String { "http://localhost:\(port)" }
    var managementURL: String { "http://127.0.0.1:\(managementPort)" }
    /// Where the key-encryption key is if the environment does not say.
    var ownKeyFile: URL { dataDirectory.appending(path: "key-encryption.key") }
    var managementKeyFile: URL { dataDirectory.appending(path: "management.key") }

    static func fromEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Settings {
        guard environment[keyName] == nil || environment[keyFileName] == nil else {
            throw CommandFailure("set \(keyName) or \(keyFileName), not both")
        }
        return Settings(
            port: try port("PORT", default: 8080, environment),
            managementPort: try port("MANAGEMENT_PORT", default: 8081, environment),
            dataDirectory: URL(filePath: environment["DATA_DIR"] ?? "data", directoryHint: .isDirectory),
            keyEncryptionKey: environment[keyName], databaseURL: try databaseURL(environment),
            keyEncryptionKeyFile: environment[keyFileName].map { URL(filePath: $0) },
            listenHost: try listenHost(environment),
            stopDelay: try seconds("STOP_DELAY", default: 0, environment),
            stopLimit: try seconds("STOP_LIMIT", default: 25, environment),
            anchorKey: environment[anchorKeyName], notifySocket: environment["NOTIFY_SOCKET"])
    }

    private static func databaseURL(_ environment: [String: String]) throws -> String? {
        guard let url = environment["DATABASE_URL"], !url.isEmpty else { return nil }
        guard ServerURL.isMeant(by: url) else {
            // Not quoted: it may hold a password.
            throw CommandFailure("DATABASE_URL must be of the form postgresql://user:password@host:5432/name")
        }
        return url
    }

    static let keyName = "VOUCHSAFE_KEY_ENCRYPTION_KEY"
    static let anchorKeyName = "VOUCHSAFE_ANCHOR_KEY"
    static let keyFileName = "VOUCHSAFE_KEY_ENCRYPTION_KEY_FILE"

    private static func listenHost(_ environment: [String: String]) throws -> String? {
        guard let host = environment["LISTEN_HOST"] else { return nil }
        guard !host.isEmpty else { throw CommandFailure("LISTEN_HOST must be an address to listen on, as 0.0.0.0") }
        return host
    }

    private static func seconds(
        _ name: String, default standard: Int, _ environment: [String: String]
    ) throws -> Duration {
        guard let text = environment[name] else { return .seconds(standard) }
        guard let seconds = Int(text), (0...3600).contains(seconds) else {
            throw CommandFailure("\(name) must be a whole number of seconds from 0 to 3600")
        }
        return .seconds(seconds)
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
