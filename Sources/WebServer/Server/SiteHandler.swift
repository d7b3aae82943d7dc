import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import OAuth

/// Collects the requests of one connection and writes the answers.
final class SiteHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// A request that is still being received.
    private struct Incoming {
        let message: HTTPRequestHead
        let head: Site.Head
        let bodyLimit: Int
        let admission: Admission
        var body: [UInt8] = []
        /// Bytes of a body that is too large: read so that the client gets to read the refusal, and thrown away.
        var discarded = 0
        var isTooLarge: Bool { discarded > 0 }
    }

    private enum Admission {
        /// A stop waits for the answer.
        case counted
        /// A probe that comes when nothing else is taken.
        case probe
        /// Answered with its head; the rest is read so that the client gets to read the refusal.
        case refused
    }

    /// Whoever sends more than this after the limit of a body is not listening.
    private static let discardedAtMost = 4 << 20

    /// Parts of requests, and bytes of their bodies, that a client may send ahead. NIO's own handler stops reading instead, which takes four calls to
    /// the system for every request that awaits something.
    private static let waitingAtMost = (parts: 64, bytes: 256 << 10)

    /// A connection on which nothing is asked for so long is closed, and so is one that sends a request for so long.
    private static let patience = TimeAmount.seconds(60)

    private let site: Site
    private let logger: Logger
    private let channel: any Channel
    private let executor: EventLoopTaskExecutor
    private let remoteAddress: String
    private let clientAddress: ClientAddress
    private var incoming: Incoming?
    private var isAnswering = false
    /// What came while a request was being answered: requests are answered one after the other (RFC 9112 §9.3.2).
    private var waiting: [HTTPServerRequestPart] = []
    private var waitingBytes = 0
    /// The server is about to stop: what is being answered is the last.
    private var isQuiescing = false
    /// The last answer is written; whatever else comes is not heard.
    private var isClosing = false
    private var clock = HTTPDateClock()
    private var requestIDs = RequestIDs()
    private var lastRequest = NIODeadline.now()
    private var watch: RepeatedTask?
    /// Where bytes are written: past the encoder, which is there for what NIO itself answers.
    private var wire: ChannelHandlerContext?

    init(
        site: Site, clientAddress: ClientAddress, logger: Logger, channel: any Channel, executor: EventLoopTaskExecutor
    ) {
        self.clientAddress = clientAddress
        self.site = site
        self.logger = logger
        self.channel = channel
        self.executor = executor
        remoteAddress = channel.remoteAddress?.ipAddress ?? ""
    }

    func handlerAdded(context: ChannelHandlerContext) {
        wire = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let interval = TimeAmount.nanoseconds(Self.patience.nanoseconds / 4)
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            handler.value.closeIfIdle()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { wire = nil }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        watch = nil
        // A request that is being answered is counted until it is.
        if let request = incoming.take(), request.admission == .counted { _ = site.readiness.endRequest() }
        context.fireChannelInactive()
    }

    private func closeIfIdle() {
        if !isAnswering, NIODeadline.now() - lastRequest > Self.patience { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard !isClosing else { return }
        guard isAnswering else { return take(part, context) }
        waiting.append(part)
        if case .body(let bytes) = part { waitingBytes += bytes.readableBytes }
        if waiting.count > Self.waitingAtMost.parts || waitingBytes > Self.waitingAtMost.bytes {
            context.close(promise: nil)
        }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let message): begin(message, context)
        case .body(let part): collect(part)
        case .end: answer(context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isQuiescing = true
            if !isAnswering, incoming?.admission != .counted { closeOnceWritten(context) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func begin(_ message: HTTPRequestHead, _ context: ChannelHandlerContext) {
        lastRequest = .now()
        let headers = HTTPFields(received: message.headers)
        // NIO has checked that the method is a token.
        let method = HTTPRequest.Method(message.method.rawValue) ?? .get
        let head = Site.Head(
            method: method, target: Substring(message.uri), headers: headers,
            clientHint: remoteAddress + " " + (headers[.userAgent] ?? ""),
            clientAddress: clientAddress.resolve(peer: remoteAddress, forwardedFor: headers[values: .forwardedFor]),
            requestID: requestIDs.next())
        let admission: Admission =
            if site.readiness.beginRequest() { .counted } else { site.isProbe(head) ? .probe : .refused }
        guard admission != .refused else {
            incoming = Incoming(message: message, head: head, bodyLimit: 0, admission: admission)
            let response = site.refuseStopping(head, logger: logger)
            return write(response, to: head, in: context, version: message.version, keepAlive: false)
        }
        incoming = Incoming(
            message: message, head: head, bodyLimit: site.bodyLimit(of: head), admission: admission)
    }

    private func collect(_ part: ByteBuffer) {
        guard var request = incoming.take() else { return }
        if request.isTooLarge || request.body.count + part.readableBytes > request.bodyLimit {
            request.discarded += request.body.count + part.readableBytes
            request.body = []
        } else {
            part.withUnsafeReadableBytes { request.body.append(contentsOf: $0) }
        }
        incoming = request
        if request.discarded > Self.discardedAtMost { channel.close(promise: nil) }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let request = incoming.take() else { return }
        guard request.admission != .refused else { return closeOnceWritten(context) }
        isAnswering = true
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let (site, head, body, isTooLarge) = (site, request.head, request.body, request.isTooLarge)
        let isKeepAlive = request.message.isKeepAlive && !isTooLarge
        let isCounted = request.admission == .counted
        let version = request.message.version
        // Not a child of anything: the channel calls, and a task is the only way from there to code that awaits. It
        // begins on this thread at once and ends with the answer, before which no other request is taken.
        Task.immediate(executorPreference: executor) { [logger] in
            let response = await site.respond(to: head, logger: logger) { _ in
                if isTooLarge { throw Site.BodyTooLarge() }
                return body
            }
            handler.value.answered(
                response, to: head, in: bound.value, version: version, keepAlive: isKeepAlive, isCounted: isCounted)
        }
    }

    private func answered(
        _ response: EndpointResponse, to head: Site.Head, in context: ChannelHandlerContext, version: HTTPVersion,
        keepAlive isWanted: Bool, isCounted: Bool
    ) {
        isAnswering = false
        let mayGoOn = isCounted && site.readiness.endRequest()
        let keepAlive = isWanted && mayGoOn && !isQuiescing
        write(response, to: head, in: context, version: version, keepAlive: keepAlive)
        if keepAlive { takeWaiting(context) } else { closeOnceWritten(context) }
    }

    private func takeWaiting(_ context: ChannelHandlerContext) {
        guard !waiting.isEmpty else { return }
        let parts = waiting
        waiting = []
        waitingBytes = 0
        for (index, part) in parts.enumerated() {
            guard !isAnswering else {
                // A request among them is being answered; what is behind it waits again.
                waiting = parts[index...] + waiting
                waitingBytes = waiting.reduce(0) { sum, part in
                    if case .body(let bytes) = part { sum + bytes.readableBytes } else { sum }
                }
                return
            }
            take(part, context)
        }
    }

    private func write(
        _ response: EndpointResponse, to head: Site.Head, in context: ChannelHandlerContext, version: HTTPVersion,
        keepAlive: Bool
    ) {
        lastRequest = .now()
        var message = ResponseMessage(
            version: version, status: response.status, capacity: response.body.count, in: context.channel)
        for field in response.headers { message.add(field.name.rawName, field.value) }
        message.add("Date", clock.text())
        message.add("X-Request-Id", head.requestID)
        // The answer to HEAD states the length of the body that it leaves out; RFC 9110 §8.6: no length where there
        // can be no body.
        if head.method != .head, response.status != .noContent, response.status != .notModified {
            message.add("Content-Length", String(response.body.count))
        }
        if !keepAlive { message.add("Connection", "close") }
        wire?.writeAndFlush(NIOAny(message.finished(body: response.body)), promise: nil)
    }

    private func closeOnceWritten(_ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        isClosing = true
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        guard let wire else { return written.succeed() }
        // Nothing, behind whatever a slow reader has not taken yet.
        wire.writeAndFlush(NIOAny(context.channel.allocator.buffer(capacity: 0)), promise: written)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The peer went away or spoke no HTTP; NIO has answered where there was something to answer.
        logger.debug("connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }
}

extension Optional {
    /// The value, leaving nil: what was inside is then changed without a copy.
    fileprivate mutating func take() -> Wrapped? {
        defer { self = nil }
        return self
    }
}

extension HTTPField.Name {
    // A valid field name, so there is a value.
    fileprivate static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
}
