import AuthorizationServer
import PersonAuthentication

/// One login page in one language.
struct LoginMarkup: Sendable {
    let page: LoginPage
    let visit: Visit
    let form: FormMarkup
    /// The address of the script that asks for a passkey.
    let script: String

    var markup: HTML {
        """
        <div class="wrap narrow">
        <div class="panel">
        \(steps)<h1>\(visit.markup("login_title"))</h1>
        \(party)\(problem)\(lead)\(mainForm)</div>
        \(otherMethods)\(cancel)</div>

        """
    }

    private var steps: HTML {
        guard page.steps > 1 else { return "" }
        let bars = (1...page.steps).map { step -> HTML in step <= page.step ? "<i class=\"on\"></i>" : "<i></i>" }
        let values = ["step": page.step, "steps": page.steps]
        return """
            <p class="progress"><span data-test="step">\(visit.markup("login_step", values))</span> \
            <span class="bars" aria-hidden="true">\(bars)</span></p>

            """
    }

    private var party: HTML {
        guard let party = page.party else { return "" }
        return """
            <p class="party-intro">\(visit.markup("login_for"))</p>
            \(PartyMarkup(party: party, visit: visit).markup)
            """
    }

    private var problem: HTML {
        guard let problem = page.problem else { return "" }
        return AlertMarkup.problem(problem.text(for: page, in: visit.texts))
    }

    private var lead: HTML {
        let key: String
        switch page.fields {
        case .facts, .passkey, .sendCode: key = "login_lead_" + page.method.rawValue
        case .enterCode: key = "login_sent_" + page.method.rawValue
        case .secret: return ""
        }
        return "<p>\(visit.markup(key))</p>\n"
    }

    private var mainForm: HTML {
        form.markup(
            " class=\"fields\" data-test=\"login-form\" data-method=\"\(page.method.rawValue)\"",
            "\(FormMarkup.hidden("method", page.method.rawValue))\n\(fields)")
    }

    private var fields: HTML {
        let inputs = LoginInputs(visit: visit, isWrong: page.problem?.isAboutInput ?? false)
        switch page.fields {
        case .facts(let facts): return "\(facts.map(inputs.fact))\(submit)"
        case .secret(let asksUsername, let hint):
            let secret = page.method == .pin ? inputs.pin : inputs.password
            return "\(asksUsername ? inputs.username(hint) : nil)\(secret)\(submit)"
        case .sendCode(let asksUsername, let hint):
            return "\(asksUsername ? inputs.username(hint) : nil)\(sendCode)"
        case .enterCode:
            return "\(inputs.code(hasFocus: page.problem == nil))\(submit)\(sendAgain)"
        case .passkey(let options): return passkey(options)
        }
    }

    /// The form's first button, so that the enter key presses it.
    private var submit: HTML {
        let key = page.step < page.steps ? "login_continue" : "login_submit"
        return """
            <button class="button" type="submit" name="action" value="login" data-test="login-submit">\
            \(visit.markup(key))</button>

            """
    }

    private var sendCode: HTML {
        """
        <button class="button" type="submit" name="action" value="send_code" data-test="send-code">\
        \(visit.markup("login_send_code"))</button>

        """
    }

    /// The field of the code may be empty when another one is wanted.
    private var sendAgain: HTML {
        """
        <button class="button quiet" type="submit" name="action" value="send_code" formnovalidate \
        data-test="send-code">\(visit.markup("login_send_again"))</button>

        """
    }

    /// Works by script alone, so the button appears with it, and until then there is a sentence that says so.
    private func passkey(_ options: [UInt8]) -> HTML {
        """
        \(FormMarkup.hidden("action", "login"))
        \(FormMarkup.hidden("passkey", ""))
        <p class="alert late" data-passkey-message data-unsupported="\(visit.markup("passkey_unsupported"))" \
        data-cancelled="\(visit.markup("passkey_cancelled"))" data-failed="\(visit.markup("passkey_failed"))" \
        data-test="passkey-message">\(visit.markup("passkey_missing"))</p>
        <button class="button" type="button" data-passkey-get="\(String(decoding: options, as: UTF8.self))" hidden \
        data-test="passkey-submit">\(visit.markup("login_use_passkey"))</button>
        <script src="\(script)" defer></script>

        """
    }

    private var otherMethods: HTML {
        guard !page.otherMethods.isEmpty else { return "" }
        let buttons = page.otherMethods.map { method in
            form.markup(
                "",
                """
                \(FormMarkup.hidden("method", method.rawValue))
                <button class="button quiet" type="submit" name="action" value="method" \
                data-test="method-\(method.rawValue)">\(visit.markup("method_" + method.rawValue))</button>
                """)
        }
        return """
            <section class="others" aria-labelledby="others-title">
            <h2 id="others-title">\(visit.markup("login_other"))</h2>
            <div class="buttons">
            \(buttons)</div>
            </section>

            """
    }

    private var cancel: HTML {
        form.markup(
            " class=\"cancel\"",
            """
            <button class="link" type="submit" name="action" value="cancel" data-test="cancel">\
            \(visit.markup("login_cancel"))</button>
            """)
    }
}
