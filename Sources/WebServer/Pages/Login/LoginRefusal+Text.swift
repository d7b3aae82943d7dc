import AuthorizationServer
import PersonAuthentication

extension LoginRefusal {
    /// The fields can be filled in again.
    var isAboutInput: Bool { self == .wrong || self == .codeOver }

    func text(for page: LoginPage, in texts: PageTexts) -> String {
        switch self {
        case .wrong: texts["login_problem_wrong" + page.fields.suffix]
        case .tooManyAttempts(let seconds):
            texts.text("login_problem_too_many", ["minutes": max(1, (seconds + 59) / 60)])
        case .codeOver: texts["login_problem_code_over"]
        case .unavailable: texts["login_problem_unavailable"]
        }
    }
}

extension LoginPage.Fields {
    fileprivate var suffix: String {
        switch self {
        case .enterCode: "_code"
        case .passkey: "_passkey"
        case .facts, .secret, .sendCode: ""
        }
    }
}
