package import HubClient
package import OAuth

/// Why a service provider does not get what it asks for.
package enum ProviderFailure: Error, Equatable, CustomStringConvertible {
    case hub(HubFailure)
    case signing
    case answer(AuthorizationResponseRefusal)
    /// The hub, or the person, says no.
    case refused(code: String, description: String?)
    case idToken(IDTokenRefusal)
    case missingIDToken
    /// `encrypted_scopes` or `claims_pending` are malformed.
    case malformedScopes
    /// UserInfo is about somebody else, OpenID Connect Core §5.3.2.
    case otherSubject

    package var description: String {
        switch self {
        case .hub(let failure): failure.description
        case .signing: "the key does not sign"
        case .answer(.wrongState), .answer(.missingState): "the answer is not to this request"
        case .answer(.wrongIssuer), .answer(.missingIssuer): "another server answered than was asked"
        case .answer: "the answer is malformed"
        case .refused(let code, let description): code + (description.map { ": " + $0 } ?? "")
        case .idToken(.jwt(let fault)): "the ID token: " + fault.sentence
        case .idToken: "the ID token is not for this request"
        case .missingIDToken: "the hub gave no ID token"
        case .malformedScopes: "encrypted_scopes or claims_pending is malformed"
        case .otherSubject: "the UserInfo response is about somebody else"
        }
    }
}
