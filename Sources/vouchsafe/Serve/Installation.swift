import ConfigurationFile
import CredentialIssuer
import Foundation
import IdentityRegistry
import KeyStore
import Logging
import RegistryRecords
import Storage
import WebServer

/// An opened data directory with its configuration: what the server is built from.
struct Installation: Sendable {
    let settings: Settings
    let configuration: IssuerConfiguration
    let database: SQLiteDatabase
    let keys: LiveKeys
    let people: SQLPersonStore
    let managementKey: ManagementKey
    let logger: Logger
    let now: @Sendable () -> Date

    static func open(
        _ settings: Settings, source: ConfigurationSource, logger: Logger,
        now: @escaping @Sendable () -> Date = Date.init
    ) async throws -> Installation {
        let configuration = try source.load(defaultPublicURL: settings.publicURL)
        try makePrivateDirectory(settings.dataDirectory)
        let database = try SQLiteDatabase(
            path: settings.dataDirectory.appending(path: "vouchsafe.db").path, at: now())
        let records = SQLKeyRecords(database: database)
        let encryptionKey = try await keyEncryptionKey(settings, sealedKeysExist: !records.all().isEmpty)
        let identity = try IssuerIdentity(
            url: configuration.publicURL, organizationName: configuration.display.first?.name ?? "Vouchsafe")
        let ring = try await KeyRing.open(
            records: records, sealedBy: encryptionKey, issuer: identity, now: now())
        // For verifiers on this machine: `vouchsafe verify --trust`. Replaced whole, so that no reader sees half of it.
        try Data(ring.developmentRoots.map(\.pem).joined().utf8).write(
            to: settings.dataDirectory.appending(path: "development-root.pem"), options: .atomic)
        let people = SQLPersonStore(database: database, sealer: ring.dataSealer, now: now)
        if case .sample = source { try await importSample(configuration.registry, into: people, logger) }
        return Installation(
            settings: settings, configuration: configuration, database: database,
            keys: try LiveKeys(ring, configurations: configuration.credentials, now: now()), people: people,
            managementKey: ManagementKey(try ManagementKeyFile.readOrMake(settings.managementKeyFile)),
            logger: logger, now: now)
    }

    private static func keyEncryptionKey(_ settings: Settings, sealedKeysExist: Bool) throws -> KeyEncryptionKey {
        if let text = settings.keyEncryptionKey { return try KeyEncryptionKey(base64: text) }
        let file = settings.dataDirectory.appending(path: "key-encryption.key").path
        return try KeyEncryptionKey(file: file, sealedKeysExist: sealedKeysExist)
    }

    /// The sample issuer has its people from the first start on.
    private static func importSample(
        _ schema: RegistrySchema, into people: SQLPersonStore, _ logger: Logger
    ) async throws {
        guard try await people.count() == 0 else { return }
        let reader = RegistryImport(schema: schema) { try Sample.bytes("portraits/" + $0) }
        let outcome = try reader.read(Sample.bytes("students.csv"), as: .csv)
        let (added, _) = try await people.upsert(outcome.records)
        logger.notice(
            "imported the sample registry",
            metadata: ["people": "\(added)", "rejected": "\(outcome.rejections.count)"])
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
