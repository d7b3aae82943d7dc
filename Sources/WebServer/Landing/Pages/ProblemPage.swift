import HTTPTypes
import OAuth

/// Why a visitor gets another page than the one asked for.
enum PageProblem: String, Error, CaseIterable {
    case unknownOffer = "unknown_offer"
    case crossSite = "cross_site"
    case notAForm = "not_a_form"
    case unknownPerson = "unknown_person"
    case unknownCredential = "unknown_credential"
    /// The registry does not know enough about the person for this credential.
    case claimsUnavailable = "claims_unavailable"

    var status: HTTPResponse.Status {
        switch self {
        case .unknownOffer: .notFound
        case .crossSite: .forbidden
        case .notAForm, .unknownPerson, .unknownCredential, .claimsUnavailable: .badRequest
        }
    }
}

/// Tells a visitor what went wrong, and the way back.
struct ProblemPage: Sendable {
    let frames: PageFrames

    private struct Content: Sendable {
        let title: String
        let text: String
        let code: String
    }

    func response(to problem: PageProblem, for visit: Visit) -> EndpointResponse {
        let key = "problem_" + problem.rawValue
        let title = visit.texts[key]
        return frames.response(
            PageFrames.Heading(template: "problem", title: title, path: nil), for: visit, status: problem.status,
            content: Content(title: title, text: visit.texts[key + "_text"], code: problem.rawValue))
    }
}
