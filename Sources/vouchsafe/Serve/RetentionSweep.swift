import Foundation
import Logging
import ServiceLifecycle
import Storage

/// Deletes what is no longer needed: once at start, then every minute.
struct RetentionSweep: Service {
    static let interval = Duration.seconds(60)

    let retention: SQLRetention
    /// Nil where nobody logs in.
    var identity: SQLIdentityRetention?
    /// Nil where no portal is served.
    var visits: SQLPortalVisits?
    /// Nil where no data is shared.
    var pushes: SQLPushStore?
    let logger: Logger
    let now: @Sendable () -> Date

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await sweep()
                do { try await Task.sleep(for: Self.interval) } catch { return }
            }
        }
    }

    /// A failure is logged and the next sweep tries again: the server goes on without.
    func sweep() async {
        do {
            let swept = try await retention.sweep(at: now())
            _ = try await identity?.sweep(at: now())
            _ = try await visits?.sweep(at: now())
            _ = try await pushes?.sweep(at: now())
            guard swept != SQLRetention.Swept() else { return }
            logger.debug(
                "deleted what is no longer needed",
                metadata: [
                    "nonces": "\(swept.nonces)", "claims": "\(swept.claims)", "single_uses": "\(swept.singleUses)",
                    "authorizations": "\(swept.authorizations)",
                ])
        } catch {
            // A stop in the middle of it is no failure.
            guard !Task.isCancelled else { return }
            logger.error("what is no longer needed could not be deleted", metadata: ["error": "\(error)"])
        }
    }
}
