import HTTPTypes
import Synchronization
import Testing
import Verifier
import WalletClient

@testable import OutgoingHTTP

/// A DNS that changes its mind.
private final class ChangingResolver: HostResolver {
    private let answer = Mutex<[IPAddress]>([.v4([127, 0, 0, 1])])

    func change(to address: IPAddress) { answer.withLock { $0 = [address] } }

    func addresses(of host: String, within limit: Duration) async throws(FetchFailure) -> [IPAddress] {
        answer.withLock { $0 }
    }
}

@Suite("Connections that are kept")
struct KeptConnectionsTests {
    private static let patient = GuardedHTTPClient.Limits(
        total: .seconds(120), connect: .seconds(60), responseBytes: 1000)

    private func client(
        limits: GuardedHTTPClient.Limits = patient, resolver: any HostResolver = ChangingResolver(),
        isKeeping: Bool = true
    ) -> GuardedHTTPClient {
        GuardedHTTPClient(
            destinations: .publicAndLoopback, limits: limits, resolver: resolver,
            keeping: isKeeping ? KeptConnections(idle: .seconds(3600)) : nil)
    }

    @Test("One after another, requests share a connection, and only where it is kept", arguments: [true, false])
    func shared(isKeeping: Bool) async throws {
        let client = client(isKeeping: isKeeping)
        try await LocalServer.with { server in
            for _ in 1...3 {
                let response = try await client.send(ExchangeRequest(.get, "http://localhost:\(server.port)/ok"))
                #expect(response.status == 200)
            }
            #expect(server.seen.count == 3)
            #expect(server.connections == (isKeeping ? 1 : 3))
        }
    }

    @Test("A name that leads elsewhere now is not reached by a connection from before")
    func rebinding() async throws {
        let resolver = ChangingResolver()
        let client = client(resolver: resolver)
        try await LocalServer.with { server in
            let url = "http://localhost:\(server.port)/ok"
            let response = try await client.send(ExchangeRequest(.get, url))
            #expect(response.status == 200)
            resolver.change(to: .v4([10, 0, 0, 1]))
            await #expect(throws: FetchFailure.destinationNotAllowed) {
                try await client.send(ExchangeRequest(.get, url))
            }
            #expect(server.seen.count == 1)
        }
    }

    @Test("After an answer that was not waited for, or was too large, another connection is used")
    func abandoned() async throws {
        let kept = KeptConnections(idle: .seconds(3600))
        let hasty = GuardedHTTPClient(
            destinations: .publicAndLoopback, limits: .init(total: .milliseconds(300), responseBytes: 1000),
            resolver: ChangingResolver(), keeping: kept)
        let patient = GuardedHTTPClient(
            destinations: .publicAndLoopback, limits: Self.patient, resolver: ChangingResolver(), keeping: kept)
        try await LocalServer.with { server in
            let base = "http://localhost:\(server.port)"
            await #expect(throws: FetchFailure.timedOut) {
                try await hasty.send(ExchangeRequest(.get, base + "/silent"))
            }
            await #expect(throws: FetchFailure.tooLarge) {
                try await patient.send(ExchangeRequest(.get, base + "/large"))
            }
            let response = try await patient.send(ExchangeRequest(.get, base + "/ok"))
            #expect(response.body == Array("hello".utf8))
        }
    }

    @Test("There are no more of them than there is room for, and one in use is not closed")
    func capacity() async throws {
        let kept = KeptConnections(idle: .seconds(3600))
        try await LocalServer.with { server in
            // Each name is a place of its own; all of them lead to this machine.
            for number in 1...80 {
                let client = GuardedHTTPClient(
                    destinations: AllowedDestinations(loopback: true) { _, _ in true }, limits: Self.patient,
                    resolver: ChangingResolver(), keeping: kept)
                let response = try await client.send(
                    ExchangeRequest(.get, "http://127.0.0.\(number):\(server.port)/ok"))
                #expect(response.status == 200)
                #expect(kept.count == min(number, 64))
            }
        }
    }
}
