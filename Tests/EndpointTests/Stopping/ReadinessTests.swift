import Foundation
import HTTPTypes
import SQLStatements
import Storage
import Synchronization
import Testing
import WireFormats

@testable import WebServer
@testable import vouchsafe

/// What probes are told, and when the check behind it is made.
@Suite struct ReadinessTests {
    private func answer(_ readiness: Readiness, _ path: String = "/health/ready") async -> Reply {
        let site = Site(routes: [], metrics: Metrics(), readiness: readiness)
        let head = Site.Head(method: .get, target: Substring(path), headers: [:])
        return Reply(await site.respond(to: head, logger: CapturedLog().logger) { _ in [] })
    }

    private func expectObstacle(
        _ reason: String, _ readiness: Readiness, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let reply = await answer(readiness)
        #expect(reply.status == 503, sourceLocation: location)
        #expect(
            reply.headers == [.contentType: "application/json", .cacheControl: "no-store", .retryAfter: "1"],
            sourceLocation: location)
        #expect(
            try reply.json == ["status": "not_ready", "reason": .string(reason)], sourceLocation: location)
    }

    @Test("Ready is who has started, is not stopping, and has a database")
    func phases() async throws {
        let readiness = Readiness { nil }
        try await expectObstacle("starting", readiness)
        readiness.start()
        let ready = await answer(readiness)
        #expect(ready.status == 200)
        #expect(ready.headers == [.contentType: "application/json", .cacheControl: "no-store"])
        #expect(try ready.json == ["status": "ready"])
        readiness.leave()
        try await expectObstacle("stopping", readiness)
        readiness.refuse()
        try await expectObstacle("stopping", readiness)
        readiness.start()
        try await expectObstacle("stopping", readiness)
    }

    @Test("A process is live in every phase, and whatever the database does")
    func live() async throws {
        let readiness = Readiness {
            Issue.record("the database was asked")
            return .database
        }
        for step in [{}, readiness.start, readiness.leave, readiness.refuse] {
            step()
            let reply = await answer(readiness, "/health/live")
            #expect(reply.status == 200)
            #expect(try reply.json == ["status": "live"])
        }
    }

    @Test("What the check found is remembered for a second")
    func remembers() async throws {
        let instant = Mutex(ContinuousClock.now)
        let isThere = Mutex(false)
        let checks = Mutex(0)
        let readiness = Readiness(
            now: { instant.withLock { $0 } },
            check: {
                checks.withLock { $0 += 1 }
                return isThere.withLock { $0 } ? nil : .database
            })
        readiness.start()
        try await expectObstacle("database", readiness)
        isThere.withLock { $0 = true }
        instant.withLock { $0 += .milliseconds(999) }
        try await expectObstacle("database", readiness)
        #expect(checks.withLock { $0 } == 1)
        instant.withLock { $0 += .milliseconds(1) }
        #expect(await answer(readiness).status == 200)
        #expect(checks.withLock { $0 } == 2)
    }

    @Test("However many ask at once, the check is made once")
    func sharesCheck() async {
        let gate = TestGate()
        let checks = Mutex(0)
        let readiness = Readiness {
            checks.withLock { $0 += 1 }
            await gate.pass()
            return nil
        }
        readiness.start()
        await withTaskGroup(of: Int.self) { probes in
            for _ in 1...20 { probes.addTask { await answer(readiness).status } }
            gate.open()
            for await status in probes { #expect(status == 200) }
        }
        #expect(checks.withLock { $0 } == 1)
    }

    @Test("Nothing is waited for where nothing has begun, and everything where something has")
    func drains() async throws {
        let readiness = Readiness { nil }
        #expect(readiness.beginRequest() && readiness.beginRequest())
        readiness.refuse()
        #expect(!readiness.beginRequest())
        async let drained: Void = readiness.drain()
        #expect(!readiness.endRequest())
        #expect(readiness.requestsInProgress == 1)
        #expect(!readiness.endRequest())
        await drained
        await readiness.drain()
    }

    @Test("The server is ready as long as its database can be read")
    func asksDatabase() async throws {
        let issuer = try await TestIssuer()
        let clock = ClockWatch(database: issuer.installation.database, logger: issuer.log.logger)
        let readiness = issuer.installation.readiness(clock)
        readiness.start()
        #expect(await readiness.obstacle() == nil)
        await issuer.installation.database.close()
        let other = issuer.installation.readiness(clock)
        other.start()
        #expect(await other.obstacle() == .database)
    }

    @Test("Probes are answered at both addresses, without a key", arguments: ["/health/live", "/health/ready"])
    func bothAddresses(_ path: String) async throws {
        let issuer = try await TestIssuer()
        #expect(await issuer.send(.get, path).status == 200)
        #expect(await issuer.send(.get, path, to: .management).status == 200)
        #expect(await issuer.send(.head, path).body == [])
        #expect(await issuer.send(.post, path).status == 405)
    }
}
