import ArgumentParser
import DataMarket
import DataSharing
import Foundation
import HTTPTypes
import Logging
import NIOCore
import OAuth
import ServiceLifecycle
import Storage
import UnixSignals
import Verifier
import WebServer
import WireFormats

/// `vouchsafe market serve`: answers the hub for people who have agreed.
struct MarketServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Releases what people have agreed to, to whom they have agreed.",
        discussion: """
            Every request is checked here again: the person's own signature over the provider's signed request \
            decides, not the hub's word. Behind a proxy that has TLS, --listen 127.0.0.1:PORT is enough.
            """)

    @Option(
        help: ArgumentHelp("Where to listen (default: the port of market_uri on 127.0.0.1).", valueName: "host:port"))
    var listen: String?

    @OptionGroup var options: MarketOptions

    func run() async throws {
        let logger = Logger(label: "vouchsafe") { StructuredLogHandler(label: $0, level: .info) }
        let setup = try options.open()
        let store = try setup.store()
        let trust = try setup.trust()
        let now: @Sendable () -> Date = { Date() }
        let keys = FetchedHubKeys(hub: setup.configuration.hub, client: setup.configuration.client, now: now)
        let checks = ReleaseChecks(
            trust: trust, hubKeys: keys, pins: store, digests: store, approvals: store,
            maker: ReleaseMaker(signer: setup.keys.signing, keyID: setup.keys.signingKeyID), now: now)
        let withdrawals = WithdrawalEndpoint(trust: trust, hubKeys: keys, approvals: store, now: now)
        let readiness = Readiness { nil }
        let site = Site(
            routes: Self.routes(checks, withdrawals, jwks: setup.keys.jwks, marketURI: setup.marketURI),
            metrics: Metrics(), readiness: readiness)
        let address = try ListenAddress(listen, default: setup.marketURI)
        let server = SiteServer.service(site, at: address.site, logger: logger) {
            readiness.start()
            logger.notice("ready", metadata: ["market": "\(trust.organization)", "listen": "\(address.text)"])
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [server, MarketSweep(store: store, logger: logger)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw CommandFailure("\(address.text) is in use; choose another with --listen")
        }
    }

    static func routes(
        _ checks: ReleaseChecks, _ withdrawals: WithdrawalEndpoint, jwks: JSON, marketURI: String
    ) -> [Route] {
        let base = (try? WebAddress(marketURI)).map { $0.target == "/" ? "" : $0.target } ?? ""
        return [
            Route(.post, .exact(base + "/release"), name: "release", bodyLimit: MessageLimits.releaseRequest) {
                request, _ in try await checks.respond(to: request)
            },
            Route(.post, .exact(base + "/withdrawals"), name: "withdrawals", bodyLimit: MessageLimits.statement) {
                request, _ in try await withdrawals.respond(to: request)
            },
            Route(.get, .exact(base + "/jwks"), name: "jwks") { _, _ in
                EndpointResponse(
                    headers: [.contentType: "application/jwk-set+json", .cacheControl: "public, max-age=300"],
                    body: jwks.encoded())
            },
        ]
    }
}

/// `host:port`.
struct ListenAddress {
    let site: SiteServer.Address
    var text: String { "\(site.host):\(site.port)" }

    /// - Parameter url: whose port is taken where nothing is said.
    init(_ text: String?, default url: String) throws {
        if let text {
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                (1...65_535).contains(port), colon > text.startIndex
            else { throw CommandFailure("--listen: host:port is expected") }
            site = SiteServer.Address(
                host: text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]")), port: port)
            return
        }
        guard let address = try? WebAddress(url) else { throw CommandFailure("\(url) is no address") }
        site = SiteServer.Address(host: "127.0.0.1", port: address.port)
    }
}

/// Deletes from time to time what cannot be used again.
struct MarketSweep: Service {
    let store: SQLMarketStore
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await sweep()
                do { try await Task.sleep(for: .seconds(600)) } catch { return }
            }
        }
    }

    private func sweep() async {
        do {
            try await store.sweep(at: Date())
        } catch {
            logger.error("what is no longer needed could not be deleted", metadata: ["error": "\(error)"])
        }
    }
}
