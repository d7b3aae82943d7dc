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
    case signingFailed
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
        case .loginNeeded: "The offer needs a login in the browser, which this wallet does not do."
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

/// A step of the pre-authorized code flow.
package enum IssuanceStep: Sendable, Equatable {
    case offer
    case issuerMetadata
    case authorizationServerMetadata
    case token
    case nonce
    case credential

    fileprivate var object: String {
        switch self {
        case .offer: "the offer"
        case .issuerMetadata: "the issuer's metadata"
        case .authorizationServerMetadata: "the authorization server's metadata"
        case .token: "an access token"
        case .nonce: "a nonce"
        case .credential: "the credential"
        }
    }
}
