import AuthorizationServer
import Foundation
import HTTPTypes
import OAuth
import PersonAuthentication
import Testing

@testable import WebServer

@Suite("Login pages")
struct LoginPagesTests {
    private let pages: SitePages
    private let samples = Samples()

    init() throws { pages = try Samples.pages() }

    private func html(_ name: String) throws -> String {
        let page = try #require(samples.logins.first { $0.name == name }).page
        return pages.login.response(for: page, visit: Samples.visit(pages)).text
    }

    @Test(arguments: [
        (
            "knowledge", LoginMethod.knowledge,
            ["fact-student_number", "fact-family_name", "fact-birth_date", "login-submit"]
        ),
        ("password", .password, ["username", "password", "login-submit"]),
        ("pin", .pin, ["username", "pin", "login-submit"]), ("email", .emailCode, ["username", "send-code"]),
        ("code", .emailCode, ["code", "login-submit", "send-code"]), ("sms", .smsCode, ["send-code"]),
        ("second-password", .password, ["password", "login-submit"]),
        ("passkey", .passkey, ["passkey-submit", "passkey-message"]),
    ])
    func `have the form of their method`(name: String, method: LoginMethod, hooks: [String]) throws {
        let html = try html(name)
        #expect(html.contains("data-test=\"login-form\" data-method=\"\(method.rawValue)\""))
        #expect(html.contains("<input type=\"hidden\" name=\"method\" value=\"\(method.rawValue)\">"))
        #expect(html.contains("action=\"/auth/interaction/AaH9rjp6E296SV_qEk9qtwJx\""))
        let all = ["username", "password", "pin", "code", "login-submit", "send-code", "passkey-submit"]
        for hook in Set(all + hooks) {
            #expect(html.contains("data-test=\"\(hook)\"") == hooks.contains(hook), "\(hook)")
        }
        for other in LoginMethod.allCases {
            #expect(html.contains("data-test=\"method-\(other.rawValue)\"") == (other != method))
        }
        #expect(html.contains(#"name="action" value="cancel" data-test="cancel""#))
    }

    @Test
    func `name fields as the form says, for browsers to fill in`() throws {
        let facts = try html("knowledge")
        #expect(facts.contains(#"type="text" inputmode="numeric" dir="ltr" class="short" name="fact_student_number""#))
        #expect(facts.contains(#"name="fact_birth_date" autocomplete="bday""#))
        #expect(facts.contains(#"name="fact_family_name" autocomplete="family-name""#))
        #expect(facts.contains(#"name="fact_student_number" autocomplete="off""#))
        let password = try html("password")
        #expect(password.contains(#"type="password" name="password" autocomplete="current-password""#))
        #expect(password.contains(#"name="username" autocomplete="username""#))
        #expect(try html("code").contains(#"name="code" inputmode="numeric" autocomplete="one-time-code""#))
    }

    @Test
    func `fill in nothing but the request's login hint`() throws {
        #expect(try html("password").contains(#"value="Harbour Library" data-test="username""#))
        #expect(try html("pin").contains(#"value="" data-test="username""#))
        for login in samples.logins where login.name != "password" {
            let html = try html(login.name)
            for input in html.matches(of: /<input id=[^>]*>/) {
                #expect(!input.output.contains(/value="[^"]/), "\(login.name)")
            }
        }
    }

    @Test
    func `say who asks, and whether that was checked`() throws {
        let verified = try html("knowledge")
        #expect(verified.contains(#"data-test="party-name"><bdi>Harbour Library</bdi>"#))
        #expect(verified.contains(#"<bdi dir="ltr" data-test="party-host">library.example</bdi>"#))
        #expect(verified.contains("party-verified") && !verified.contains("party-unverified"))
        #expect(verified.contains(#"<a href="https://library.example/privacy" rel="noopener noreferrer""#))
        #expect(try html("pin").contains("data-test=\"party-unverified\""))
        #expect(try html("passkey").contains("a program on this device"))
        #expect(try !html("own").contains("party-name"))
    }

