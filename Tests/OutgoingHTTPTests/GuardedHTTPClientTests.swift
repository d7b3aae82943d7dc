import HTTPTypes
import Synchronization
import Testing
import Verifier
import WalletClient

@testable import OutgoingHTTP

/// A DNS that says what a test wants.
private final class FixedResolver: HostResolver {
    private let answers: [String: [IPAddress]]
    private let count = Mutex(0)

    init(_ answers: [String: [IPAddress]]) { self.answers = answers }

    var lookUps: Int { count.withLock { $0 } }

    func addresses(of host: String, within limit: Duration) async throws(FetchFailure) -> [IPAddress] {
        count.withLock { $0 += 1 }
        guard let answer = answers[host] else { throw .nameNotResolved }
        return answer
    }
}

extension GuardedHTTPClient.Limits {
    /// Time enough for a machine that is busy with every other test.
    fileprivate static func patient(responseBytes: Int = 1 << 20) -> Self {
        Self(total: .seconds(120), connect: .seconds(60), responseBytes: responseBytes)
    }
}

@Suite("Requests to servers that nobody here chose")
struct GuardedHTTPClientTests {
    private let limits = GuardedHTTPClient.Limits(
        total: .milliseconds(300), connect: .milliseconds(200), responseBytes: 1000)
    private static let here = IPAddress.v4([127, 0, 0, 1])

    private func client(_ destinations: AllowedDestinations = .publicAndLoopback) -> GuardedHTTPClient {
        GuardedHTTPClient(destinations: destinations, limits: .patient(responseBytes: 1000))
    }

    @Test("A document is fetched under the host's own name, whatever its status")
    func fetch() async throws {
        let client = GuardedHTTPClient(destinations: .publicAndLoopback, limits: .patient())
        try await LocalServer.with { server in
            let address = "http://localhost:\(server.port)"
            let document = try await client.fetch(address + "/ok", accept: "a/b", acceptLanguage: "de")
            #expect(document.status == 200)
            #expect(document.contentType == "text/plain")
            #expect(document.body == Array("hello".utf8))
            #expect(try await client.fetch(address + "/missing", accept: "a/b", acceptLanguage: nil).status == 404)
            #expect(server.seen == ["GET /ok localhost:\(server.port) ", "GET /missing localhost:\(server.port) "])
        }
    }

    @Test("A body is sent with its headers")
    func post() async throws {
        let client = GuardedHTTPClient(destinations: .publicAndLoopback, limits: .patient())
        try await LocalServer.with { server in
            let response = try await client.send(
                ExchangeRequest(
                    .post, "http://127.0.0.1:\(server.port)/a?b=c", headers: [.contentType: "text/plain"],
                    body: Array("text".utf8)))
            #expect(response.status == 200)
            #expect(server.seen == ["POST /a?b=c 127.0.0.1:\(server.port) text"])
        }
    }

    @Test("Who goes through pages is given a redirect, which is not followed")
    func redirectGiven() async throws {
        let client = GuardedHTTPClient(
            destinations: .publicAndLoopback, limits: .patient(responseBytes: 1000), redirects: .given)
        try await LocalServer.with { server in
            let response = try await client.send(
                ExchangeRequest(.get, "http://localhost:\(server.port)/redirect"))
            #expect(response.status == 302)
            #expect(response.headers[.location] == "/ok")
            #expect(server.seen.count == 1)
        }
    }

