import Foundation
import KeyStore
import Logging
import ServiceLifecycle

/// Notices keys that another process has made.
struct KeyRefresh: Service {
    static let interval = Duration.seconds(5)

    let keys: LiveKeys
    let logger: Logger
    let now: @Sendable () -> Date

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: Self.interval)
                    try keys.replace(await keys.ring.reload(now: now()), now: now())
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("keys could not be read again", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
