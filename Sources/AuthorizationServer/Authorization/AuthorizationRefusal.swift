import HTTPTypes
package import OAuth

/// Why an authorization request gets an error, RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6.
package enum AuthorizationRefusal: Refusal, Equatable {
    case request(AuthorizationRequestRefusal)
    /// The client is not registered for this.
    case unauthorizedClient
    /// The client must push its requests, RFC 9126 §5.
    case pushNeeded
    /// The client must sign its requests, RFC 9101 §10.5.
    case signatureNeeded
    /// No level of authentication that is asked for is known.
    case unmetAuthenticationRequirements
    case loginRequired
    case consentRequired
    /// The person does not want to, or the offer is for somebody else.
    case accessDenied
    /// The offer that the request began with is over.
    case offerOver
    /// What it asks of data of others cannot be asked.
    case sharing(SharingAskRefusal)

    package var wire: WireRefusal {
        switch self {
        case .request(let refusal): refusal.wire
        case .unauthorizedClient:
            WireRefusal(.badRequest, "unauthorized_client", "The client is not registered for this")
        case .pushNeeded: WireRefusal(.badRequest, "invalid_request", "Push the request first (PAR)")
        case .signatureNeeded: WireRefusal(.badRequest, "invalid_request", "Send a signed request object")
        case .unmetAuthenticationRequirements:
            WireRefusal(
                .badRequest, "unmet_authentication_requirements", "The authentication asked for is not possible here")
        case .loginRequired: WireRefusal(.badRequest, "login_required", "The person has to log in")
        case .consentRequired: WireRefusal(.badRequest, "consent_required", "The person has to be asked")
        case .accessDenied: WireRefusal(.badRequest, "access_denied", "The person has not agreed")
        case .offerOver: WireRefusal(.badRequest, "invalid_request", "The offer is over")
        case .sharing(let refusal): refusal.wire
        }
    }

    package var reason: String {
        switch self {
        case .request(let refusal): refusal.reason
        case .sharing(let refusal): refusal.reason
        default: wire.description
        }
    }

    /// Whether the client may hear of it at its redirect URI.
    var mayBeRedirected: Bool {
        if case .request(let refusal) = self { refusal.mayBeRedirected } else { true }
    }
}
