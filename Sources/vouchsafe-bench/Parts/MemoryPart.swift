import Foundation
import Synchronization
import WireFormats

/// What a server keeps in memory while many sessions and tokens live, all of them made at its endpoints.
struct MemoryPart {
    let server: ServerProcess
    let browsers: Int
    let connections: Int
    let count: Int

    /// What was made first: if that still lives, so does all the rest.
    private final class First: Sendable {
        private let value = Mutex<String?>(nil)

        func keep(_ text: String) { value.withLock { $0 = text } }

        func get() throws -> String {
            guard let text = value.withLock({ $0 }) else { throw BenchFailure("nothing was made") }
            return text
        }
    }

    func measure(_ figures: inout Figures) throws {
        figures.add("resident memory at start", server.residentMegabytes, "MB")
        let (session, sessionsPerSecond) = try makeSessions()
        figures.add("resident memory with sessions", server.residentMegabytes, "MB", note: "\(count) sessions")
        let client = try SecretGrant(server)
        let (token, tokensPerSecond) = try makeTokens(client)
        try checkSession(session)
        try check(token, client)
        figures.add(
            "resident memory with both", server.residentMegabytes, "MB", note: "\(count) sessions and \(count) tokens")
        figures.add("most resident memory", server.mostResidentMegabytes, "MB")
        figures.add("sessions made per second", sessionsPerSecond, "1/s")
        figures.add("tokens made per second", tokensPerSecond, "1/s")
    }

    private func makeSessions() throws -> (cookieHeader: String, perSecond: Double) {
        let people = try SamplePeople(of: server.executable)
        let (first, port) = (First(), server.port)
        let result = try Load(server: server, workers: browsers).run(count) { number in
            try LoginWorker(port: port, answer: "method=knowledge&" + people[number].facts, first: first.keep)
        }
        report("\(count) sessions")
        return (try first.get(), result.perSecond)
    }

    private func makeTokens(_ client: SecretGrant) throws -> (token: String, perSecond: Double) {
        let (first, port) = (First(), server.port)
        let result = try Load(server: server, workers: connections).run(count) { _ in
            try GrantWorker(port: port, client: client) { first.keep(try $0.text("access_token")) }
        }
        report("\(count) tokens")
        return (try first.get(), result.perSecond)
    }

    private func checkSession(_ cookieHeader: String) throws {
        let page = try BlockingConnection(port: server.port).send("GET", "/account", headers: cookieHeader)
        guard try page.check("account page", status: 200).body.end(of: "data-test=\"account\"") != nil else {
            throw BenchFailure("the first session was over before the memory was read")
        }
    }

    private func check(_ token: String, _ client: SecretGrant) throws {
        let answer = try BlockingConnection(port: server.port)
            .post("/auth/introspect", form: "token=" + token, headers: client.authorization)
        guard try JSON(parsing: answer.check("introspection", status: 200).body)["active"] == true else {
            throw BenchFailure("the first token was over before the memory was read: make fewer")
        }
    }
}
