import AuthorizationServer
import HTTPTypes
import OAuth
import PersonAuthentication

/// The login page: one form for the method at hand, the other methods as buttons.
struct LoginPages: Sendable {
    let shells: PageShells

    /// - Parameter redirectScheme: the scheme of the client's redirection address, which the last form leads to.
    func response(for page: LoginPage, visit: Visit, redirectScheme: String? = nil) -> EndpointResponse {
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
