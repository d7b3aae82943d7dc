import ArgumentParser
import DataSharing
import Foundation
import HTTPTypes
import HubClient
import JOSE
import OAuth
import OutgoingHTTP
import ServiceProvider
import TransparencyLog
import WalletClient
import WireFormats

/// `vouchsafe provider`: the side of an organization that asks for data.
struct ProviderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider", abstract: "Asks people for data that others have about them.",
        subcommands: [ProviderInitCommand.self, ProviderRequestCommand.self, ProviderServeCommand.self])
}

/// `vouchsafe provider init`.
struct ProviderInitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes keys, settings, and the document to register a service provider with.")

    @OptionGroup var organization: OrganizationInit

    @Option(help: ArgumentHelp("Where answers go. May be repeated.", valueName: "url"))
    var redirectUri = ["http://127.0.0.1/callback"]

    func run() async throws {
        try await organization.make(
            role: "provider", settings: [:],
            organization: ["redirect_uris": .array(redirectUri.map(JSON.string))], withEncryption: true)
    }
}

/// The settings file of a service provider.
struct ProviderOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The service provider's settings.", valueName: "file"))
    var config = "provider.json"

    func open() throws -> ProviderSetup { try ProviderSetup(OrganizationConfiguration(config)) }
}

/// What is asked for.
struct OrderOptions: ParsableArguments {
    @Option(help: "A scope, as shop:loyalty. May be repeated.")
    var scope: [String]

    @Option(
        help: ArgumentHelp(
            "A claim (default: all of the scope); with ! it is essential. With several scopes: shop:loyalty.tier!",
            valueName: "name[!]"))
    var claim: [String] = []

    @Option(help: "What the data is wanted for, as the person will read it.")
    var purpose: String?

    func order() throws -> SharingOrder {
        var claims: [String: [DataSharingDetail.RequestedClaim]] = [:]
        for text in claim {
            let isEssential = text.hasSuffix("!")
            var name = isEssential ? String(text.dropLast()) : text
            var owner = scope.first ?? ""
            if let colon = name.firstIndex(of: ":"), let dot = name[colon...].firstIndex(of: ".") {
                owner = String(name[..<dot])
                name = String(name[name.index(after: dot)...])
            } else if scope.count > 1 {
                throw CommandFailure("--claim \(text): of which scope? Write it as shop:loyalty.\(name)")
            }
            guard scope.contains(owner) else { throw CommandFailure("--claim \(text): its scope is not asked for") }
            guard ClaimNames.isName(name) else { throw CommandFailure("--claim \(text): no name of a claim") }
            claims[owner, default: []].append(.init(name, isEssential: isEssential))
        }
        guard Set(scope).count == scope.count else { throw CommandFailure("--scope: one is named twice") }
        return SharingOrder(
            try scope.map { text in
                guard let name = ScopeName(text) else {
                    throw CommandFailure("--scope \(text): \(ScopeName.form) are expected")
                }
                return .init(name, claims: claims[text].map(DataSharingDetail.Claims.some) ?? .all, purpose: purpose)
            })
    }
}

/// A service provider's settings and keys.
struct ProviderSetup {
    let configuration: OrganizationConfiguration
    let identity: ProviderIdentity

    init(_ configuration: OrganizationConfiguration) throws {
        self.configuration = configuration
        let keys = try configuration.keys()
        guard let decryption = keys.decryption, let encryption = keys.encryptionKey else {
            throw CommandFailure("\(configuration.file.path): its keys have none for encryption")
        }
        identity = ProviderIdentity(
            client: configuration.identity(keys), decryptionKey: .p256(decryption), encryptionKey: encryption)
    }

    /// - Parameter nodes: asked about anchors; nil for those of the settings.
    func connect(nodes: [AnchorNode]? = nil) async throws -> ProviderConnection {
        let nodes = try nodes ?? AnchorNodes.read(configuration)
        let client = configuration.client
        let hub = try await HubConversation.open(
            issuer: configuration.hub, identity: identity.client, exchange: client)
        let keys = try await HubMetadata(exchange: client).keys(of: hub.metadata)
        let trust = try configuration.ledger().map { LedgerLookups.Trust.log($0.verifier, origin: $0.origin) }
        let hubURL = configuration.hub.hasSuffix("/") ? String(configuration.hub.dropLast()) : configuration.hub
        let base = hubURL + "/sharing/ledger/"
        let lookups = LedgerLookups(trust: trust ?? .unverified) { index throws(ReceivedScopeRefusal) in
            do throws(HubFailure) {
                return try await HubMetadata(exchange: client).bytes(at: "\(base)proof/\(index)", for: .ledger)
            } catch {
                throw .hub(error)
            }
        }
        let checks = ReceivedScopeChecks(
            identity: identity, hub: configuration.hub, lookups: lookups, now: { Date() },
            document: { path, step throws(HubFailure) in try await hub.document(path, for: step) })
        let anchors = AnchorLookups(
            nodes: nodes,
            published: { () throws(HubFailure) in
                try await hub.document("/sharing/ledger/anchors?limit=100", for: .ledger)
            },
            tile: { path throws(HubFailure) in
                try await HubMetadata(exchange: client).bytes(at: base + path.text, for: .ledger)
            })
        return ProviderConnection(
            requests: DataRequests(hub: hub, identity: identity, keys: keys), checks: checks, anchors: anchors)
    }
}

/// A service provider that has read what the hub says of itself.
struct ProviderConnection: Sendable {
    let requests: DataRequests
    let checks: ReceivedScopeChecks
    let anchors: AnchorLookups

    func report(_ received: ReceivedSharing) async -> SharedDataReport {
        var report = await checks.report(received)
        report.anchors = await anchors.statements(about: report.findings)
        return report
    }
}
