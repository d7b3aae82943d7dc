import Foundation
import IdentityRegistry
import PersonAuthentication
import SQLStatements
import Testing

@testable import Storage

@Suite("Deleting what is over of logins")
struct IdentityRetentionTests {
    @Test("Codes go after their end, counters after their window, and not before")
    func sweeps() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login()
        let ticket = try await login.sendCode(
            by: .emailCode, to: .username("A-100"), under: fixture.circumstances()
        ).get()
        _ = try await login.verify(.pin(username: "A-100", pin: "0000"), under: fixture.circumstances())
        let retention = SQLIdentityRetention(
            database: fixture.test.database, longestWindow: AttemptLimits().longestWindow)
        func sweep(after seconds: TimeInterval) async throws -> SQLIdentityRetention.Swept {
            try await retention.sweep(at: TestDatabase.now.addingTimeInterval(seconds))
        }
        // Lifetime or window, and grace.
        #expect(try await sweep(after: 899.9) == .init())
        #expect(try await sweep(after: 900) == .init(codes: 1))
        #expect(try await sweep(after: 1200) == .init())
        #expect(try await sweep(after: 1200.1) == .init(counters: 6))
        #expect(
            try await login.verify(.code(sent: ticket, code: "1"), under: fixture.circumstances())
                == .failure(.codeOver))
    }

    @Test("A counter that begins a new window while old ones are deleted stays")
    func renewed() async throws {
        let fixture = try await IdentityFixture()
        let store = SQLAttemptStore(database: fixture.test.database)
        let counters = (0..<50).map { AttemptCounter(key: [$0], limit: 5, window: .seconds(900)) }
        let retention = SQLIdentityRetention(
            database: fixture.test.otherProcess, longestWindow: AttemptLimits().longestWindow)
        for day in 0..<10 {
            let now = TestDatabase.now.addingTimeInterval(Double(day) * 86_400)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for counter in counters.reversed() {
                    group.addTask { _ = try await store.reserve([counter], watching: [], at: now).get() }
                }
                group.addTask { _ = try await retention.sweep(at: now) }
                try await group.waitForAll()
            }
            #expect(try await fixture.test.count("SELECT COUNT(*) FROM login_attempts WHERE count = 1") == 50)
        }
    }

    @Test("However many there are, all go")
    func inBatches() async throws {
        let fixture = try await IdentityFixture()
        let store = SQLAttemptStore(database: fixture.test.database)
        let count = SQLRetention.batchSize * 2 + 1
        try await store.count(
            (0..<count).map { number in
                AttemptCounter(
                    key: withUnsafeBytes(of: number) { Array($0) }, limit: 1, window: .seconds(900))
            }, at: TestDatabase.now)
        let retention = SQLIdentityRetention(
            database: fixture.test.database, longestWindow: AttemptLimits().longestWindow)
        #expect(
            try await retention.sweep(at: TestDatabase.now.addingTimeInterval(7200)) == .init(counters: count))
    }
}
