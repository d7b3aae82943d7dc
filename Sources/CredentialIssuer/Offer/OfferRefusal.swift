import HTTPTypes
package import OAuth

/// Why an offer is not made or not given.
package enum OfferRefusal: Refusal, Equatable {
    case noConfiguration
    case repeatedConfiguration
    case unknownConfiguration
    /// Problems by claim name, without values.
    case claims(configuration: String, String)
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
