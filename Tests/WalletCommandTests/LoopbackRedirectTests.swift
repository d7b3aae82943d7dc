import HTTPTypes
import OutgoingHTTP
import Testing
import Verifier
import WalletClient

@testable import vouchsafe

@Suite("The browser's way back")
struct LoopbackRedirectTests {
    /// With time enough for a machine that is busy with every other test.
    private let browser = GuardedHTTPClient(
        destinations: .publicAndLoopback, limits: .init(total: .seconds(120), connect: .seconds(60)))

    private func visit(_ url: String, _ method: HTTPRequest.Method = .get) async throws -> ExchangeResponse {
        try await browser.send(ExchangeRequest(method, url))
    }

    @Test("The answer arrives whole, and the browser is told that it can go")
    func arrival() async throws {
        let answer = try await LoopbackRedirect.with(path: "/callback") { redirect in
            let url = redirect.uri + "?code=a%20b&state=c&iss=https%3A%2F%2Fauth.example"
            async let visited = visit(url)
            let answer = try await redirect.answer(within: .seconds(60))
            let response = try await visited
            #expect(response.status == 200)
            #expect(String(decoding: response.body, as: UTF8.self).contains("You can close this window."))
            #expect(response.headers[.cacheControl] == "no-store")
            #expect(answer == url)
            return answer
        }
        #expect(answer.hasPrefix("http://127.0.0.1:"))
    }

    @Test("Whatever else comes is turned away, and the answer is still waited for")
    func others() async throws {
        try await LoopbackRedirect.with(path: "/callback") { redirect in
            let origin = redirect.uri.replacing("/callback", with: "")
            let localhost = origin.replacing("127.0.0.1", with: "localhost")
            for (url, method, status) in [
                (origin + "/favicon.ico", .get, 404), (origin + "/callback/x?code=1", .get, 404),
                (origin + "/callbackx?code=1", .get, 404), (origin + "/Callback?code=1", .get, 404),
                (redirect.uri, .get, 400), (redirect.uri + "?", .get, 400), (redirect.uri + "?code=1", .post, 405),
                (redirect.uri + "?code=1", .options, 405), (localhost + "/callback?code=1", .get, 421),
            ] as [(String, HTTPRequest.Method, Int)] {
                let response = try await visit(url, method)
                #expect(response.status == status, "\(method) \(url)")
            }
            let accepted = try await visit(redirect.uri + "?code=2")
            let answer = try await redirect.answer(within: .seconds(60))
            #expect(accepted.status == 200)
            #expect(answer == redirect.uri + "?code=2")
        }
    }

    @Test("There is one answer")
    func once() async throws {
        try await LoopbackRedirect.with(path: "/callback") { redirect in
            let first = try await visit(redirect.uri + "?code=1")
            let second = try await visit(redirect.uri + "?code=2")
            let answer = try await redirect.answer(within: .seconds(60))
            #expect(first.status == 200)
            #expect(second.status == 410)
            #expect(answer == redirect.uri + "?code=1")
        }
    }

    @Test("Who does not come is not waited for")
    func timedOut() async {
        await #expect(throws: LoopbackRedirect.Failure.timedOut) {
            try await LoopbackRedirect.with(path: "/callback") { try await $0.answer(within: .zero) }
        }
    }

    @Test("Afterwards nobody listens")
    func closed() async throws {
        let uri = try await LoopbackRedirect.with(path: "/callback") { $0.uri }
        await #expect(throws: FetchFailure.cannotConnect) { try await visit(uri + "?code=1") }
    }

    @Test("What fails meanwhile is passed on")
    func failure() async {
        await #expect(throws: CancellationError.self) {
            try await LoopbackRedirect.with(path: "/callback") { _ in throw CancellationError() }
        }
    }
}

@Suite("The system's browser")
struct SystemBrowserTests {
    @Test("Only addresses of the web are opened", arguments: ["/etc/passwd", "--help", "file:///etc", "javascript:1"])
    func refused(address: String) {
        #expect(!SystemBrowser.open(address))
    }
}
