import NIOCore
import NIOPosix
import Synchronization

/// A connection on which a test says what it likes.
final class RawConnection: Sendable {
    private struct State {
        var received = ""
        var isClosed = false
        var waiting: (marker: String?, continuation: CheckedContinuation<String, Never>)?

        /// Whoever waits, if what they wait for is there.
        mutating func takeWaiting() -> (() -> Void)? {
            guard let (marker, continuation) = waiting else { return nil }
            guard isClosed || marker.map(received.contains) == true else { return nil }
            waiting = nil
            let text = received
            received = ""
            return { continuation.resume(returning: text) }
        }
    }

    private let channel: any Channel
    private let state: Reference

    private final class Reference: Sendable {
        let state = Mutex(State())

        func change(_ change: @Sendable (inout State) -> Void) {
            state.withLock { state in
                change(&state)
                return state.takeWaiting()
            }?()
        }
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let state: Reference

        init(_ state: Reference) { self.state = state }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            state.change { $0.received += text }
        }

        func channelInactive(context: ChannelHandlerContext) { state.change { $0.isClosed = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    init(port: Int) async throws {
        let state = Reference()
        self.state = state
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(state))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// What has come since the last time, with at least the marker in it; less if the server has closed.
    func read(upTo marker: String) async -> String { await wait(marker) }

    /// What comes until the server closes.
    func readToEnd() async -> String { await wait(nil) }

    func close() async throws { try await channel.close() }

    private func wait(_ marker: String?) async -> String {
        await withCheckedContinuation { continuation in
            state.change { $0.waiting = (marker, continuation) }
        }
    }
}
