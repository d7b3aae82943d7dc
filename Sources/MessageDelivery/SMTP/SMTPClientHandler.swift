import NIOCore
import NIOSSL

/// Why a conversation cannot go on.
enum SMTPConnectionFault: Error {
    case closed
    case timedOut
    case malformed
    case encryption
}

/// What the conversation asks of its connection.
enum SMTPOrder: Sendable {
    /// Send the bytes, if any, and give the next reply, within the time.
    case exchange(ByteBuffer?, TimeAmount, EventLoopPromise<SMTPReply>)
    /// Encrypt everything from here on; to the host of this name, or nil for an address.
    case encrypt(NIOSSLContext, String?, EventLoopPromise<Void>)
}

/// Matches a mail server's replies to what was sent, one at a time.
final class SMTPClientHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = SMTPOrder
    typealias OutboundOut = ByteBuffer

    private var reader = SMTPReplyReader()
    /// A reply that came before it was asked for, as a greeting does.
    private var early: SMTPReply?
    private var waiting: (promise: EventLoopPromise<SMTPReply>, timeout: Scheduled<Void>)?
    private var fault: SMTPConnectionFault?
    /// Fails with the first fault, for those who come after the channel has lost its handlers.
    private let end: EventLoopPromise<Void>

    init(end: EventLoopPromise<Void>) { self.end = end }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .exchange(let bytes, let timeout, let reply):
            exchange(bytes, within: timeout, reply, written: promise, context: context)
        case .encrypt(let tls, let host, let done):
            encrypt(tls, host, done, context: context)
            promise?.succeed()
        }
    }

    private func exchange(
        _ bytes: ByteBuffer?, within timeout: TimeAmount, _ reply: EventLoopPromise<SMTPReply>,
        written: EventLoopPromise<Void>?, context: ChannelHandlerContext
    ) {
        if fault == nil, bytes != nil, early != nil || !reader.isEmpty {
            // An answer to what has not been said yet.
            fail(.malformed, context: context)
        }
        if let early, bytes == nil {
            self.early = nil
            reply.succeed(early)
            written?.succeed()
            return
        }
        if let fault {
            reply.fail(fault)
            written?.succeed()
            return
        }
        let scheduled = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.fail(.timedOut, context: context)
        }
        waiting = (reply, scheduled)
        if let bytes {
            context.write(wrapOutboundOut(bytes), promise: written)
        } else {
            written?.succeed()
        }
    }

    private func encrypt(
        _ tls: NIOSSLContext, _ host: String?, _ done: EventLoopPromise<Void>, context: ChannelHandlerContext
    ) {
        // Whatever came behind the consent was said by nobody whom the certificate will prove.
        if fault == nil, early != nil || !reader.isEmpty { fail(.malformed, context: context) }
        if let fault { return done.fail(fault) }
        do {
            let handler = try NIOSSLClientHandler(context: tls, serverHostname: host)
            try context.pipeline.syncOperations.addHandler(handler, position: .first)
            done.succeed()
        } catch {
            fail(.encryption, context: context)
            done.fail(SMTPConnectionFault.encryption)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard fault == nil else { return }
        var bytes = unwrapInboundIn(data)
        reader.append(&bytes)
        do throws(SMTPReplyReader.Malformation) {
            while let reply = try reader.next() { try take(reply) }
        } catch {
            fail(.malformed, context: context)
        }
    }

    private func take(_ reply: SMTPReply) throws(SMTPReplyReader.Malformation) {
        if let waiting {
            self.waiting = nil
            waiting.timeout.cancel()
            waiting.promise.succeed(reply)
        } else {
            guard early == nil else { throw SMTPReplyReader.Malformation() }
            early = reply
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closed, context: context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        // Many servers hang up without the farewell of TLS.
        case NIOSSLError.uncleanShutdown: fail(.closed, context: context)
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: fail(.encryption, context: context)
        default: fail(.closed, context: context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // Without effect if there was a fault.
        end.fail(SMTPConnectionFault.closed)
    }

    /// The first fault stays: what comes after it follows from it.
    private func fail(_ fault: SMTPConnectionFault, context: ChannelHandlerContext) {
        guard self.fault == nil else { return }
        self.fault = fault
        end.fail(fault)
        if let waiting {
            self.waiting = nil
            waiting.timeout.cancel()
            waiting.promise.fail(fault)
        }
        context.close(promise: nil)
    }
}
