package import OAuth
package import OpenID4VCI
package import Verifier

/// Why the wallet did not take what was offered. Every text in it that is from outside is fit to be shown.
package enum WalletRefusal: Error, Sendable, Equatable {
    case link(CredentialOfferLink.Malformation)
    case offer(CredentialOffer.Malformation)
    /// `credential_issuer` is no address that could have metadata.
    case issuerIdentifier
    /// The offer has no pre-authorized code.
    case loginNeeded
    /// The offer, or the authorization server, leaves no way by a login.
    case noLoginOffered
    /// The server does not say that it takes code challenges by S256.
    case noCodeChallenge
    /// More than one request can name.
    case tooManyCredentials
    case signingFailed
    case clientAuthenticationFailed
    /// The holder, or the server for them, said no.
    case declined
    /// No answer came in time.
    case authorizationOver
    /// What arrived is no answer to the redirect URI of the request.
    case foreignRedirect
    case authorizationResponse(AuthorizationResponseRefusal)
    /// A bearer token came where one bound to the wallet's key was asked for.
    case tokenNotBound
    /// The token is for credentials that were not asked for, or for none that were.
    case otherCredentialsGranted
    case notGranted(configurationID: String)
    /// An ID token that is not of this request.
    case foreignIDToken
    /// There is nothing to renew the credential with.
    case notRenewable
    /// The server does not renew it any more.
    case renewalOver
    case exchange(IssuanceStep, FetchFailure)
    case status(IssuanceStep, Int)
    case malformedAnswer(IssuanceStep)
    /// A document says that it is somebody else's.
    case documentOfOtherIssuer(IssuanceStep)
    case authorizationServerNotListed
    case notInMetadata(configurationID: String)
    case nothingSupported
    case txCodeMissing
    case server(IssuanceStep, ServerError)
    case unsupportedTokenType
    case unsupportedFormat
    case unsupportedProofAlgorithm
    case noNonce
    case deferred
    case unreadable(UnreadableCredential)
    case invalid(Check.Name, detail: String)
    case otherFormat
    case otherType
    case boundToOtherKey
    case issuedBySomebodyElse

    /// One sentence for people that says what is wrong.
    package var sentence: String {
        switch self {
        case .link: "This is no credential offer link; paste the whole link that the issuer shows."
        case .offer: "The issuer's offer is malformed; ask the issuer for a new one."
        case .issuerIdentifier: "The offer names an issuer that cannot be reached safely."
        case .loginNeeded: "The offer needs a login; it has no code that would do without one."
        case .noLoginOffered: "The issuer offers no login for this; ask it for an offer."
        case .noCodeChallenge: "The login is not safe: the server does not protect its codes (PKCE)."
        case .tooManyCredentials: "These are more credentials than can be asked for at once."
        case .clientAuthenticationFailed: "The wallet could not show the server who it is."
        case .declined: "The login was cancelled or consent was not given."
        case .authorizationOver: "The login took too long; begin again."
        case .foreignRedirect: "The answer that arrived is not for this login."
        case .authorizationResponse(let reason): "The answer of the login cannot be used: \(reason.explanation)."
        case .tokenNotBound: "The server gave a token that anybody could use, though it says that it binds them."
        case .otherCredentialsGranted: "The server allows other credentials than were asked for."
        case .notGranted: "This credential was not allowed by the login."
        case .foreignIDToken: "The server's answer belongs to another login."
        case .notRenewable: "This credential cannot be renewed without its holder; request it again."
        case .renewalOver: "The issuer does not renew this credential any more; request it again."
        case .exchange(let step, let failure): "Could not get \(step.object): \(failure.explanation)."
        case .status(let step, let status): "Could not get \(step.object): the server answered with status \(status)."
        case .malformedAnswer(let step): "Could not get \(step.object): the server's answer is malformed."
        case .documentOfOtherIssuer(let step): "Could not get \(step.object): the document is about another issuer."
        case .authorizationServerNotListed: "The offer names an authorization server that the issuer does not use."
        case .notInMetadata: "The issuer offers a credential that its metadata does not describe."
        case .nothingSupported: "This wallet supports none of the formats of the offered credentials."
        case .txCodeMissing: "The offer needs a transaction code; ask the issuer for it."
        case .server(let step, let error): "The issuer refused to give \(step.object): \(error.text)."
        case .unsupportedTokenType: "The issuer gives a kind of access token that this wallet does not support."
        case .unsupportedFormat: "This wallet does not support the format of the credential."
        case .unsupportedProofAlgorithm: "This wallet has no signature algorithm that the issuer accepts."
        case .noNonce: "The issuer wants a proof of the key but gives no nonce for it."
        case .signingFailed: "The wallet's new key could not sign."
        case .deferred: "The issuer will have the credential later; try again with a new offer."
        case .unreadable(let reason): "The issuer sent something unusable: \(reason.explanation)."
        case .invalid(let name, let detail): "The credential is not valid (\(name.rawValue)): \(detail)."
        case .otherFormat: "The credential has another format than was offered."
        case .otherType: "The credential is of another type than was offered."
        case .boundToOtherKey: "The credential is bound to a key that is not this wallet's."
        case .issuedBySomebodyElse: "The credential is signed by somebody else than the issuer of the offer."
        }
    }
}

extension AuthorizationResponseRefusal {
    fileprivate var explanation: String {
        switch self {
        case .malformed: "it is malformed"
        case .missingState, .wrongState: "it is the answer to another request"
        case .missingIssuer: "it does not say which server it is from"
        case .wrongIssuer: "it is from another server"
        case .neitherCodeNorError, .codeAndError: "it is neither a yes nor a no"
        }
    }
}

/// A step of a flow.
package enum IssuanceStep: Sendable, Equatable {
    case offer
    case issuerMetadata
    case authorizationServerMetadata
    case pushedRequest
    case authorization
    case challenge
    case token
    case nonce
    case credential

    fileprivate var object: String {
        switch self {
        case .offer: "the offer"
        case .issuerMetadata: "the issuer's metadata"
        case .authorizationServerMetadata: "the authorization server's metadata"
        case .pushedRequest: "a login"
        case .authorization: "a login"
        case .challenge: "a challenge for the wallet"
        case .token: "an access token"
        case .nonce: "a nonce"
        case .credential: "the credential"
        }
    }
}