    @Test(
        "What takes too long, is too large, redirects or breaks off is refused",
        arguments: [
            ("/silent", FetchFailure.timedOut), ("/drip", .timedOut), ("/large", .tooLarge), ("/endless", .tooLarge),
            ("/redirect", .redirected), ("/broken", .interrupted),
        ])
    func refused(path: String, failure: FetchFailure) async throws {
        // Only what must time out gets little time: a busy machine is slow.
        let limits = failure == .timedOut ? limits : .patient(responseBytes: 1000)
        let client = GuardedHTTPClient(destinations: .publicAndLoopback, limits: limits)
        try await LocalServer.with { server in
            await #expect(throws: failure) {
                try await client.fetch("http://localhost:\(server.port)\(path)", accept: "*/*", acceptLanguage: nil)
            }
            #expect(server.seen.count == 1)
        }
    }

    @Test("A body of exactly the limit is taken")
    func exact() async throws {
        let client = GuardedHTTPClient(destinations: .publicAndLoopback, limits: .patient(responseBytes: 1000))
        try await LocalServer.with { server in
            let document = try await client.fetch(
                "http://localhost:\(server.port)/exact", accept: "*/*", acceptLanguage: nil)
            #expect(document.body.count == 1000)
        }
    }

    @Test("The next address is tried when nothing answers at the first, and the name is looked up once")
    func nextAddress() async throws {
        let loopback6 = IPAddress.v6([UInt8](repeating: 0, count: 15) + [1])
        let resolver = FixedResolver(["localhost": [loopback6, Self.here]])
        let client = GuardedHTTPClient(
            destinations: .publicAndLoopback, limits: .patient(), resolver: resolver)
        try await LocalServer.with { server in
            let response = try await client.send(ExchangeRequest(.get, "http://localhost:\(server.port)/ok"))
            #expect(response.status == 200)
            #expect(resolver.lookUps == 1)
        }
    }

    @Test("Nothing listening is told apart")
    func nothingThere() async throws {
        var port = 0
        try await LocalServer.with { port = $0.port }
        let client = GuardedHTTPClient(destinations: .publicAndLoopback, limits: .patient())
        await #expect(throws: FetchFailure.cannotConnect) {
            try await client.send(ExchangeRequest(.get, "http://127.0.0.1:\(port)/"))
        }
    }

    @Test(
        "A server's client does not reach this machine, a public name never does",
        arguments: [
            AllowedDestinations.publicOnly, .publicAndLoopback,
        ])
    func rebinding(destinations: AllowedDestinations) async throws {
        try await LocalServer.with { server in
            let resolver = FixedResolver([
                "inside.example": [Self.here], "mixed.example": [.v4([93, 184, 215, 14]), .v4([10, 0, 0, 1])],
                "mapped.example": [.v6([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 127, 0, 0, 1])],
                "localhost": [.v4([10, 0, 0, 1])],
            ])
            let client = GuardedHTTPClient(
                destinations: destinations, limits: .patient(responseBytes: 1000), resolver: resolver)
            for url in [
                "https://inside.example:\(server.port)/", "https://mixed.example:\(server.port)/",
                "https://mapped.example:\(server.port)/", "http://localhost:\(server.port)/",
            ] {
                await #expect(throws: FetchFailure.destinationNotAllowed) {
                    try await client.send(ExchangeRequest(.get, url))
                }
            }
            #expect(server.seen.isEmpty)
        }
    }

    @Test(
        "Without leave, this machine's own names lead nowhere",
        arguments: ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
    func publicOnly(host: String) async throws {
        let client = client(.publicOnly)
        await #expect(throws: FetchFailure.destinationNotAllowed) {
            try await client.send(ExchangeRequest(.get, "http://\(host):9/"))
        }
    }

    @Test(
        "Addresses inside networks are refused as they are",
        arguments: [
            "https://10.1.2.3/", "https://169.254.169.254/latest", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/",
            "https://0.0.0.0/", "https://[::]/",
        ])
    func literals(url: String) async {
        let client = client()
        await #expect(throws: FetchFailure.destinationNotAllowed) { try await client.send(ExchangeRequest(.get, url)) }
    }

    @Test("Addresses that may not be fetched are not looked up")
    func malformed() async {
        let resolver = FixedResolver([:])
        let client = GuardedHTTPClient(
            destinations: .publicAndLoopback, limits: .patient(), resolver: resolver)
        await #expect(throws: FetchFailure.address(.notEncrypted)) {
            try await client.send(ExchangeRequest(.get, "http://example.org/"))
        }
        #expect(resolver.lookUps == 0)
        await #expect(throws: FetchFailure.nameNotResolved) {
            try await client.send(ExchangeRequest(.get, "https://example.org/"))
        }
    }
}

@Suite("Addresses anybody would reach the same machine at")
struct IPAddressTests {
    private static func v6(_ groups: UInt16...) -> IPAddress {
        .v6(groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
    }

    @Test(
        "Public addresses are",
        arguments: [
            IPAddress.v4([1, 1, 1, 1]), .v4([172, 15, 0, 1]), .v4([172, 32, 0, 1]), .v4([100, 63, 0, 1]),
            .v4([100, 128, 0, 1]),
            .v4([223, 255, 255, 255]), v6(0x2606, 0x4700, 0, 0, 0, 0, 0, 0x1111),
            v6(0x2002, 0x0101, 0x0101, 0, 0, 0, 0, 1),
            v6(0x64, 0xFF9B, 0, 0, 0, 0, 0x0101, 0x0101),
        ])
    func isPublic(address: IPAddress) {
        #expect(address.isGlobal)
    }

    @Test(
        "Private, shared, local, reserved, multicast and embedded ones are not",
        arguments: [
            IPAddress.v4([0, 0, 0, 0]), .v4([10, 255, 0, 1]), .v4([100, 64, 0, 1]), .v4([127, 0, 0, 1]),
            .v4([169, 254, 169, 254]), .v4([172, 16, 0, 1]), .v4([172, 31, 255, 255]), .v4([192, 168, 1, 1]),
            .v4([192, 0, 0, 1]), .v4([192, 0, 2, 1]), .v4([198, 18, 0, 1]), .v4([198, 51, 100, 1]),
            .v4([203, 0, 113, 1]),
            .v4([224, 0, 0, 1]), .v4([255, 255, 255, 255]), v6(0, 0, 0, 0, 0, 0, 0, 0), v6(0, 0, 0, 0, 0, 0, 0, 1),
            v6(0, 0, 0, 0, 0, 0xFFFF, 0x7F00, 1), v6(0xFE80, 0, 0, 0, 0, 0, 0, 1), v6(0xFC00, 0, 0, 0, 0, 0, 0, 1),
            v6(0xFD12, 0, 0, 0, 0, 0, 0, 1), v6(0xFF02, 0, 0, 0, 0, 0, 0, 1), v6(0x2001, 0xDB8, 0, 0, 0, 0, 0, 1),
            v6(0x2001, 0, 0, 0, 0, 0, 0, 1), v6(0x2002, 0x0A00, 1, 0, 0, 0, 0, 1),
            v6(0x64, 0xFF9B, 0, 0, 0, 0, 0x7F00, 1),
        ])
    func isNot(address: IPAddress) {
        #expect(!address.isGlobal)
    }

    @Test("The text is what a connection is made to")
    func text() {
        #expect(IPAddress.v4([192, 0, 2, 1]).text == "192.0.2.1")
        #expect(Self.v6(0x2606, 0, 0, 0, 0, 0, 0, 0xAB).text == "2606:0:0:0:0:0:0:ab")
    }
}
