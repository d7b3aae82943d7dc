import HummingbirdCore
import Logging
import NIOCore

/// Runs everything that is done for a connection on the event loop that the connection belongs to.
///
/// Without it each read and write goes to the pool of Swift's concurrency and back, which costs more processor time
/// than parsing the request. Nothing here blocks for longer than a page read from the database.
struct LoopPinnedChannel<Inner: ServerChildChannel>: ServerChildChannel {
    let inner: Inner

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Inner.Value> {
        inner.setup(channel: channel, logger: logger)
    }

    func handle(value: Inner.Value, logger: Logger) async {
        let executor = EventLoopTaskExecutor(loop: value.channel.eventLoop)
        await withTaskExecutorPreference(executor) { await inner.handle(value: value, logger: logger) }
    }
}

/// An event loop as the executor of tasks.
private final class EventLoopTaskExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
