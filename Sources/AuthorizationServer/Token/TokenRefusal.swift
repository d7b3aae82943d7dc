import HTTPTypes
package import OAuth

/// Why the token endpoint refuses.
package enum TokenRefusal: Refusal, Equatable {
    case malformed(TokenRequest.Malformation)
    /// The code was not made here.
    case unrecognisedCode
    case redemption(RedemptionRefusal)

    /// RFC 6749 §5.2 and OpenID4VCI 1.0 §6.3 (#token-error-response).
    package var wire: WireRefusal {
        switch self {
        case .malformed(.mediaType):
            WireRefusal("invalid_request", "The body must be application/x-www-form-urlencoded")
        case .malformed(.form): WireRefusal("invalid_request", "The form is malformed")
        case .malformed(.repeatedParameter): WireRefusal("invalid_request", "A parameter is repeated")
        case .malformed(.missingGrantType): WireRefusal("invalid_request", "grant_type is missing")
        case .malformed(.missingPreAuthorizedCode):
            WireRefusal("invalid_request", "pre-authorized_code is missing")
        case .malformed(.unsupportedGrantType):
            WireRefusal("unsupported_grant_type", "This grant type is not supported")
        case .redemption(.txCodeMissing):
            WireRefusal("invalid_request", "A transaction code is needed: send tx_code")
        case .redemption(.txCodeUnexpected):
            WireRefusal("invalid_request", "This offer has no transaction code: send none")
        case .redemption(.txCodeWrong): WireRefusal("invalid_grant", "The transaction code is wrong")
        // One text for whatever is wrong with a code: a stranger who guesses learns nothing about offers.
        case .unrecognisedCode, .redemption(.unknown), .redemption(.expired), .redemption(.spent),
            .redemption(.cancelled), .redemption(.locked):
            WireRefusal("invalid_grant", "The pre-authorized code is unknown, expired or already used")
        }
    }

    package var reason: String {
        switch self {
        case .malformed(let malformation): "malformed token request: \(malformation)"
        case .unrecognisedCode: "the code was not made by this issuer"
        case .redemption(let refusal): refusal.reason
        }
    }
}

extension RedemptionRefusal {
    /// What the operator reads.
    package var reason: String {
        switch self {
        case .unknown: "no such offer"
        case .expired: "the offer has expired"
        case .spent: "the code was already used"
        case .cancelled: "the offer was cancelled"
        case .locked: "locked after too many wrong transaction codes"
        case .txCodeMissing: "no transaction code was sent"
        case .txCodeUnexpected: "a transaction code was sent though the offer has none"
        case .txCodeWrong(let left): "wrong transaction code; tries left: \(left)"
        }
    }

    /// The error code of the token response.
    package var wireCode: String { TokenRefusal.redemption(self).wire.code }
}

extension WireRefusal {
    fileprivate init(_ code: String, _ description: String) {
        self.init(.badRequest, code, description)
    }
}
