import ConfigurationFile
import Foundation
import HTTPTypes
import Logging
import OAuth
import SQLStatements
import Storage
import TestDatabases
import Testing
import WebServer
import WireFormats

@testable import vouchsafe

/// The real issuer in this process: configuration file, data directory, SQLite, keys, router. Only the listening socket
/// is left out, and the clock is the test's.
final class TestIssuer: Sendable {
    let clock = TestClock()
    let log = CapturedLog()
    let metrics = Metrics()
    let installation: Installation
    let managementKey: String
    let served: Installation.ServedSites
    private let directory: URL

    enum Address {
        case issuer
        case management
    }

    /// - Parameters:
    ///   - yaml: the configuration; nil for the sample issuer.
    ///   - files: what lies beside it, by name.
    init(_ yaml: String? = TestConfiguration.standard, files: [String: [UInt8]] = [:]) async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let settings = Settings(
            port: 8080, managementPort: 8081, dataDirectory: directory.appending(path: "data"),
            keyEncryptionKey: Data(repeating: 7, count: 32).base64EncodedString(),
            databaseURL: try TestStore.freshURL())
        var source = ConfigurationSource.sample
        if let yaml {
            let file = directory.appending(path: "test.yaml")
            try Data(yaml.utf8).write(to: file)
            source = .file(file.path)
        }
        for (name, content) in files { try Data(content).write(to: directory.appending(path: name)) }
        installation = try await Installation.open(settings, source: source, logger: log.logger) { [clock] in clock.now
        }
        served = try await installation.sites(metrics)
        managementKey = try ManagementKeyFile.read(settings.managementKeyFile)
    }

    deinit {
        // Closing is asynchronous where the database is a server.
        let database = installation.database
        Task { await database.close() }
        // Nothing depends on it: the folder is in the system's place for temporary files.
        _ = try? FileManager.default.removeItem(at: directory)
    }

    /// The credential issuer identifier.
    var identifier: String { installation.configuration.publicURL }
    /// The identifier's path.
    var path: String { WellKnown.split(identifier)?.path ?? "" }
    /// A file that the configuration names.
    func file(_ name: String) -> URL { directory.appending(path: name) }
    /// The database as another process has it.
    func openDatabaseAgain() async throws -> any SQLDatabase {
        try await installation.settings.databaseLocation(nil).open(at: clock.now, logger: log.logger)
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String, headers: HTTPFields = [:], body: [UInt8] = [],
        client: String = "wallet", from visitor: String = "", to address: Address = .issuer
    ) async -> Reply {
        let head = Site.Head(
            method: method, target: Substring(target), headers: headers, clientHint: client, clientAddress: visitor)
        let site = address == .issuer ? served.issuer : served.management
        return Reply(
            await site.respond(to: head, logger: log.logger) { limit in
                guard body.count <= limit else { throw Site.BodyTooLarge() }
                return body
            })
    }

    /// A request with the management key.
    func manage(
        _ method: HTTPRequest.Method, _ target: String, _ json: JSON? = nil, headers: HTTPFields = [:],
        body: [UInt8]? = nil
    ) async -> Reply {
        var headers = headers
        headers[.authorization] = "Bearer " + managementKey
        if json != nil { headers[.contentType] = "application/json" }
        return await send(method, target, headers: headers, body: body ?? json?.encoded() ?? [], to: .management)
    }
}
