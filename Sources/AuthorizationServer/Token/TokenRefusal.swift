import HTTPTypes
package import OAuth

/// Why the token endpoint refuses.
package enum TokenRefusal: Refusal, Equatable {
    /// The grant type exists, but not here.
    case unsupportedGrantType
    /// The client is not registered for the grant type.
    case unauthorizedClient
    /// The code was not made here.
    case unrecognisedCode
    case redemption(RedemptionRefusal)
    /// The code was given to another client.
    case otherClient
    case otherRedirectURI
    /// The code is bound to another key than the proof's.
    case otherKey
    case issue(TokenIssueRefusal)
    case refreshTokenOver
    /// More was asked for than was granted.
    case scope
    case target

    /// RFC 6749 §5.2 and OpenID4VCI 1.0 §6.3 (#token-error-response).
    package var wire: WireRefusal {
        switch self {
        case .unsupportedGrantType:
            WireRefusal("unsupported_grant_type", "This grant type is not supported")
        case .unauthorizedClient:
            WireRefusal("unauthorized_client", "The client is not registered for this grant type")
        case .redemption(.txCodeMissing):
            WireRefusal("invalid_request", "A transaction code is needed: send tx_code")
        case .redemption(.txCodeUnexpected):
            WireRefusal("invalid_request", "This offer has no transaction code: send none")
        case .redemption(.txCodeWrong): WireRefusal("invalid_grant", "The transaction code is wrong")
        // One text for whatever is wrong with a code: a stranger who guesses learns nothing about offers.
        case .unrecognisedCode, .redemption(.unknown), .redemption(.expired), .redemption(.spent),
            .redemption(.cancelled), .redemption(.locked), .redemption(.replayed), .otherClient, .otherRedirectURI,
            .otherKey, .issue:
            WireRefusal("invalid_grant", "The code is unknown, expired or already used, or not for this request")
        case .refreshTokenOver:
            WireRefusal("invalid_grant", "The refresh token is unknown, expired or revoked, or not for this client")
        case .scope: WireRefusal("invalid_scope", "More was asked for than was granted")
        case .target: WireRefusal("invalid_target", "The resource is unknown or was not granted")
        }
    }

    package var reason: String {
        switch self {
        case .unsupportedGrantType: "unsupported grant type"
        case .unauthorizedClient: "the client is not registered for the grant type"
        case .unrecognisedCode: "the code was not made by this issuer"
        case .redemption(let refusal): refusal.reason
        case .otherClient: "the code was given to another client"
        case .otherRedirectURI: "redirect_uri is missing or not the one of the authorization request"
        case .otherKey: "the code is bound to another key"
        case .issue(.replayed): "a proof was used twice"
        case .issue(.codeSpent): "the code was already used; what it gave was revoked"
        case .issue(.codeExpired): "the code has expired"
        case .issue(.ended): "the grant was revoked"
        case .refreshTokenOver: "the refresh token is over or not for this client or key"
        case .scope: "scope exceeds the grant"
        case .target: "unknown resource"
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
        case .replayed: "a proof or assertion was used twice"
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
