import NIOCore
import ServiceLifecycle
import Testing
import UnixSignals

@testable import WebServer
@testable import vouchsafe

/// From the signal to the end of the process, on real connections.
@Suite struct GracefulStopTests {
    private static let refusal =
        #"{"error":"temporarily_unavailable","error_description":"The server is stopping"}"#

    private func request(_ method: String, _ path: String, _ headers: String..., body: String = "") -> String {
        ([method + " " + path + " HTTP/1.1", "Host: here"] + headers + ["", body]).joined(separator: "\r\n")
    }

    private func expectRefused(_ answer: String, _ location: SourceLocation = #_sourceLocation) {
        #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"), sourceLocation: location)
        #expect(answer.contains("\r\nRetry-After: 1\r\n"), sourceLocation: location)
        #expect(answer.contains("\r\nConnection: close\r\n"), sourceLocation: location)
        #expect(answer.contains("\r\nContent-Type: application/json\r\n"), sourceLocation: location)
        #expect(answer.hasSuffix("\r\n\r\n" + Self.refusal), sourceLocation: location)
    }

    @Test("A request that is being answered is finished, new ones are refused, and probes are told")
    func finishesWhatHasBegun() async throws {
        try await StoppableServer.with { server in
            let (busy, idle) = (try await server.connect(), try await server.connect())
            try await idle.send(request("GET", "/quick"))
            #expect(await idle.read(upTo: "quick").contains("HTTP/1.1 200"))
            #expect(try await server.get("/health/ready").hasSuffix(#"{"status":"ready"}"#))
            try await busy.send(request("GET", "/slow"))
            try await server.untilInProgress(1)

            try await server.refuse()
            expectRefused(try await server.get("/quick"))
            expectRefused(try await server.get("/health/nothing"))
            try await idle.send(request("GET", "/quick"))
            expectRefused(await idle.readToEnd())
            let ready = try await server.get("/health/ready")
            #expect(ready.hasPrefix("HTTP/1.1 503 "))
            #expect(ready.contains("\r\nRetry-After: 1\r\n"))
            #expect(ready.hasSuffix(#"{"status":"not_ready","reason":"stopping"}"#))
            #expect(try await server.get("/health/live").hasSuffix(#"{"status":"live"}"#))

            server.gate.open()
            let answer = await busy.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.contains("\r\nConnection: close\r\n"))
            #expect(answer.hasSuffix("\r\n\r\nslow"))
        }
    }

    @Test("A request whose body comes slowly is waited for")
    func waitsForBody() async throws {
        try await StoppableServer.with { server in
            let slow = try await server.connect()
            try await slow.send(request("POST", "/echo", "Content-Length: 8", body: "half"))
            try await server.untilInProgress(1)
            try await server.refuse()
            try await slow.send("half")
            let answer = await slow.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.hasSuffix("\r\n\r\nhalfhalf"))
        }
    }

    @Test("A refusal does not wait for the body, and is read by a client that sends one all the same")
    func refusesAtTheHead() async throws {
        try await StoppableServer.with { server in
            let busy = try await server.connect()
            try await busy.send(request("GET", "/slow"))
            try await server.untilInProgress(1)
            try await server.refuse()
            let late = try await server.connect()
            try await late.send(request("POST", "/echo", "Content-Length: 8", body: "half"))
            expectRefused(await late.read(upTo: Self.refusal))
            try await late.send("half" + request("POST", "/echo", "Content-Length: 2", body: "no"))
            #expect(await late.readToEnd() == "")
            server.gate.open()
            _ = await busy.readToEnd()
            #expect(server.seen.all == ["slow "])
        }
    }

    @Test("Connections on which nothing is asked are closed, and none are accepted, once all is answered")
    func closesIdle() async throws {
        try await StoppableServer.with { server in
            let (used, unused) = (try await server.connect(), try await server.connect())
            try await used.send(request("GET", "/quick"))
            _ = await used.read(upTo: "quick")
            server.signal()
            #expect(await used.readToEnd() == "")
            #expect(await unused.readToEnd() == "")
            await #expect(throws: (any Error).self) { try await server.get("/quick") }
        }
    }

    @Test("What was sent ahead on a connection is not done when its answer could not be sent")
    func dropsWhatWasSentAhead() async throws {
        try await StoppableServer.with { server in
            let busy = try await server.connect()
            try await busy.send(request("GET", "/slow?1") + request("GET", "/slow?2"))
            try await server.untilInProgress(1)
            try await server.refuse()
            server.gate.open()
            let answer = await busy.readToEnd()
            #expect(answer.ranges(of: "HTTP/1.1 ").count == 1)
            #expect(server.seen.all == ["slow 1"])
        }
    }

    @Test("What is sent behind a request that asks to close the connection is not done")
    func dropsWhatFollowsTheLast() async throws {
        try await StoppableServer.with { server in
            let connection = try await server.connect()
            try await connection.send(
                request("GET", "/slow?1", "Connection: close")
                    + request("POST", "/echo", "Content-Length: 2", body: "no"))
            try await server.untilInProgress(1)
            server.gate.open()
            #expect(await connection.readToEnd().ranges(of: "HTTP/1.1 ").count == 1)
            #expect(server.seen.all == ["slow 1"])
            server.signal()
        }
    }

    @Test("Clients that have gone away are not waited for")
    func forgetsTheGone() async throws {
        try await StoppableServer.with { server in
            let (short, long) = (try await server.connect(), try await server.connect())
            try await short.send(request("POST", "/echo", "Content-Length: 8", body: "half"))
            // More than anybody reads to the end.
            try await long.send(request("POST", "/echo", "Content-Length: 9000000"))
            try await server.untilInProgress(2)
            try await server.refuse()
            try await short.close()
            try await long.send(String(repeating: "x", count: 5 << 20))
            _ = await long.readToEnd()
        }
    }

    @Test("During the delay everything is as before, but for what probes are told")
    func servesDuringDelay() async throws {
        try await StoppableServer.with(delay: .seconds(600)) { server in
            server.signal()
            while try await !server.get("/health/ready").contains("stopping") {}
            let connection = try await server.connect()
            for _ in 1...2 {
                try await connection.send(request("GET", "/quick"))
                let answer = await connection.read(upTo: "quick")
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
                #expect(!answer.contains("Connection: close"))
            }
            server.signal()
        }
    }

    @Test("The second signal ends at once", arguments: [Duration.zero, .seconds(600)])
    func secondSignal(delay: Duration) async throws {
        try await StoppableServer.with(delay: delay) { server in
            let busy = try await server.connect()
            try await busy.send(request("GET", "/slow"))
            try await server.untilInProgress(1)
            server.signal(.sigterm)
            server.signal(.sigint)
            #expect(await busy.readToEnd() == "")
        }
    }

    @Test("What has not ended by the limit is broken off")
    func limit() async throws {
        try await StoppableServer.with(limit: .milliseconds(50)) { server in
            let (busy, slow) = (try await server.connect(), try await server.connect())
            try await busy.send(request("GET", "/slow"))
            try await slow.send(request("POST", "/echo", "Content-Length: 8", body: "half"))
            try await server.untilInProgress(2)
            server.signal()
            #expect(await busy.readToEnd() == "")
            #expect(await slow.readToEnd() == "")
            #expect(server.log.lines.contains { $0.contains("stopped before everything had ended") })
        }
    }

    @Test("What does not heed that it is broken off is left behind")
    func abandons() async throws {
        struct Deaf: Service {
            let end: TestGate
            func run() async throws { await end.pass() }
        }
        let end = TestGate()
        let log = CapturedLog()
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [Deaf(end: end)], logger: log.logger))
        let stop = GracefulStop(
            readiness: Readiness { nil }, delay: .zero, limit: .zero, logger: log.logger, onSignal: {},
            abandon: { end.open() })
        let (signals, source) = AsyncStream.makeStream(of: UnixSignal.self)
        source.yield(.sigterm)
        try await stop.run(group, until: signals)
    }

    @Test("A service that fails ends the others, and the failure is told")
    func passesFailureOn() async throws {
        struct Failing: Service {
            func run() async throws { throw CommandFailure("it fails") }
        }
        struct Lasting: Service {
            func run() async throws { try await gracefulShutdown() }
        }
        let log = CapturedLog()
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [Lasting(), Failing()], logger: log.logger))
        let stop = GracefulStop(readiness: Readiness { nil }, delay: .zero, limit: .zero, logger: log.logger) {}
        let (signals, _) = AsyncStream.makeStream(of: UnixSignal.self)
        await #expect(throws: CommandFailure.self) { try await stop.run(group, until: signals) }
    }
}
