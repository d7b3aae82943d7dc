/// Why an authorization request is refused, RFC 6749 §4.1.2.1 and what extends it.
package enum AuthorizationRequestRefusal: Refusal, Equatable {
    /// Neither a query nor a form body that could be read.
    case form(RequestForm.Malformation)
    case missing(String)
    case tooLong(String)
    case malformed(String)
    case unsupportedResponseType
    case unsupportedResponseMode
    case promptNoneWithOthers
    case scope
    case claims(ClaimsRequestMalformation)
    case authorizationDetails(AuthorizationDetailsRefusal)
    /// RFC 8707 §2: a resource is no absolute URI without fragment, or, as the caller finds, not known here.
    case target
    case pkce(PKCERefusal)
    case requestAndRequestURI
    /// A request or request_uri where no further one can be, RFC 9101 §4 and RFC 9126 §2.1.
    case nestedRequest
    case requestObject(RequestObjectRefusal)
    /// Request objects, or ones by reference, are not accepted here: the caller's finding.
    case requestNotSupported
    case requestURINotSupported
    /// The request_uri is unknown, expired, used or another client's: the caller's finding.
    case requestURI

    /// Whether the client may hear of it at its redirect URI, once that is known to be the client's: not if it is the
    /// client or the URI that is in doubt, RFC 6749 §4.1.2.1.
    package var mayBeRedirected: Bool {
        switch self {
        case .missing("client_id"), .tooLong("client_id"), .malformed("client_id"), .tooLong("redirect_uri"),
            .malformed("redirect_uri"), .form(.mediaType), .form(.form), .requestURI:
            false
        default: true
        }
    }

    package var wire: WireRefusal {
        switch self {
        case .form(let malformation): malformation.wire
        case .missing(let name): WireRefusal("invalid_request", name + " is missing")
        case .tooLong(let name): WireRefusal("invalid_request", name + " is too long")
        case .malformed(let name): WireRefusal("invalid_request", name + " is malformed")
        case .unsupportedResponseType: WireRefusal("unsupported_response_type", "response_type must be code")
        case .unsupportedResponseMode:
            WireRefusal("invalid_request", "response_mode must be query or form_post")
        case .promptNoneWithOthers: WireRefusal("invalid_request", "prompt none goes with no other value")
        case .scope: WireRefusal("invalid_scope", "scope is malformed or not allowed")
        case .claims(let malformation): WireRefusal("invalid_request", malformation.sentence)
        case .authorizationDetails(let refusal): refusal.wire
        case .target: WireRefusal("invalid_target", "resource is malformed or unknown")
        case .pkce(let refusal): refusal.wire
        case .requestAndRequestURI: WireRefusal("invalid_request", "Send request or request_uri, not both")
        case .nestedRequest: WireRefusal("invalid_request", "request and request_uri cannot stand here")
        case .requestObject(let refusal): refusal.wire
        case .requestNotSupported: WireRefusal("request_not_supported", "Request objects are not accepted here")
        case .requestURINotSupported:
            WireRefusal("request_uri_not_supported", "Request objects by reference are not accepted here")
        case .requestURI:
            WireRefusal("invalid_request_uri", "The request_uri is unknown, expired or already used")
        }
    }

    package var reason: String {
        switch self {
        case .form(let malformation): malformation.reason
        case .pkce(let refusal): refusal.reason
        case .authorizationDetails(let refusal): refusal.reason
        case .requestObject(let refusal): refusal.reason
        default: wire.description
        }
    }
}

/// A request that could not be read, and where an answer to it would go as far as that stood in it.
package struct AuthorizationRequestRejection: Error, Equatable {
    package let refusal: AuthorizationRequestRefusal
    package let reply: AuthorizationReply
}
