import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on this machine that answers by path, well and badly.
final class LocalServer: Sendable {
    let port: Int
    /// Requests that arrived: method, target, `Host`, body.
    var seen: [String] { log.seen }
    /// How often somebody connected.
    var connections: Int { log.connections }

    private let channel: any Channel
    private let log: Log

    final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        private let connected = Mutex(0)
        var connections: Int { connected.withLock { $0 } }
        func connect() { connected.withLock { $0 += 1 } }
        var seen: [String] { entries.withLock { $0 } }
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
    }

    private init(channel: any Channel, log: Log) {
        self.channel = channel
        self.log = log
        // A bound TCP socket has a port.
        port = channel.localAddress!.port!
    }

    static func with(_ body: (LocalServer) async throws -> Void) async throws {
        let log = Log()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 16)
            .childChannelInitializer { channel in
                log.connect()
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answers(log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(LocalServer(channel: channel, log: log))
        } catch {
            try? await channel.close().get()
            throw error
        }
        try? await channel.close().get()
    }
}

private final class Answers: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: LocalServer.Log
    private var head: HTTPRequestHead?
    private var body = ""

    init(log: LocalServer.Log) {
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, "")
        case .body(let buffer): body += String(buffer: buffer)
        case .end:
            guard let head else { return }
            let host = head.headers["Host"].joined(separator: ",")
            log.add("\(head.method) \(head.uri) \(host) \(body)")
            answer(head, context)
        }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        switch head.uri {
        case "/redirect": write(.found, [("Location", "/ok")], "", context)
        case "/missing": write(.notFound, [], "nothing here", context)
        case "/exact": write(.ok, [], String(repeating: "x", count: 1000), context)
        case "/large": write(.ok, [], String(repeating: "x", count: 1001), context)
        case "/endless": stream(context)
        case "/silent": break
        case "/drip":
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok))), promise: nil)
        case "/broken": context.close(promise: nil)
        default: write(.ok, [("Content-Type", "text/plain")], "hello", context)
        }
    }

    private func write(
        _ status: HTTPResponseStatus, _ headers: [(String, String)], _ body: String, _ context: ChannelHandlerContext
    ) {
        let head = HTTPResponseHead(
            version: .http1_1, status: status,
            headers: HTTPHeaders(headers + [("Content-Length", String(body.utf8.count))]))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// A body without a stated length that does not end by itself.
    private func stream(_ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok))), promise: nil)
        for _ in 0..<100 {
            let chunk = ByteBuffer(repeating: UInt8(ascii: "x"), count: 100)
            context.write(wrapOutboundOut(.body(.byteBuffer(chunk))), promise: nil)
        }
        context.flush()
    }
}
