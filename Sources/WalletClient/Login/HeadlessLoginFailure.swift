package import Verifier

/// Why a login without a browser came to no answer. Every text in it is fit to be shown.
package enum HeadlessLoginFailure: Error, Sendable, Equatable {
    case exchange(FetchFailure)
    /// The status of an answer that is neither a page nor a redirect.
    case status(Int)
    /// A page that is neither login nor consent.
    case unknownPage
    /// A redirect, or a form, leads away from the server that asks; answers are for it alone.
    case otherOrigin
    /// The login page says that the answers are not right.
    case refused(String)
    /// The server's error page, with its code.
    case stopped(code: String, text: String)
    case methodNotOffered(String)
    /// The page asks for something that no answer was given for.
    case missingAnswer(String)
    /// More pages and redirects than any login has.
    case tooManySteps

    package var sentence: String {
        switch self {
        case .exchange(let failure): "Could not log in: \(failure.explanation)."
        case .status(let status): "Could not log in: the server answered with status \(status)."
        case .unknownPage: "Could not log in: the server shows a page that only a person can read; use a browser."
        case .otherOrigin: "Could not log in: the server sends answers elsewhere; use a browser."
        case .refused(let text): "The login was refused: \(text)"
        case .stopped(let code, let text): "The server stopped the login (\(code)): \(text)"
        case .methodNotOffered(let method): "The login page does not offer the method \(method)."
        case .missingAnswer(let field): "The login page asks for \(field), which was not given."
        case .tooManySteps: "Could not log in: the server asks without end."
        }
    }
}
