import AuthorizationServer
import HTTPTypes
import OAuth
import PersonAuthentication

/// The login page: one form for the method at hand, the other methods as buttons.
struct LoginPages: Sendable {
    let shells: PageShells
    let cache: FormPageCache<LoginPage>

    /// - Parameter redirectScheme: the scheme of the client's redirection address, which the last form leads to.
    func response(for page: LoginPage, visit: Visit, redirectScheme: String? = nil) -> EndpointResponse {
        guard page.isAsOthers else { return rendered(page, visit, redirectScheme) }
        return cache.response(for: page, visit: visit, redirectScheme: redirectScheme) {
            rendered($0, visit, redirectScheme)
        }
    }

    private func rendered(_ page: LoginPage, _ visit: Visit, _ redirectScheme: String?) -> EndpointResponse {
        let path = "/auth/interaction/" + page.form.ticket
        let markup = LoginMarkup(
            page: page, visit: visit,
            form: FormMarkup(action: shells.address(of: path, for: visit), csrf: page.form.csrf),
            script: shells.asset(LandingAssets.passkeyScript))
        var response = shells.response(
            with: PageDocument(
                title: visit.texts["login_title"], header: .step, path: path,
                policy: PagePolicy(formTargets: page.party == nil ? .own : .client(scheme: redirectScheme)),
                status: page.problem?.status ?? .ok, content: markup.markup),
            for: visit)
        if case .tooManyAttempts(let seconds) = page.problem { response.headers[.retryAfter] = String(seconds) }
        return response
    }
}

extension LoginRefusal {
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .wrong, .codeOver: .badRequest
        case .tooManyAttempts: .tooManyRequests
        case .unavailable: .serviceUnavailable
        }
    }
}

extension LoginPage {
    /// Nothing on it is of this person or this visit alone, but for the form.
    fileprivate var isAsOthers: Bool {
        guard problem == nil else { return false }
        switch fields {
        case .facts, .enterCode: return true
        case .secret(_, let hint), .sendCode(_, let hint): return hint == nil
        case .passkey: return false
        }
    }
}
