import NIOCore
import NIOHTTP1
import Synchronization

/// The one answer that is waited for.
final class Arrival: Sendable {
    let promise: EventLoopPromise<String>
    private let isOver = Mutex(false)

    init(promise: EventLoopPromise<String>) {
        self.promise = promise
    }

    /// True for the first caller alone, who then completes the promise.
    func claim() -> Bool {
        isOver.withLock { isOver in
            defer { isOver = true }
            return !isOver
        }
    }

    func fail(_ failure: LoopbackRedirect.Failure) {
        if claim() { promise.fail(failure) }
    }
}

/// One connection: one request, answered and closed.
final class RedirectHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Longer than an authorization response.
    private static let maximumTarget = 20_000
    private static let patience = TimeAmount.seconds(15)

    private let path: String
    private let arrival: Arrival
    private var head: HTTPRequestHead?
    private var timeout: Scheduled<Void>?

    init(path: String, arrival: Arrival) {
        (self.path, self.arrival) = (path, arrival)
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            answer(take(head, port: context.channel.localAddress?.port), on: context)
        }
    }

    /// What is said to the browser, and what it brought if that is the answer.
    private struct Reply {
        let status: HTTPResponseStatus
        let text: String
        var address: String?

        init(_ status: HTTPResponseStatus, _ text: String, address: String? = nil) {
            (self.status, self.text, self.address) = (status, text, address)
        }
    }

    private func take(_ head: HTTPRequestHead, port: Int?) -> Reply {
        let authority = "127.0.0.1:\(port ?? 0)"
        // By another name for this machine it could be anybody's page that asks.
        guard head.headers["Host"] == [authority] else { return Reply(.misdirectedRequest, "Not here.") }
        guard head.uri.utf8.count <= Self.maximumTarget else { return Reply(.uriTooLong, "Too long.") }
        guard head.uri.prefix(while: { $0 != "?" }) == path else { return Reply(.notFound, "There is nothing here.") }
        guard head.method == .GET else { return Reply(.methodNotAllowed, "Not so.") }
        guard head.uri.utf8.count > path.utf8.count + 1 else { return Reply(.badRequest, "The answer is missing.") }
        guard arrival.claim() else { return Reply(.gone, "This is over.") }
        return Reply(.ok, "You can close this window.", address: "http://\(authority)\(head.uri)")
    }

    private func answer(_ reply: Reply, on context: ChannelHandlerContext) {
        let page =
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Vouchsafe wallet</title><p>\(reply.text)</p>"
        let head = HTTPResponseHead(
            version: .http1_1, status: reply.status,
            headers: [
                "content-type": "text/html; charset=utf-8", "content-length": "\(page.utf8.count)",
                "cache-control": "no-store", "referrer-policy": "no-referrer",
                "content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff",
                "connection": "close",
            ])
        let (channel, promise) = (context.channel, arrival.promise)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: page)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            // Not before: the program may end with it, and the person should see the page.
            if let address = reply.address { promise.succeed(address) }
            channel.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
