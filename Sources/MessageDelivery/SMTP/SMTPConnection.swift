import NIOCore
import NIOPosix
import NIOSSL

/// A connection to a mail server that says one thing at a time.
struct SMTPConnection: Sendable {
    private let channel: any Channel
    /// Fails with what ended the connection.
    private let end: EventLoopFuture<Void>

    /// Adds what speaks SMTP as the channel's last handler. On the channel's event loop only.
    init(adding handlers: [any ChannelHandler], to channel: any Channel) throws {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        (self.channel, end) = (channel, promise.futureResult)
        try channel.pipeline.syncOperations.addHandlers(handlers + [SMTPClientHandler(end: promise)])
    }

    /// - Parameter implicitTLS: the context, if the connection is encrypted from its first byte.
    static func open(
        _ settings: SMTPSettings, implicitTLS: NIOSSLContext?, group: any EventLoopGroup
    ) async throws(DeliveryFailure) -> SMTPConnection {
        let bootstrap = ClientBootstrap(group: group).connectTimeout(settings.timeouts.connect)
        do {
            return try await bootstrap.connect(host: settings.host, port: settings.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let encryption = try implicitTLS.map {
                        try NIOSSLClientHandler(context: $0, serverHostname: settings.serverName)
                    }
                    return try SMTPConnection(adding: encryption.map { [$0] } ?? [], to: channel)
                }
            }
        } catch {
            throw .cannotConnect
        }
    }

    /// Sends `bytes`, if any, and gives the reply to them.
    func exchange(
        _ bytes: ByteBuffer?, _ step: SMTPStep, within timeout: TimeAmount
    ) async throws(DeliveryFailure) -> SMTPReply {
        let promise = channel.eventLoop.makePromise(of: SMTPReply.self)
        order(.exchange(bytes, timeout, promise), failing: promise)
        return try await Self.value(of: promise.futureResult, step)
    }

    /// Encrypts what follows. A handshake that fails shows in the next exchange.
    func encrypt(_ tls: NIOSSLContext, host: String?) async throws(DeliveryFailure) {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        order(.encrypt(tls, host, promise), failing: promise)
        try await Self.value(of: promise.futureResult, .encryption)
    }

    /// Without waiting for the server to close its end.
    func close() {
        channel.close(promise: nil)
    }

    /// A channel that is closed has no handlers left to keep the promise.
    private func order<Value: Sendable>(_ order: SMTPOrder, failing promise: EventLoopPromise<Value>) {
        channel.writeAndFlush(order).whenFailure { _ in end.whenFailure { promise.fail($0) } }
    }

    private static func value<Value: Sendable>(
        of future: EventLoopFuture<Value>, _ step: SMTPStep
    ) async throws(DeliveryFailure) -> Value {
        do {
            return try await future.get()
        } catch {
            switch error as? SMTPConnectionFault {
            case .timedOut?: throw .timedOut(step)
            case .malformed?: throw .protocolViolation(step)
            case .encryption?: throw .encryptionFailed
            case .closed?, nil: throw .connectionLost(step)
            }
        }
    }
}

extension SMTPSettings {
    /// The name that the certificate has to have; nil for an address, which the certificate then has to have.
    var serverName: String? {
        (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
    }
}
