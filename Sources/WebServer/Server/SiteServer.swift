import HummingbirdCore
package import Logging
import NIOPosix
package import ServiceLifecycle

/// Serves a ``Site`` over HTTP/1.1 with Hummingbird's server.
package enum SiteServer {
    package struct Address: Sendable, Equatable {
        package let host: String
        package let port: Int

        package init(host: String, port: Int) { (self.host, self.port) = (host, port) }
    }

    /// More connections wait until one of these is closed.
    private static let maximumConnections = 10_000

    /// - Parameter onRunning: called once connections are accepted.
    package static func service(
        _ site: Site, at address: Address, clientAddress: ClientAddress = .direct, logger: Logger,
        onRunning: @escaping @Sendable () async -> Void = {}
    ) -> any Service {
        Server(
            childChannelSetup: SiteChannel(site: site, clientAddress: clientAddress, logger: logger),
            configuration: ServerConfiguration(
                address: .hostname(address.host, port: address.port), backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(maximumConnections)),
            onServerRunning: { _ in await onRunning() }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger)
    }
}