    @Test
    func `tell a problem where the reader is, with its status`() throws {
        let expected: [(String, HTTPResponse.Status, String)] = [
            ("password", .badRequest, "That does not match."), ("pin", .tooManyRequests, "in 14 min"),
            ("email", .badRequest, "no longer valid"), ("sms-code", .badRequest, "That is not the code."),
            ("passkey", .serviceUnavailable, "cannot be checked at the moment"),
        ]
        for (name, status, text) in expected {
            let page = try #require(samples.logins.first { $0.name == name }).page
            let response = pages.login.response(for: page, visit: Samples.visit(pages))
            #expect(response.status == status)
            let alert = #"<p class="alert" id="problem" role="alert" tabindex="-1" autofocus data-test="problem">"#
            let parts = response.text.components(separatedBy: alert)
            #expect(parts.count == 2 && parts[1].prefix { $0 != "<" }.contains(text), "\(name)")
            #expect(response.text.components(separatedBy: " autofocus").count == 2)
        }
        #expect(try html("password").contains(#"aria-invalid="true" aria-describedby="problem""#))
        #expect(try !html("pin").contains("aria-invalid"))
        #expect(try !html("knowledge").contains("role=\"alert\""))
    }

    @Test
    func `say when to come back after too many wrong answers`() throws {
        let page = try #require(samples.logins.first { $0.name == "pin" }).page
        #expect(pages.login.response(for: page, visit: Samples.visit(pages)).headers[.retryAfter] == "840")
    }

    @Test
    func `count steps only where there are two`() throws {
        #expect(try html("code").contains("data-test=\"step\">Step 2 of 2<"))
        #expect(try !html("password").contains("data-test=\"step\""))
        let first = samples.login(.password, .secret(asksUsername: true, hint: nil), step: 1, steps: 2)
        let text = pages.login.response(for: first, visit: Samples.visit(pages)).text
        #expect(text.contains("data-test=\"login-submit\">Continue<"))
    }

    @Test
    func `give the passkey's options to the script as data`() throws {
        let html = try html("passkey")
        #expect(html.contains("data-passkey-get=\"{&quot;challenge&quot;:&quot;AAECAw&quot;,"))
        #expect(html.contains(#"<input type="hidden" name="passkey" value="">"#))
        #expect(html.contains("need JavaScript"))
    }

    @Test
    func `let the last form lead to the client, and that of the account page nowhere else`() throws {
        let page = samples.logins[0].page
        func policy(_ page: LoginPage, _ scheme: String?) -> String? {
            let response = pages.login.response(for: page, visit: Samples.visit(pages), redirectScheme: scheme)
            return response.headers[.contentSecurityPolicy]
        }
        let targets = "form-action 'self' https: http://localhost:* http://127.0.0.1:*"
        #expect(policy(page, nil)?.hasSuffix(targets) == true)
        #expect(policy(page, "com.example.app")?.hasSuffix(targets + " com.example.app:") == true)
        for hostile in ["", "1x", "a;script-src *", "a b", "ä", "a\r\nX: y"] {
            #expect(policy(page, hostile)?.hasSuffix(targets) == true)
        }
        let own = try #require(samples.logins.first { $0.name == "own" }).page
        #expect(policy(own, "x")?.hasSuffix("form-action 'self'") == true)
    }

    @Test
    func `stay with the window that opened them`() {
        let login = pages.login.response(for: samples.logins[0].page, visit: Samples.visit(pages))
        let account = pages.account.response(for: samples.account, visit: Samples.visit(pages), at: Samples.later)
        #expect(login.headers[.crossOriginOpenerPolicy] == nil)
        #expect(account.headers[.crossOriginOpenerPolicy] == "same-origin")
    }

    @Test
    func `lead nowhere else`() throws {
        for login in samples.logins {
            #expect(try !html(login.name).contains("href=\"/account") && !html(login.name).contains("<footer"))
        }
    }
}
