import HTTPTypes
import OAuth

/// Why an authorization request or a form is answered with a page instead of a redirect.
struct ProblemNotice: Sendable, Equatable {
    /// An OAuth error code, or one of ``Explanation``'s own.
    let code: String
    let status: HTTPResponse.Status
    /// For who has made the application, in English; says nothing that must not be known.
    let detail: String?
    /// What the operator finds the case by.
    let reference: String?

    init(code: String, status: HTTPResponse.Status = .badRequest, detail: String? = nil, reference: String? = nil) {
        self.code = code
        self.status = status
        self.detail = detail
        self.reference = reference
    }

    /// What nobody who asked has caused.
    init(failure: any Error, reference: String? = nil) {
        let isPassing = (failure as? any Outage)?.isPassing == true
        self.init(
            code: isPassing ? "temporarily_unavailable" : "server_error",
            status: isPassing ? .serviceUnavailable : .internalServerError, reference: reference)
    }

    /// What people are told: several codes mean the same to them.
    enum Explanation: String, Sendable, CaseIterable {
        case request
        case client
        case redirect
        case requestOver = "request_over"
        case interactionOver = "interaction_over"
        case otherBrowser = "other_browser"
        case crossSite = "cross_site"
        case denied
        case loginNeeded = "login_needed"
        case notFound = "not_found"
        case unavailable
        case server

        /// A code that is not known is explained by its status.
        init(code: String, status: HTTPResponse.Status) {
            switch code {
            case "invalid_client", "unauthorized_client", "invalid_client_metadata": self = .client
            case "invalid_redirect_uri": self = .redirect
            case "invalid_request_uri": self = .requestOver
            case "interaction_over": self = .interactionOver
            case "other_browser": self = .otherBrowser
            case "cross_site": self = .crossSite
            case "access_denied", "consent_required": self = .denied
            case "login_required", "interaction_required", "account_selection_required": self = .loginNeeded
            case "not_found": self = .notFound
            case "temporarily_unavailable": self = .unavailable
            case "server_error": self = .server
            default: self = status.kind == .serverError ? .server : .request
            }
        }

        var key: String { "problem_" + rawValue }
    }

    var explanation: Explanation { Explanation(code: code, status: status) }
}

/// The page of a problem that must not be told to the application's address.
struct ProblemPages: Sendable {
    let shells: PageShells

    func response(for notice: ProblemNotice, visit: Visit) -> EndpointResponse {
        let key = notice.explanation.key
        return shells.response(
            with: PageDocument(
                title: visit.texts[key], header: .fixedStep, status: notice.status,
                content: """
                    <div class="wrap narrow">
                    <div class="panel" id="problem-page" data-test="problem-page" data-code="\(notice.code)">
                    <h1>\(visit.markup(key))</h1>
                    <p class="lead">\(visit.markup(key + "_text"))</p>
                    \(facts(notice, visit))<p><a class="button quiet" href="\(shells.address(of: "/", for: visit))">\
                    \(visit.markup("problem_back"))</a></p>
                    </div>
                    </div>

                    """),
            for: visit)
    }

    /// What to tell who can do something about it.
    private func facts(_ notice: ProblemNotice, _ visit: Visit) -> HTML {
        let facts = [
            ("problem_code", notice.code), ("problem_detail", notice.detail), ("problem_reference", notice.reference),
        ]
        let items = facts.compactMap { key, text -> HTML? in
            text.map {
                "<div><dt>\(visit.markup(key))</dt><dd><bdi dir=\"ltr\" lang=\"en\"><code>\($0)</code></bdi></dd></div>\n"
            }
        }
        return """
            <details>
            <summary>\(visit.markup("problem_facts"))</summary>
            <dl class="facts-list">
            \(items)</dl>
            </details>

            """
    }
}
