import ArgumentParser
import DataMarket
import DataSharing
import Foundation
import HubClient
import JOSE
import OAuth
import Storage
import WireFormats

/// `vouchsafe market`: the side of an organization that knows something about people.
struct MarketCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "market", abstract: "Shares data about people with their consent.",
        subcommands: [
            MarketInitCommand.self, MarketTrustCommand.self, MarketPushCommand.self, MarketDigestCommand.self,
            MarketServeCommand.self, MarketForgetKeyCommand.self,
        ])
}

/// `vouchsafe market init`.
struct MarketInitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes keys, settings, and the document to register a market with.")

    @OptionGroup var organization: OrganizationInit

    @Option(help: ArgumentHelp("Where this market will answer: https, or http on loopback.", valueName: "url"))
    var marketUri: String

    func run() async throws {
        let uri = marketUri.hasSuffix("/") ? String(marketUri.dropLast()) : marketUri
        try await organization.make(
            role: "market", settings: ["market_uri": .string(uri), "database": "market.db", "partners": [:]],
            organization: ["market_uri": .string(uri), "notification_uri": .string(uri + "/withdrawals")],
            withEncryption: false)
    }
}

/// The settings file of a market.
struct MarketOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The market's settings.", valueName: "file"))
    var config = "market.json"

    func open() throws -> MarketSetup { try MarketSetup(OrganizationConfiguration(config)) }
}

/// A market's settings, keys and store.
struct MarketSetup {
    let configuration: OrganizationConfiguration
    let keys: OrganizationKeyFile
    let marketURI: String

    init(_ configuration: OrganizationConfiguration) throws {
        self.configuration = configuration
        keys = try configuration.keys()
        marketURI = try configuration.text("market_uri")
    }

    func store() throws -> SQLMarketStore {
        let file = configuration.path("database", default: "market.db")
        let database = try MarketDatabase.open(path: file.path)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        return SQLMarketStore(database: database)
    }

    func directory() async throws -> HubDirectory {
        let hub = try await HubConversation.open(
            issuer: configuration.hub, identity: configuration.identity(keys), exchange: configuration.client)
        let ledger = try configuration.ledger().map { LedgerTrust.verified($0.verifier) } ?? .unverified
        return HubDirectory(hub: hub, ledger: ledger)
    }

    func pusher(_ directory: HubDirectory, _ store: SQLMarketStore) -> MarketPusher {
        MarketPusher(
            directory: directory, signer: keys.signing, keyID: keys.signingKeyID, marketURI: marketURI, store: store)
    }

    func trust() throws -> MarketTrust {
        var partners: [String: MarketPartner] = [:]
        for member in configuration.object["partners"]?.object?.members ?? [] {
            let path = ValuePath(text: "partners").member(member.name).member("jwks")
            let keys: OrganizationKeys
            do throws(PathProblems) {
                keys = try OrganizationKeys(json: member.value["jwks"] ?? .null, at: path)
            } catch {
                throw CommandFailure("\(configuration.file.path): \(error)")
            }
            let pinned =
                member.value["unsigned_requests"] == true
                ? try keys.encryptionKey.map { try PublicEncryptionKey(jwk: $0.jwk) } : nil
            partners[member.name] = MarketPartner(
                clientID: member.name,
                keys: VerificationKeys { keyID, algorithm in
                    guard let key = keyID.flatMap({ keys.signatureKey($0) }), key.algorithm == algorithm else {
                        return []
                    }
                    return [key]
                }, pinnedEncryptionKey: pinned)
        }
        return MarketTrust(
            organization: configuration.id.text, marketURI: marketURI, hub: configuration.hub, partners: partners)
    }
}

/// `vouchsafe market trust`.
struct MarketTrustCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust", abstract: "Lets a service provider have data that people agree to give it.",
        discussion: """
            Its keys are kept in the settings: from then on nobody but you can change them. Compare the thumbprints \
            that are printed with what the service provider tells you by another way.
            """)

    @Argument(help: "The service provider's identifier.")
    var partner: String

    @Option(help: ArgumentHelp("Its public keys (default: as the hub has them).", valueName: "file"))
    var jwks: String?

    @Flag(help: "Also accept requests that it has not signed, for its one encryption key alone.")
    var unsigned = false

    @OptionGroup var options: MarketOptions

    func run() async throws {
        let configuration = try OrganizationConfiguration(options.config)
        guard OrganizationID(partner) != nil else { throw CommandFailure("\(OrganizationID.form) are expected") }
        let json = try await published(configuration)
        var keys: [JSON] = []
        for key in json["keys"]?.array ?? [] {
            guard var jwk = key.object else { continue }
            jwk["ledger"] = nil
            keys.append(.object(jwk))
        }
        let set: OrganizationKeys
        do throws(PathProblems) {
            set = try OrganizationKeys(json: ["keys": .array(keys)], at: .root)
        } catch {
            throw CommandFailure("the keys of \(partner): \(error)")
        }
        if unsigned, set.encryptionKey == nil { throw CommandFailure("\(partner) has no encryption key") }
        var object = configuration.object
        var partners = object["partners"]?.object ?? [:]
        partners[partner] = ["jwks": set.json, "unsigned_requests": .bool(unsigned)]
        object["partners"] = .object(partners)
        try OrganizationConfiguration.write(object, to: configuration.file)
        for key in set.all { print("\(key.keyID)  \(Base64URL.encode(key.thumbprint))") }
    }

    private func published(_ configuration: OrganizationConfiguration) async throws -> JSON {
        if let jwks {
            guard let data = FileManager.default.contents(atPath: jwks), let json = try? JSON(parsing: Array(data))
            else { throw CommandFailure("\(jwks): cannot be read as JSON") }
            // An organization's document has its keys in it.
            return json["jwks"] ?? json
        }
        let hub = configuration.hub.hasSuffix("/") ? String(configuration.hub.dropLast()) : configuration.hub
        return try await HubMetadata(exchange: configuration.client).document(
            at: "\(hub)/sharing/organizations/\(partner)/keys", for: .organizationKeys)
    }
}
