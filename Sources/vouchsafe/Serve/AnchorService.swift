import Anchoring
import Logging
import ServiceLifecycle

/// Anchors the ledger as long as the server runs. What goes wrong is told and tried again; nothing else notices.
struct AnchorService: Service {
    let worker: AnchorWorker
    /// For the log.
    let place: String
    let pace: AnchorPace
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var failures = 0
            while !Task.isCancelled {
                do throws(AnchorFailure) {
                    try await worker.pass()
                    if failures > 0 {
                        logger.notice("the ledger can be anchored again", metadata: ["chain": "\(place)"])
                    }
                    failures = 0
                } catch {
                    // A request that is given up because the server ends is no trouble.
                    guard !Task.isCancelled else { break }
                    failures += 1
                    logger.error(
                        "the ledger cannot be anchored",
                        metadata: [
                            "chain": "\(place)", "error": "\(error)",
                            "next_try_seconds": "\(pace.wait(afterFailures: failures).components.seconds)",
                        ])
                }
                do {
                    try await Task.sleep(for: pace.wait(afterFailures: failures))
                } catch {
                    break
                }
            }
        }
        await worker.release()
    }
}

/// How often a chain is looked at.
struct AnchorPace: Sendable {
    let interval: Duration
    static let longest = Duration.seconds(600)

    /// A tenth of the interval, from a second to a minute; doubled with each failure in a row, to ten minutes.
    func wait(afterFailures count: Int) -> Duration {
        let usual = min(max(interval / 10, .seconds(1)), .seconds(60))
        return min(usual * (1 << min(count, 10)), Self.longest)
    }
}
