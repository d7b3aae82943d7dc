import ConfigurationFile
import CredentialIssuer
import Foundation
import IdentityRegistry
import KeyStore
import Logging
import RegistryRecords
import SQLStatements
import Storage
import WebServer
import WireFormats

/// An opened data directory with its configuration: what the server is built from.
struct Installation: Sendable {
    let settings: Settings
    /// Where the files are that the configuration names.
    let filesDirectory: URL
    let configuration: IssuerConfiguration
    let database: any SQLDatabase
    let keys: LiveKeys
    let people: SQLPersonStore
    let recent = RecentRecords()
    let managementKey: ManagementKey
    let logger: Logger
    let now: @Sendable () -> Date

    static func open(
        _ settings: Settings, source: ConfigurationSource, logger: Logger,
        now: @escaping @Sendable () -> Date = Date.init
    ) async throws -> Installation {
        let configuration = try source.load(defaultPublicURL: settings.publicURL)
        try makePrivateDirectory(settings.dataDirectory)
        let location = settings.databaseLocation(configuration)
        let database: any SQLDatabase
        do throws(DatabaseFailure) {
            database = try await location.open(at: now(), logger: logger)
        } catch {
            throw CommandFailure(error.advice(for: location))
        }
        do {
            return try await open(settings, source, configuration, over: database, logger, now)
        } catch {
            // A process that exits while threads of the database are at work may crash, and lose its exit status.
            await database.close()
            throw error
        }
    }

    private static func open(
        _ settings: Settings, _ source: ConfigurationSource, _ configuration: IssuerConfiguration,
        over database: any SQLDatabase, _ logger: Logger, _ now: @escaping @Sendable () -> Date
    ) async throws -> Installation {
        let records = SQLKeyRecords(database: database)
        let encryptionKey = try await keyEncryptionKey(settings, sealedKeysExist: !records.all().isEmpty)
        let identity = try IssuerIdentity(
            url: configuration.publicURL, organizationName: configuration.display.first?.name ?? "Vouchsafe")
        let ring = try await KeyRing.open(
            records: records, sealedBy: encryptionKey, issuer: identity, now: now())
        // For verifiers on this machine: `vouchsafe verify --trust`. Replaced whole, so that no reader sees half of it.
        try Data(ring.developmentRoots.map(\.pem).joined().utf8).write(
            to: settings.dataDirectory.appending(path: "development-root.pem"), options: .atomic)
        let people = SQLPersonStore(
            database: database, sealer: ring.dataSealer, index: Self.index(configuration, ring), now: now)
        if case .sample = source {
            try await importSample(
                configuration, into: people,
                SQLSecretStore(database: database, sealer: ring.dataSealer, now: now), logger)
        }
        if let indexed = try await people.refreshIndex(), indexed > 0 {
            logger.notice("indexed the people of the registry", metadata: ["people": "\(indexed)"])
        }
        return Installation(
            settings: settings, filesDirectory: source.directory, configuration: configuration, database: database,
            keys: try LiveKeys(ring, configurations: configuration.credentials, now: now()), people: people,
            managementKey: ManagementKey(try ManagementKeyFile.readOrMake(settings.managementKeyFile)),
            logger: logger, now: now)
    }

    private static func keyEncryptionKey(_ settings: Settings, sealedKeysExist: Bool) throws -> KeyEncryptionKey {
        if let key = try settings.namedKeyEncryptionKey() { return key }
        return try KeyEncryptionKey(file: settings.ownKeyFile.path, sealedKeysExist: sealedKeysExist)
    }

    /// The sample issuer has its people from the first start on.
    private static func importSample(
        _ configuration: IssuerConfiguration, into people: SQLPersonStore, _ secrets: SQLSecretStore, _ logger: Logger
    ) async throws {
        guard try await people.count() == 0 else { return }
        try await secrets.set(SampleLogins.secrets())
        let reader = RegistryImport(schema: configuration.registry) { try Sample.bytes("portraits/" + $0) }
        let outcome = try reader.read(Sample.bytes("students.csv"), as: .csv)
        let (added, _) = try await people.upsert(outcome.records)
        logger.notice(
            "imported the sample registry",
            metadata: ["people": "\(added)", "rejected": "\(outcome.rejections.count)"])
    }

    /// What people are found by when they log in, or when another server's token names them.
    private static func index(_ configuration: IssuerConfiguration, _ ring: KeyRing) -> PersonIndex? {
        let named = configuration.authorizationServers.compactMap { server -> String? in
            if case .field(let name) = server.subjectKey { name } else { nil }
        }
        let usernames = configuration.login?.usernameFields ?? []
        guard configuration.login != nil || !named.isEmpty else { return nil }
        return PersonIndex(
            usernameFields: usernames + named.filter { !usernames.contains($0) },
            knowledge: configuration.login?.knowledge ?? [], keys: IdentityKeys(root: ring.codeKey))
    }

    /// A file that the configuration names.
    func file(_ path: String) -> URL { URL(filePath: path, relativeTo: filesDirectory) }

    func contents(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file(path).path) else {
            throw CommandFailure("\(file(path).path): cannot be read")
        }
        return Array(data)
    }

    /// The first line of a file with a secret.
    func secret(_ path: String) throws -> String {
        let line = try contents(path).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard let text = String(strictUTF8: line), !text.isEmpty else {
            throw CommandFailure("\(file(path).path): its first line must be the secret")
        }
        return text
    }

    private static func makePrivateDirectory(_ directory: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure("\(directory.path): cannot be made; set DATA_DIR to a folder that can be written to")
        }
    }
}
