import Foundation
import Logging
import SQLStatements
import ServiceLifecycle
import Synchronization

/// Compares this machine's time with the database's, which all processes share: what one of them gives for a minute must
/// not be over, or not begun yet, for another.
final class ClockWatch: Service {
    private static let interval = Duration.seconds(60)
    /// More than this is told.
    private static let notable = Duration.seconds(2)
    /// With more than this, requests are not served: proofs and codes are good for a minute.
    static let limit = Duration.seconds(30)

    private let database: any SQLDatabase
    private let logger: Logger
    private let state = Mutex(true)

    init(database: any SQLDatabase, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// What was found when it was last looked.
    var isRight: Bool { state.withLock { $0 } }

    /// Refuses to start beside processes that have another time. A database that does not answer is others' to tell.
    func check() async throws(CommandFailure) {
        guard let difference = await look(), difference > Self.limit else { return }
        throw CommandFailure(
            "this machine's clock and the database's differ by \(difference.components.seconds) s; have both set by NTP"
        )
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do { try await Task.sleep(for: Self.interval) } catch { return }
                _ = await look()
            }
        }
    }

    /// How far the clocks are apart; nil where there is one clock, or no answer.
    private func look() async -> Duration? {
        guard let ahead = try? await database.clockDifference() else { return nil }
        let difference = ahead < .zero ? .zero - ahead : ahead
        let isRight = difference <= Self.limit
        state.withLock { $0 = isRight }
        if difference > Self.notable {
            logger.log(
                level: isRight ? .warning : .error, "this machine's clock and the database's differ",
                metadata: ["seconds": "\(difference.components.seconds)"])
        }
        return difference
    }
}
