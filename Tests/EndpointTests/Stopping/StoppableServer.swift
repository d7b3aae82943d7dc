import HTTPTypes
import NIOCore
import NIOPosix
import OAuth
import ServiceLifecycle
import Synchronization
import UnixSignals

@testable import WebServer
@testable import vouchsafe

/// A server on a socket of its own, which a test signals as an operator would.
struct StoppableServer: Sendable {
    let port: Int
    let readiness = Readiness { nil }
    let log = CapturedLog()
    /// `GET /slow` is answered when this is opened.
    let gate = TestGate()
    /// What `POST /echo` was sent, and what `/slow` was asked.
    let seen = SeenRequests()
    private let signals = AsyncStream.makeStream(of: UnixSignal.self)

    private init(port: Int) { self.port = port }

    /// Runs the server until it has stopped, which the test must see to.
    static func with(
        delay: Duration = .zero, limit: Duration = .seconds(600),
        _ body: @escaping @Sendable (StoppableServer) async throws -> Void
    ) async throws {
        let server = StoppableServer(port: try await freePort())
        let started = TestGate()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run(delay, limit, started) }
            tasks.addTask {
                await started.pass()
                try await body(server)
            }
            try await tasks.waitForAll()
        }
    }

    private func run(_ delay: Duration, _ limit: Duration, _ started: TestGate) async throws {
        let service = SiteServer.service(
            Site(routes: routes, metrics: Metrics(), readiness: readiness),
            at: SiteServer.Address(host: "127.0.0.1", port: port), logger: log.logger
        ) {
            readiness.start()
            started.open()
        }
        // On a machine that is busy with every other test, ending takes its time.
        let stop = GracefulStop(
            readiness: readiness, delay: delay, limit: limit, logger: log.logger, onSignal: {}, abandon: {})
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [service], logger: log.logger))
        try await stop.run(group, until: signals.stream)
        gate.open()
    }

    private var routes: [Route] {
        [
            Route(.get, .exact("/quick"), name: "quick") { _, _ in EndpointResponse(body: Array("quick".utf8)) },
            Route(.get, .exact("/slow"), name: "slow") { request, _ in
                seen.add("slow " + String(request.query))
                await gate.pass()
                return EndpointResponse(body: Array("slow".utf8))
            },
            Route(.post, .exact("/echo"), name: "echo", bodyLimit: 100) { request, _ in
                seen.add(String(decoding: request.body, as: UTF8.self))
                return EndpointResponse(body: request.body)
            },
        ]
    }

    func signal(_ signal: UnixSignal = .sigterm) { signals.continuation.yield(signal) }

    /// Signals, and waits until nothing new is taken.
    func refuse() async throws {
        signal()
        while !readiness.isRefusing { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// Waits until so many requests have begun and are not answered.
    func untilInProgress(_ count: Int) async throws {
        while readiness.requestsInProgress != count { try await Task.sleep(for: .milliseconds(2)) }
    }

    func connect() async throws -> RawConnection { try await RawConnection(port: port) }

    /// The whole answer to a request on a connection of its own.
    func get(_ path: String) async throws -> String {
        let connection = try await connect()
        try await connection.send("GET \(path) HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        return await connection.readToEnd()
    }

    private static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        // A bound TCP socket has a port.
        let port = channel.localAddress!.port!
        try await channel.close()
        return port
    }
}

/// Closed until it is opened, and then open for good.
final class TestGate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func open() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for one in waiting { one.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}

final class SeenRequests: Sendable {
    private let entries = Mutex<[String]>([])
    var all: [String] { entries.withLock { $0 } }
    func add(_ entry: String) { entries.withLock { $0.append(entry) } }
}
