import Verifier
import WireFormats

/// Goes through the login and consent pages of an authorization server as a browser would: follows redirects, keeps
/// cookies, fills forms. For scripts, tests and measurements; it knows the pages by their `data-test` marks.
package struct HeadlessLogin: Sendable {
    /// Two factors with a wrong method first, a code sent, consent, and a redirect after each.
    private static let maximumSteps = 30

    private let exchange: any HTTPExchange
    private let answers: LoginAnswers

    package init(exchange: any HTTPExchange, answers: LoginAnswers) {
        (self.exchange, self.answers) = (exchange, answers)
    }

    /// The address that the server sends the browser to in the end, which begins with `redirectURI`. It is not visited.
    package func logIn(
        at url: String, until redirectURI: String
    ) async throws(HeadlessLoginFailure) -> String {
        var cookies = CookieJar()
        return try await logIn(at: url, until: redirectURI, cookies: &cookies)
    }

    /// The same with the cookies of earlier visits, to which those of this one are added.
    package func logIn(
        at url: String, until redirectURI: String, cookies: inout CookieJar
    ) async throws(HeadlessLoginFailure) -> String {
        var visit = BrowserVisit(exchange: exchange, redirectURI: redirectURI, cookies: cookies)
        defer { cookies = visit.cookies }
        var remaining = answers.methods
        var answer = try await visit.open(url)
        for _ in 0..<Self.maximumSteps {
            switch answer {
            case .arrived(let address): return address
            case .page(let page): answer = try await respond(to: page, in: &visit, methods: &remaining)
            }
        }
        throw .tooManySteps
    }

    private func respond(
        to page: HTMLPage, in visit: inout BrowserVisit, methods: inout [String]
    ) async throws(HeadlessLoginFailure) -> BrowserVisit.Answer {
        if let problem = page.mark("problem-page") {
            let code = problem.attributes["data-code"] ?? "error"
            throw .stopped(code: code.printable(limit: 60), text: problem.text.printable())
        }
        if let problem = page.mark("problem"), !problem.text.isEmpty { throw .refused(problem.text.printable()) }
        if let form = page.form("consent-form") { return try await consent(form, in: &visit) }
        guard let form = page.form("login-form") else { throw .unknownPage }
        return try await logIn(form, on: page, in: &visit, methods: &methods)
    }

    private func consent(_ form: HTMLForm, in visit: inout BrowserVisit) async throws(HeadlessLoginFailure)
        -> BrowserVisit.Answer
    {
        guard case .allow(let sharing, let remember) = answers.consent else {
            return try await visit.submit(form, pressing: form.button("deny", value: "deny"), [])
        }
        var fields: [(String, String)] = []
        for control in form.controls where !control.isDisabled {
            if control.isCheckbox, sharing.includes(control) { fields.append((control.name, control.value)) }
            guard control.isRadio, control.name == "remember" else { continue }
            if remember.map({ $0 == control.value }) ?? (control.isTicked == true) {
                fields.append((control.name, control.value))
            }
        }
        return try await visit.submit(form, pressing: form.button("allow", value: "allow"), fields)
    }

    private func logIn(
        _ form: HTMLForm, on page: HTMLPage, in visit: inout BrowserVisit, methods: inout [String]
    ) async throws(HeadlessLoginFailure) -> BrowserVisit.Answer {
        let shown = form.attributes["data-method"] ?? ""
        if let wanted = methods.first, wanted != shown {
            return try await change(to: wanted, on: page, in: &visit)
        }
        let asksCode = form.typed.contains { $0.name == "code" }
        let sendsCode = !asksCode && form.button("send-code", value: "send_code") != nil
        var fields: [(String, String)] = []
        for control in form.typed {
            fields.append((control.name, try await value(for: control, method: shown)))
        }
        guard !sendsCode else {
            return try await visit.submit(form, pressing: form.button("send-code", value: "send_code"), fields)
        }
        guard !fields.isEmpty else { throw .unknownPage }
        if !methods.isEmpty { methods.removeFirst() }
        return try await visit.submit(form, pressing: form.button("login-submit", value: "login"), fields)
    }

    private func change(
        to method: String, on page: HTMLPage, in visit: inout BrowserVisit
    ) async throws(HeadlessLoginFailure) -> BrowserVisit.Answer {
        for form in page.forms {
            guard let button = form.controls.first(where: { $0.isButton && $0.test == "method-" + method }) else {
                continue
            }
            return try await visit.submit(form, pressing: button, [("action", "method"), ("method", method)])
        }
        throw .methodNotOffered(method.printable(limit: 60))
    }

    private func value(for control: HTMLForm.Control, method: String) async throws(HeadlessLoginFailure) -> String {
        let name = control.name.hasPrefix("fact_") ? String(control.name.dropFirst(5)) : control.name
        if let answer = answers.fields[name] { return answer }
        if name == "code", let code = await answers.code(method) { return code }
        throw .missingAnswer(name.printable(limit: 60))
    }
}

extension LoginAnswers.Sharing {
    fileprivate func includes(_ box: HTMLForm.Control) -> Bool {
        switch self {
        case .everything: true
        case .asProposed: box.isTicked == true
        case .only(let claims): claims.contains { box.name.hasSameBytes(as: "share_" + $0) }
        }
    }
}
