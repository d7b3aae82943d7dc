import HTTPTypes
import Synchronization
import TestSupport
import Testing
import Verifier

@testable import WalletClient

private let passwordOfAna = ["username": "ana", "password": "p&w=ö"]

@Suite("Login without a browser")
struct HeadlessLoginTests {
    private func logIn(
        _ server: FakeLogin, _ fields: [String: String] = passwordOfAna, methods: [String] = [],
        consent: LoginAnswers.Consent = .allow(.everything), code: String? = nil
    ) async throws -> String {
        let answers = LoginAnswers(methods: methods, fields: fields, consent: consent) { _ in code }
        return try await HeadlessLogin(exchange: server, answers: answers).logIn(
            at: FakeLogin.authorize, until: FakeLogin.redirectURI)
    }

    @Test("Username and password are filled in, consent is given, and the redirect is not followed")
    func password() async throws {
        let server = FakeLogin()
        #expect(try await logIn(server) == FakeLogin.redirectURI + "?code=1&state=s")
        #expect(
            server.forms[0] == passwordOfAna.merging(["action": "login", "method": "password", "csrf": "c&\"1"]) { $1 })
        #expect(server.requests.allSatisfy { $0.url.hasPrefix(FakeLogin.origin) })
    }

    @Test("The facts of the knowledge check go by the names of the registry")
    func knowledge() async throws {
        let server = FakeLogin {
            $0.proposed = "knowledge"
            $0.factors = ["knowledge"]
            $0.asksConsent = false
        }
        let fields = ["student_number": "4711", "family_name": "Ana"]
        #expect(try await logIn(server, fields) == FakeLogin.redirectURI + "?code=1&state=s")
        #expect(server.forms[0]["fact_student_number"] == "4711")
    }

    @Test("Another method than the one proposed is asked for; a code is had sent and then entered")
    func otherMethod() async throws {
        let server = FakeLogin()
        let answer = try await logIn(server, ["username": "ana"], methods: ["email_code"], code: "123456")
        #expect(answer == FakeLogin.redirectURI + "?code=1&state=s")
        #expect(server.forms.map { $0["action"] } == ["method", "send_code", "login", "allow"])
    }

    @Test("Two factors are answered one after the other")
    func twoFactors() async throws {
        for methods in [["password", "email_code"], []] {
            let server = FakeLogin { $0.factors = ["password", "email_code"] }
            let answer = try await logIn(server, methods: methods, code: "123456")
            #expect(answer == FakeLogin.redirectURI + "?code=1&state=s")
            #expect(server.forms.map { $0["method"] } == ["password", "email_code", "email_code", nil])
        }
    }

    @Test(
        "What is shared and remembered is what was decided",
        arguments: [
            (LoginAnswers.Consent.allow(.everything), ["email", "phone", "sub"], "once"),
            (.allow(.only(["phone"]), remember: "30d"), ["phone", "sub"], "30d"),
            (.allow(.only([])), ["sub"], "once"), (.allow(.asProposed), ["email", "sub"], "once"),
        ])
    func consent(consent: LoginAnswers.Consent, shared: [String], remember: String) async throws {
        let server = FakeLogin()
        _ = try await logIn(server, consent: consent)
        let form = try #require(server.forms.last)
        #expect(form.keys.filter { $0.hasPrefix("share_") }.map { String($0.dropFirst(6)) }.sorted() == shared)
        #expect(form["remember"] == remember)
        #expect(form["action"] == "allow")
    }

    @Test("Denied is denied: nothing is shared")
    func denied() async throws {
        let server = FakeLogin()
        let answer = try await logIn(server, consent: .deny)
        #expect(answer == FakeLogin.redirectURI + "?error=access_denied&state=s")
        #expect(server.forms.last == ["action": "deny", "csrf": "c&\"1", "share_sub": "yes"])
    }

    @Test("A second visit with the cookies of the first is the same browser")
    func cookies() async throws {
        let login = HeadlessLogin(
            exchange: FakeLogin(), answers: LoginAnswers(fields: passwordOfAna, consent: .allow(.everything)))
        var jar = CookieJar()
        _ = try await login.logIn(at: FakeLogin.authorize, until: FakeLogin.redirectURI, cookies: &jar)
        #expect(jar.value(of: "__Host-vouchsafe-browser", for: try WebAddress(FakeLogin.authorize)) == "b")
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let failure: HeadlessLoginFailure
        var fields = passwordOfAna
        var methods: [String] = []
        var change: @Sendable (inout FakeLogin.Behaviour) -> Void = { _ in }
    }

    private static let page = "GET /auth/interaction/t-1"
    private static let post = "POST /auth/interaction/t-1"
    static let faults = [
        Fault(
            testDescription: "wrong password", failure: .refused("That is not right."),
            fields: ["username": "ana", "password": "x"]),
        Fault(testDescription: "no answer", failure: .missingAnswer("password"), fields: ["username": "ana"]),
        Fault(testDescription: "no code", failure: .missingAnswer("code"), methods: ["email_code"]),
        Fault(testDescription: "method not offered", failure: .methodNotOffered("pin"), methods: ["pin"]),
        Fault(
            testDescription: "passkey", failure: .unknownPage,
            change: { $0.proposed = "passkey" }),
        Fault(
            testDescription: "error page", failure: .stopped(code: "invalid_client", text: "Unknown client"),
            change: {
                $0.answers["GET /auth/authorize"] = FakeLogin.html(
                    "<main data-test=problem-page data-code=invalid_client><p>Unknown\u{1B}client</p></main>",
                    status: 400)
            }),
        Fault(
            testDescription: "no page of ours", failure: .unknownPage,
            change: { $0.answers[page] = FakeLogin.html("<form><input name=username></form>") }),
        Fault(
            testDescription: "no page at all", failure: .status(404),
            change: { $0.answers[page] = ExchangeResponse(status: 404) }
        ),
        Fault(
            testDescription: "form to another server", failure: .otherOrigin,
            change: { $0.action = "https://attacker.example/collect" }),
        Fault(
            testDescription: "form to a script", failure: .otherOrigin, change: { $0.action = "javascript:alert(1)" }),
        Fault(
            testDescription: "redirect to another server", failure: .otherOrigin,
            change: { $0.answers[page] = FakeLogin.redirect("https://attacker.example/") }),
        Fault(
            testDescription: "redirect to another port", failure: .otherOrigin,
            change: { $0.answers[page] = FakeLogin.redirect("https://auth.example:444/") }),
        Fault(
            testDescription: "redirect to another callback", failure: .otherOrigin,
            change: { $0.answers[post] = FakeLogin.redirect(FakeLogin.redirectURI + ".attacker?code=1") }),
        Fault(
            testDescription: "answers sent on", failure: .status(307),
            change: { $0.answers[post] = FakeLogin.redirect("/other", status: 307) }),
        Fault(
            testDescription: "redirects without end", failure: .tooManySteps,
            change: { $0.answers[page] = FakeLogin.redirect("/auth/interaction/t-1") }),
        Fault(
            testDescription: "pages without end", failure: .tooManySteps,
            change: { $0.answers[post] = FakeLogin.redirect("/auth/interaction/t-1") }),
        Fault(
            testDescription: "redirect to nowhere", failure: .status(303),
            change: { $0.answers[page] = ExchangeResponse(status: 303) }),
    ]

    @Test("Each fault ends the login for what it is, and no answer goes astray", arguments: faults)
    func fault(fault: Fault) async {
        let server = FakeLogin(fault.change)
        await #expect(throws: fault.failure) { try await logIn(server, fault.fields, methods: fault.methods) }
        #expect(server.requests.allSatisfy { $0.url.hasPrefix(FakeLogin.origin + "/") })
        #expect(fault.failure.sentence.count > 10)
    }

    @Test("An address that may not be fetched is not visited")
    func address() async {
        let login = HeadlessLogin(exchange: FakeLogin(), answers: LoginAnswers(fields: [:], consent: .deny))
        await #expect(throws: HeadlessLoginFailure.exchange(.address(.notEncrypted))) {
            try await login.logIn(at: "http://auth.example/", until: FakeLogin.redirectURI)
        }
    }

    @Test("Mutated pages never crash the reader, and nothing leaves the server", arguments: [1, 2] as [UInt64])
    func mutated(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let server = FakeLogin()
        _ = try await logIn(server)
        let page = try await server.send(
            ExchangeRequest(
                .get, FakeLogin.origin + "/auth/interaction/t-1",
                headers: [.cookie: "__Host-vouchsafe-browser=b"]))
        for _ in 0..<1000 {
            var body = page.body
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<body.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: body[place] = "<>/='\"&; \u{0}a".utf8.randomElement(using: &generator) ?? 0
                case 1: body.insert("<>/='\"&;".utf8.randomElement(using: &generator) ?? 0, at: place)
                default: body.removeSubrange(place..<min(body.count, place + 12))
                }
            }
            let response = ExchangeResponse(status: 200, headers: page.headers, body: body)
            let mutant = FakeLogin { $0.answers["GET /auth/interaction/t-1"] = response }
            _ = try? await logIn(mutant)
            #expect(mutant.requests.allSatisfy { $0.url.hasPrefix(FakeLogin.origin) })
        }
    }
}
