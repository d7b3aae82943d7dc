import Foundation
import Synchronization

/// A thread that many workers share, each going on when its answer has come.
///
/// A thread for each would be woken by the kernel for every answer while the server sends it, on the server's time.
final class LoadLoop: TaskExecutor, @unchecked Sendable {  // what is not a mutex is touched by its one thread only
    private let jobs = Mutex<[UnownedJob]>([])
    private var waiting: [Int32: UnsafeContinuation<Void, Never>] = [:]

    private static let key = "vouchsafe load loop"

    /// The loop of this thread, if it is one's.
    static var current: LoadLoop? { Thread.current.threadDictionary[key] as? LoadLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// Returns when there is something to read.
    func readable(_ descriptor: Int32) async {
        await withUnsafeContinuation { waiting[descriptor] = $0 }
    }

    /// Runs what is enqueued, on the calling thread, until nothing is and nothing is waited for.
    func run() {
        Thread.current.threadDictionary[Self.key] = self
        while true {
            let batch = jobs.withLock { jobs in
                defer { jobs.removeAll(keepingCapacity: true) }
                return jobs
            }
            for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
            if batch.isEmpty {
                guard !waiting.isEmpty else { return }
                wake()
            }
        }
    }

    private func wake() {
        var descriptors = waiting.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else { return }
        for descriptor in descriptors where descriptor.revents != 0 {
            waiting.removeValue(forKey: descriptor.fd)?.resume()
        }
    }
}
