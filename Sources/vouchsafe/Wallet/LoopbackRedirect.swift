import NIOCore
import NIOHTTP1
import NIOPosix

/// Receives the answer of a login from the browser: on this machine alone, once, RFC 8252 §7.3.
struct LoopbackRedirect: Sendable {
    enum Failure: Error, Equatable {
        case cannotListen
        case timedOut
    }

    /// What the browser is to be sent to.
    let uri: String
    private let channel: any Channel
    private let arrival: Arrival

    /// Listens at a port of 127.0.0.1, a free one unless one is named, while `body` runs.
    static func with<Outcome>(
        path: String, port: Int = 0, _ body: (LoopbackRedirect) async throws -> Outcome
    ) async throws -> Outcome {
        let redirect = try await listening(path: path, port: port)
        let outcome: Result<Outcome, any Error>
        do {
            outcome = .success(try await body(redirect))
        } catch {
            outcome = .failure(error)
        }
        redirect.arrival.fail(.timedOut)
        // The port is given back with the process at the latest.
        try? await redirect.channel.close().get()
        return try outcome.get()
    }

    private static func listening(path: String, port: Int) async throws -> LoopbackRedirect {
        let group = MultiThreadedEventLoopGroup.singleton
        let arrival = Arrival(promise: group.next().makePromise(of: String.self))
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 16)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                        try channel.pipeline.syncOperations.addHandler(RedirectHandler(path: path, arrival: arrival))
                    }
                }
                .bind(host: "127.0.0.1", port: port).get()
            guard let port = channel.localAddress?.port else { throw Failure.cannotListen }
            return LoopbackRedirect(uri: "http://127.0.0.1:\(port)\(path)", channel: channel, arrival: arrival)
        } catch {
            arrival.fail(.cannotListen)
            throw Failure.cannotListen
        }
    }

    /// The whole address that the browser was sent to.
    func answer(within limit: Duration) async throws -> String {
        let arrival = arrival
        let timeout = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
            arrival.fail(.timedOut)
        }
        defer { timeout.cancel() }
        return try await arrival.promise.futureResult.get()
    }
}
