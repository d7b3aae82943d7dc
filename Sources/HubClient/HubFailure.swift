package import OAuth
package import Verifier

/// Which request to the hub it was.
package enum HubStep: String, Sendable {
    case metadata = "the hub's metadata"
    case keys = "the hub's keys"
    case token = "an access token"
    case pushedRequest = "the pushed request"
    case userInfo = "the UserInfo endpoint"
    case definition = "the scope's definition"
    case personKeys = "the person's keys"
    case organizationKeys = "the organization's keys"
    case push = "the push"
    case ledger = "the ledger"
}

/// Why an organization's program does not get from the hub what it asks for.
package enum HubFailure: Error, Equatable, CustomStringConvertible {
    case exchange(HubStep, FetchFailure)
    case status(HubStep, Int)
    case refused(HubStep, status: Int, OAuthErrorResponse)
    case malformed(HubStep)
    /// The metadata says that the hub cannot do what is needed.
    case unsupported(String)
    case signing

    package var description: String {
        switch self {
        case .exchange(let step, let failure): "\(step.rawValue): \(failure.explanation)"
        case .status(let step, let status): "\(step.rawValue): the hub answers \(status)"
        case .refused(let step, _, let error):
            "\(step.rawValue): \(error.code)" + (error.description.map { ": " + $0 } ?? "")
        case .malformed(let step): "\(step.rawValue): the hub's answer is malformed"
        case .unsupported(let what): "the hub does not support \(what)"
        case .signing: "the key does not sign"
        }
    }

    /// Asking again may help, and does no harm.
    package var isPassing: Bool {
        switch self {
        case .exchange(_, .cannotConnect), .exchange(_, .timedOut), .exchange(_, .interrupted): true
        case .status(_, let status), .refused(_, let status, _): status == 429 || status >= 500
        default: false
        }
    }
}
