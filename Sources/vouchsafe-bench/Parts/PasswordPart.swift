import Foundation

/// Logins by password: the page that asks for it, and the answer.
struct PasswordPart {
    let server: ServerProcess
    let browsers: Int
    let runs: Int
    let logins: Int

    func measure(_ figures: inout Figures) throws {
        let people = try SamplePeople(of: server.executable)
        _ = try run(max(1, logins / 4), people)
        for run in 1...runs {
            let hash = try CryptographyLimit.hashPassword() / 1e3
            let result = try self.run(logins, people)
            let login = result.microseconds / 1e3
            figures.add("limit: one scrypt hash (2^15, 8, 1)", hash, "ms")
            figures.add("server processor time per login", login, "ms")
            figures.add("  times the limit", login / hash, "x")
            figures.add("logins per second", result.perSecond, "1/s")
            figures.add(result.log, [.loginPage, .login])
            report("\(figures.part.rawValue): run \(run) of \(runs)")
        }
        figures.add("most resident memory", server.mostResidentMegabytes, "MB")
    }

    private func run(_ count: Int, _ people: SamplePeople) throws -> Load.Result {
        let port = server.port
        return try Load(server: server, workers: browsers).run(count) { number in
            try LoginWorker(port: port, answer: "method=password&" + people[number].password)
        }
    }
}

/// Logs in to the person's own page, each time with a browser that was never there.
final class LoginWorker: LoadWorker {
    private let connection: BlockingConnection
    /// Method and what is typed, in form encoding.
    private let answer: String
    /// Whom the first browser is given to once it is logged in.
    private let first: @Sendable (_ cookieHeader: String) -> Void

    init(port: Int, answer: String, first: @escaping @Sendable (_ cookieHeader: String) -> Void = { _ in }) throws {
        connection = try BlockingConnection(port: port)
        self.answer = answer
        self.first = first
    }

    func work(_ index: Int, _ log: inout RequestLog) async throws {
        var browser = Browser(connection)
        let page = try await log.time(.loginPage) { try await browser.open("/account") }.check(
            "login page", status: 200)
        let form = try PageForm(in: page.body)
        _ = try await log.time(.login) { try await browser.send(form, "action=login&" + answer) }.redirection()
        guard browser.isLoggedIn else { throw BenchFailure("no session") }
        if index == 0 { first(browser.cookieHeader) }
    }
}
