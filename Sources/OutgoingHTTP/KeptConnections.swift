import AsyncHTTPClient
import NIOCore
import Synchronization
import Verifier

/// Connections that stay open for the next request to the same server.
///
/// Each is for one host at one address, and whoever asks has checked anew that this address may be reached for this
/// host: what is open to another address is not used.
package final class KeptConnections: Sendable {
    /// Less than servers wait for another request, so that none closes a connection while a request is on its way.
    package static let standardIdle = Duration.seconds(1)
    private static let capacity = 64
    /// As many as there were without keeping any: a market that is slow holds up nobody's request but its own.
    private static let connectionsPerPlace = 1024

    struct Place: Hashable {
        let scheme: String
        let host: String
        let port: Int
        let address: String
        let connectTime: Duration
        let readTime: Duration

        init(_ host: WebAddress, at address: IPAddress, _ limits: GuardedHTTPClient.Limits) {
            (scheme, self.host, port) = (host.scheme, host.host, host.port)
            self.address = address.text
            (connectTime, readTime) = (limits.connect, limits.total)
        }
    }

    private struct Entry {
        let client: HTTPClient
        var uses: Int
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Place: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let state = Mutex(State())

    private let idle: TimeAmount

    /// - Parameter idle: how long a connection is kept for the next request.
    package init(idle: Duration = standardIdle) { self.idle = TimeAmount(idle) }

    /// How many places there are connections to, or were.
    var count: Int { state.withLock { $0.entries.count } }

    deinit {
        let clients = state.withLock { $0.entries.values.map(\.client) }
        guard !clients.isEmpty else { return }
        Task { for client in clients { try? await client.shutdown() } }
    }

    /// The client for a place, nil if as many as there can be are in use. Who gets one gives it back.
    func take(_ place: Place, making make: (HTTPClient.Configuration.ConnectionPool) -> HTTPClient) -> HTTPClient? {
        let (client, over) = state.withLock { state -> (HTTPClient?, HTTPClient?) in
            state.clock += 1
            if var entry = state.entries[place] {
                entry.uses += 1
                entry.lastUse = state.clock
                state.entries[place] = entry
                return (entry.client, nil)
            }
            var over: HTTPClient?
            if state.entries.count >= Self.capacity {
                let unused = state.entries.filter { $0.value.uses == 0 }
                guard let oldest = unused.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return (nil, nil) }
                over = oldest.value.client
                state.entries[oldest.key] = nil
            }
            let pool = HTTPClient.Configuration.ConnectionPool(
                idleTimeout: idle, concurrentHTTP1ConnectionsPerHostSoftLimit: Self.connectionsPerPlace)
            let client = make(pool)
            state.entries[place] = Entry(client: client, uses: 1, lastUse: state.clock)
            return (client, over)
        }
        if let over { Task { try? await over.shutdown() } }
        return client
    }

    func giveBack(_ place: Place) { state.withLock { $0.entries[place]?.uses -= 1 } }
}
