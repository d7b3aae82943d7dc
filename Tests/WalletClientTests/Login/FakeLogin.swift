import Foundation
import HTTPTypes
import OAuth
import Synchronization
import Verifier
import WireFormats

@testable import WalletClient

/// The login and consent pages of an authorization server, without the server: what is posted decides what is shown
/// next, and in the end there is a code.
final class FakeLogin: HTTPExchange {
    static let origin = "https://auth.example"
    static let authorize = origin + "/auth/authorize?client_id=c"
    static let redirectURI = "http://127.0.0.1:4711/callback"

    /// What a test changes.
    struct Behaviour: Sendable {
        /// The methods asked for, one after the other; the first page proposes `proposed`.
        var factors = ["password"]
        var proposed = "password"
        var others: [String] = ["knowledge", "email_code"]
        var asksConsent = true
        /// Replaces the answer to a request, by method and path.
        var answers: [String: ExchangeResponse] = [:]
        /// The form's action.
        var action = "/auth/interaction/t-1"
    }

    private struct State {
        var requests: [ExchangeRequest] = []
        var forms: [[String: String]] = []
        var method = ""
        var passed: [String] = []
        var codeSent = false
        var problem = false
    }

    private let behaviour: Behaviour
    private let state: Mutex<State>

    init(_ change: (inout Behaviour) -> Void = { _ in }) {
        var behaviour = Behaviour()
        change(&behaviour)
        self.behaviour = behaviour
        var state = State()
        state.method = behaviour.proposed
        self.state = Mutex(state)
    }

    var requests: [ExchangeRequest] { state.withLock { $0.requests } }
    /// What was posted, in order.
    var forms: [[String: String]] { state.withLock { $0.forms } }

    static func redirect(_ location: String, cookie: String? = nil, status: Int = 303) -> ExchangeResponse {
        var headers: HTTPFields = [.location: location]
        headers[.setCookie] = cookie
        return ExchangeResponse(status: status, headers: headers)
    }

    static func html(_ body: String, status: Int = 200) -> ExchangeResponse {
        ExchangeResponse(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: Array("<!doctype html><title>Log in</title>\(body)".utf8))
    }

    func send(_ request: ExchangeRequest) async throws(FetchFailure) -> ExchangeResponse {
        state.withLock { $0.requests.append(request) }
        let path = request.url.dropFirst(Self.origin.count).prefix { $0 != "?" }
        if let answer = behaviour.answers["\(request.method) \(path)"] { return answer }
        guard request.url.hasPrefix(Self.origin + "/") else { return ExchangeResponse(status: 421) }
        switch (request.method, path) {
        case (.get, "/auth/authorize"):
            return Self.redirect("/auth/interaction/t-1", cookie: "__Host-vouchsafe-browser=b; Secure; Path=/")
        case (_, "/auth/interaction/t-1"):
            guard request.headers[.cookie] == "__Host-vouchsafe-browser=b" else {
                return Self.html("<p data-test=problem-page data-code=invalid_request>Cookies.</p>", status: 400)
            }
            return request.method == .get ? show() : take(request)
        default: return ExchangeResponse(status: 404)
        }
    }

    private func take(_ request: ExchangeRequest) -> ExchangeResponse {
        let parameters = String(decoding: request.body, as: UTF8.self).split(separator: "&").map { pair in
            (pair.prefix { $0 != "=" }, pair.drop { $0 != "=" }.dropFirst())
        }
        guard let form = try? FormParameters(parsing: request.body), form["csrf"] == "c&\"1",
            request.headers[.origin] == Self.origin
        else { return Self.html("<p data-test=problem-page data-code=invalid_request>Forged.</p>", status: 400) }
        var values: [String: String] = [:]
        for (name, _) in parameters { values[String(name)] = form[String(name)] }
        return state.withLock { state in
            state.forms.append(values)
            return act(values, &state)
        }
    }

    private func act(_ form: [String: String], _ state: inout State) -> ExchangeResponse {
        switch form["action"] {
        case "method": state.method = form["method"] ?? ""
        case "send_code" where form["username"] == "ana": state.codeSent = true
        case "login" where isRight(form, state):
            state.passed.append(state.method)
            state.codeSent = false
            if state.passed.count < behaviour.factors.count { state.method = behaviour.factors[state.passed.count] }
        case "login", "send_code":
            state.problem = true
            return page(state, status: 400)
        case "deny": return Self.redirect(Self.redirectURI + "?error=access_denied&state=s")
        case "allow": return Self.redirect(Self.redirectURI + "?code=1&state=s")
        default: return ExchangeResponse(status: 500)
        }
        if state.passed.count == behaviour.factors.count, !behaviour.asksConsent {
            return Self.redirect(Self.redirectURI + "?code=1&state=s")
        }
        return Self.redirect("/auth/interaction/t-1")
    }

    private func isRight(_ form: [String: String], _ state: State) -> Bool {
        switch form["method"] {
        case "password": form["username"] == "ana" && form["password"] == "p&w=ö"
        case "knowledge": form["fact_student_number"] == "4711" && form["fact_family_name"] == "Ana"
        case "email_code": form["code"] == "123456"
        default: false
        }
    }

    private func show() -> ExchangeResponse { state.withLock { page($0) } }

    private func page(_ state: State, status: Int = 200) -> ExchangeResponse {
        Self.html(state.passed.count == behaviour.factors.count ? consent : login(state), status: status)
    }

    private func login(_ state: State) -> String {
        let problem = state.problem ? "<p data-test=problem role=alert>That is not right.</p>" : ""
        let others = behaviour.others.map {
            """
            <form method=post action="\(behaviour.action)"><input type=hidden name=csrf value="c&amp;&quot;1">
            <input type=hidden name=method value=\($0)><button name=action value=method data-test=method-\($0)>
            """ + "\($0)</button></form>"
        }
        return """
            \(problem)<form data-test=login-form data-method=\(state.method) method=post action="\(behaviour.action)">
            <input type=hidden name=csrf value="c&amp;&quot;1"><input type=hidden name=method value=\(state.method)>
            \(fields(state))<button name=action value=cancel data-test=cancel>Cancel</button></form>
            \(others.joined())
            """
    }

    private func fields(_ state: State) -> String {
        let submit = "<button name=action value=login data-test=login-submit>Go on</button>"
        return switch state.method {
        case "knowledge": "<input name=fact_student_number><input name=fact_family_name>" + submit
        case "email_code" where !state.codeSent:
            "<input name=username><button name=action value=send_code data-test=send-code>Send</button>"
        case "email_code":
            "<input name=code>\(submit)<button name=action value=send_code data-test=send-code>Again</button>"
        case "passkey": "<input type=hidden name=passkey><button type=button data-test=passkey-submit>Use</button>"
        default: "<input name=username><input type=password name=password>" + submit
        }
    }

    private var consent: String {
        """
        <form data-test=consent-form method=post action="\(behaviour.action)">
        <input type=hidden name=csrf value="c&amp;&quot;1"><input type=hidden name=share_sub value=yes>
        <input type=checkbox name=share_email value=yes checked><input type=checkbox name=share_phone value=yes>
        <input type=radio name=remember value=once checked><input type=radio name=remember value=30d>
        <button name=action value=deny data-test=deny>Deny</button>
        <button name=action value=allow data-test=allow>Allow</button></form>
        """
    }
}
