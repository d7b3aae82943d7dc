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

    func connect() async throws -> ProviderConnection {
        let client = configuration.client
        let hub = try await HubConversation.open(
            issuer: configuration.hub, identity: identity.client, exchange: client)
        let keys = try await HubMetadata(exchange: client).keys(of: hub.metadata)
        let trust = try configuration.ledger().map { LedgerLookups.Trust.log($0.verifier, origin: $0.origin) }
        let base = configuration.hub.hasSuffix("/") ? String(configuration.hub.dropLast()) : configuration.hub
        let lookups = LedgerLookups(trust: trust ?? .unverified) { index throws(ReceivedScopeRefusal) in
            do throws(HubFailure) {
                return try await HubMetadata(exchange: client).bytes(
                    at: "\(base)/sharing/ledger/proof/\(index)", for: .ledger)
            } catch {
                throw .hub(error)
            }
        }
        let checks = ReceivedScopeChecks(
            identity: identity, hub: configuration.hub, lookups: lookups, now: { Date() },
            document: { path, step throws(HubFailure) in try await hub.document(path, for: step) })
        return ProviderConnection(
            requests: DataRequests(hub: hub, identity: identity, keys: keys), checks: checks)
    }
}

/// A service provider that has read what the hub says of itself.
struct ProviderConnection: Sendable {
    let requests: DataRequests
    let checks: ReceivedScopeChecks

    /// With the anchor that covers what was relied on, as the hub publishes it.
    func report(_ received: ReceivedSharing) async -> SharedDataReport {
        var report = await checks.report(received)
        let size = report.scopes.compactMap { scope -> Int64? in
            guard case .market(_, _, _, let finding, _) = scope.source else { return nil }
            return finding.index + 1
        }.max()
        if let size { report.anchor = await anchor(covering: size) }
        return report
    }

    /// The first anchor of a tree that has the entry; whether it is in its chain, `vouchsafe ledger anchors verify` finds.
    private func anchor(covering size: Int64) async -> JSON? {
        let json = try? await requests.hub.document("/sharing/ledger/anchors?limit=100", for: .ledger)
        let covering = (json?["anchors"]?.array ?? []).filter { ($0["size"]?.integer ?? 0) >= size }
        return covering.min { ($0["size"]?.integer ?? 0) < ($1["size"]?.integer ?? 0) }
    }
}
