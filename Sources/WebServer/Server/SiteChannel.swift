import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// How Hummingbird's server speaks on a connection: HTTP/1.1 parsed by NIO, answered on the connection's own event loop.
///
/// Hummingbird's own channel hands every part of a message to Swift's concurrency and back; for requests as small as
/// these that costs more processor time than all the rest of HTTP (docs/design/005).
struct SiteChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    let site: Site
    let clientAddress: ClientAddress
    let logger: Logger

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = 16 << 10
            limits.maxHeaderListSize = 32 << 10
            limits.maxHeaderFieldCount = 100
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: true, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
            let executor = EventLoopTaskExecutor(loop: channel.eventLoop)
            try channel.pipeline.syncOperations.addHandler(
                SiteHandler(
                    site: site, clientAddress: clientAddress, logger: self.logger, channel: channel,
                    executor: executor))
            return Value(channel: channel)
        }
    }

    /// The handler does the work; this keeps the connection counted until it is closed.
    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            // Closed by an error or not, it is closed.
            _ = try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }
}

/// An event loop as the executor of tasks.
final class EventLoopTaskExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
