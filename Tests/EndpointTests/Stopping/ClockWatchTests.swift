import Logging
import SQLStatements
import Synchronization
import Testing
import WebServer

@testable import vouchsafe

/// Processes that share a database share its time.
@Suite struct ClockWatchTests {
    /// A database whose clock goes as a test says.
    private final class OtherClock: SQLDatabase {
        let ahead = Mutex(Duration?.some(.zero))

        func run(_ script: SQLScript) async throws(DatabaseFailure) -> SQLOutcome { .done([]) }
        func close() async {}
        func clockDifference() async throws(DatabaseFailure) -> Duration? { ahead.withLock { $0 } }
    }

    private let database = OtherClock()
    private let log = CapturedLog()

    @Test("A difference of half a minute is worked with", arguments: [0, 1, 3, -3, 30, -30])
    func accepts(seconds: Int) async throws {
        database.ahead.withLock { $0 = .seconds(seconds) }
        let watch = ClockWatch(database: database, logger: log.logger)
        try await watch.check()
        #expect(watch.isRight)
    }

    @Test("With more the server does not start, and says what to do", arguments: [31, -31, 86_400])
    func refuses(seconds: Int) async throws {
        database.ahead.withLock { $0 = .seconds(seconds) }
        let watch = ClockWatch(database: database, logger: log.logger)
        let failure = await #expect(throws: CommandFailure.self) { try await watch.check() }
        #expect(failure?.description.contains("\(abs(seconds)) s") == true)
        #expect(failure?.description.contains("NTP") == true)
        #expect(!watch.isRight)
    }

    @Test("Where there is one clock only, there is nothing to compare")
    func oneClock() async throws {
        database.ahead.withLock { $0 = nil }
        let watch = ClockWatch(database: database, logger: log.logger)
        try await watch.check()
        #expect(watch.isRight)
    }

    @Test("A server that goes wrong says why it is not ready, and is ready again once it is right")
    func readiness() async throws {
        let issuer = try await TestIssuer()
        let watch = ClockWatch(database: database, logger: log.logger)
        let readiness = issuer.installation.readiness(watch)
        readiness.start()
        #expect(await readiness.obstacle() == nil)
        database.ahead.withLock { $0 = .seconds(31) }
        await #expect(throws: CommandFailure.self) { try await watch.check() }
        let later = issuer.installation.readiness(watch)
        later.start()
        #expect(await later.obstacle() == .clock)
    }
}
