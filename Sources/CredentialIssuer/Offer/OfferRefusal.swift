import HTTPTypes
package import OAuth

/// Why an offer is not made or not given.
package enum OfferRefusal: Refusal, Equatable {
    case noConfiguration
    case repeatedConfiguration
    case unknownConfiguration
    /// Problems by claim name, without values.
    case claims(configuration: String, String)
    /// An offer with a pre-authorized code is for somebody.
    case subjectMissing
    /// Nobody can log in at an authorization server that this issuer relies on.
    case noLogin
    case txCodeWithLogin
    case claimsWithLogin
    case unknownOffer
    case offerOver(StoredOffer.State)

    /// Not specified by OpenID4VCI; codes of our own.
    package var wire: WireRefusal {
        switch self {
        case .noConfiguration:
            WireRefusal("invalid_request", "Name at least one credential configuration")
        case .repeatedConfiguration: WireRefusal("invalid_request", "A credential configuration is named twice")
        case .unknownConfiguration:
            WireRefusal("unknown_credential_configuration", "There is no such credential configuration")
        case .claims(let configuration, let problems):
            WireRefusal("invalid_claims", "\(configuration): \(problems)")
        case .subjectMissing: WireRefusal("invalid_request", "Say whom the offer is for")
        case .noLogin:
            WireRefusal("invalid_request", "An authorization_code offer needs an authorization server to log in at")
        case .txCodeWithLogin: WireRefusal("invalid_request", "A transaction code goes with a pre-authorized code")
        case .claimsWithLogin:
            WireRefusal("invalid_request", "With authorization_code the claims come from the registry")
        case .unknownOffer: WireRefusal(.notFound, "offer_not_found", "There is no such offer")
        case .offerOver(let state): WireRefusal(.gone, "offer_over", "This offer is \(state.rawValue)")
        }
    }

    package var reason: String { wire.description }
}

extension WireRefusal {
    fileprivate init(_ code: String, _ description: String) {
        self.init(.badRequest, code, description)
    }
}
