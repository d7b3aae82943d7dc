import HTTPTypes
package import IdentityRegistry
package import OAuth

/// Why the management API refuses.
package enum ManagementRefusal: Refusal, Equatable {
    case mediaType
    case json
    case member(String)
    case subjectNotExactlyOne
    case unknownPerson
    case unreadableImport(String)
    case imageFilesNotHere
    case pageParameters
    case unknownClient
    case unknownTimeline
    case login(AuthenticatorRefusal)

    package var wire: WireRefusal {
        switch self {
        case .mediaType: WireRefusal(.unsupportedMediaType, "invalid_request", "The body must be application/json")
        case .json: WireRefusal(.badRequest, "invalid_request", "The body is no acceptable JSON object")
        case .member(let name):
            WireRefusal(.badRequest, "invalid_request", "\(name) is missing or of the wrong type")
        case .subjectNotExactlyOne:
            WireRefusal(.badRequest, "invalid_request", "Give exactly one of subject and claims")
        case .unknownPerson: WireRefusal(.notFound, "person_not_found", "The registry has nobody by that id")
        case .unreadableImport(let why): WireRefusal(.badRequest, "invalid_import", why)
        case .imageFilesNotHere:
            WireRefusal(.badRequest, "invalid_import", "Send images as data URIs, not as file names")
        case .unknownClient: WireRefusal(.notFound, "client_not_found", "There is no such client")
        case .unknownTimeline: WireRefusal(.notFound, "timeline_not_found", "Nothing is recorded under that identifier")
        case .login(.unknownPerson): ManagementRefusal.unknownPerson.wire
        case .login(.busy):
            WireRefusal(.serviceUnavailable, "temporarily_unavailable", "\(AuthenticatorRefusal.busy)")
        case .login(let refusal): WireRefusal(.badRequest, "invalid_secret", "\(refusal)")
        case .pageParameters:
            WireRefusal(.badRequest, "invalid_request", "limit must be 1 to 1000, before must be an offer id")
        }
    }

    package var reason: String { wire.description }
}
