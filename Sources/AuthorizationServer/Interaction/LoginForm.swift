package import OAuth
import PersonAuthentication
import WireFormats

/// What a person sends from our pages.
package struct InteractionSubmission: Sendable {
    let csrf: String
    let action: Action
    let form: FormParameters

    enum Action: String {
        case login
        case method
        case sendCode = "send_code"
        case cancel
        case allow
        case deny
        /// Nothing was chosen.
        case stay
    }

    /// A consent page has a field for each claim, of which there are at most 100, and a few more.
    private static let maximumFields = 128

    /// Nil if the body is no form of ours.
    package init?(decoding request: EndpointRequest) {
        guard request.hasContentType("application/x-www-form-urlencoded"),
            let form = try? FormParameters(parsing: request.body, maximumCount: Self.maximumFields),
            let csrf = form["csrf"],
            let action = form["action"].flatMap(Action.init)
        else { return nil }
        self.csrf = csrf
        self.action = action
        self.form = form
    }

    var method: LoginMethod? { form["method"].flatMap(LoginMethod.init) }

    /// Longer answers than these are nobody's.
    private static let maximumText = 1024

    private func text(_ name: String) -> String {
        let text = form[name] ?? ""
        return text.utf8.count <= Self.maximumText ? text : ""
    }

    var username: String { text("username") }

    /// What was typed for a method; nil where a code is to be entered but none was sent.
    func attempt(_ method: LoginMethod, fields: [KnowledgeField], sentCode: String?, challenge: [UInt8])
        -> LoginAttempt?
    {
        switch method {
        case .knowledge:
            .knowledge(
                Dictionary(fields.map { ($0.name, text("fact_" + $0.name)) }, uniquingKeysWith: { first, _ in first }))
        case .password: .password(username: username, password: text("password"))
        case .pin: .pin(username: username, pin: text("pin"))
        case .emailCode, .smsCode: sentCode.map { .code(sent: $0, code: text("code")) }
        case .passkey: .passkey(answer: Array((form["passkey"] ?? "").utf8), challenge: challenge)
        }
    }

    func shares(_ claim: String) -> Bool { form["share_" + claim] == "yes" }

    /// What the page's script made, as JSON; empty without it.
    var sharing: String { form["sharing"] ?? "" }

    var duration: ConsentDuration { form["remember"].flatMap(ConsentDuration.init) ?? .once }
}
