package import DataSharing
import JOSE
package import OAuth

/// Why a market does not release.
package enum MarketRefusal: Refusal, Equatable {
    case presentation(AccessTokenPresentation.Malformation)
    /// The token is a bearer token: whoever has seen it could use it.
    case notBound
    case token(MarketAccessTokenRefusal)
    case proof(DPoPRefusal)
    /// Token or proof was used before.
    case replayed
    case body(member: String?)
    case untrustedPartner
    /// A request that nobody signed, by a partner whose encryption key is not pinned, or for another key.
    case unsignedRequest
    case request(SharingRequestRefusal)
    /// The request does not ask for this scope.
    case scopeNotRequested
    /// The request names no encryption key, and none is pinned.
    case noEncryptionKey
    case keys(KeyStatementRefusal)
    case approval(ApprovalRefusal)
    /// Another approval was used with this `jti`.
    case otherApproval
    /// The token is for another approval.
    case tokenForOtherApproval
    /// The token lets more be had than the approval names.
    case tokenExceedsApproval
    /// A claim that the market knows nothing of for this person.
    case claimNotHeld
    case unknownSubject
    case superseded
    /// What is held has expired.
    case outdated
    case withdrawn

    package var code: MarketErrorCode {
        switch self {
        case .presentation, .notBound, .token, .replayed, .tokenForOtherApproval: .invalidToken
        case .tokenExceedsApproval: .invalidToken
        case .proof(.nonceNeeded), .proof(.nonceUnusable): .useDPoPNonce
        case .proof: .invalidDPoPProof
        case .body: .invalidRequest
        case .untrustedPartner: .untrustedPartner
        case .unsignedRequest, .request, .scopeNotRequested, .noEncryptionKey: .invalidRequestObject
        case .keys, .approval, .otherApproval, .claimNotHeld: .invalidApproval
        case .unknownSubject: .unknownSubject
        case .superseded, .outdated: .superseded
        case .withdrawn: .withdrawn
        }
    }

    package var wire: WireRefusal {
        switch self {
        case .presentation(let malformation):
            malformation.wire(dpopAlgorithms: [.es256, .edDSA])
        case .proof(let refusal): refusal.resourceWire(algorithms: [.es256, .edDSA])
        default:
            WireRefusal(
                code.status, code.rawValue, reason,
                challenge: code == .invalidToken ? .dpop(algorithms: [.es256, .edDSA]) : .none)
        }
    }

    package var reason: String {
        switch self {
        case .presentation(let malformation): malformation.reason
        case .notBound: "Send the access token with the scheme DPoP"
        case .token(let refusal): "The access token: " + refusal.sentence
        case .proof(let refusal): refusal.reason
        case .replayed: "The access token or its proof was used before"
        case .body(nil): "The body is no release request"
        case .body(let member?): member + " is missing or malformed"
        case .untrustedPartner: "This market gives nothing to this client"
        case .unsignedRequest: "This client must sign its requests"
        case .request(.jwt(let fault)): "The request: " + fault.sentence
        case .request(.details(let refusal)): "The request: authorization_details: " + refusal.sentence
        case .request(.otherClient): "The request is by another client"
        case .request: "The request is malformed"
        case .scopeNotRequested: "The request does not ask for this scope"
        case .noEncryptionKey: "The request names no encryption key"
        case .keys(.pinnedKeyMissing): "The key statements do not lead from the key that this market knows"
        case .keys: "The key statements do not verify"
        case .approval(let refusal): "The approval: " + refusal.sentence
        case .otherApproval: "Another approval has this jti"
        case .tokenForOtherApproval: "The access token is for another approval"
        case .tokenExceedsApproval: "The access token is for more than the approval"
        case .claimNotHeld: "The approval names a claim that is not held"
        case .unknownSubject: "Nothing is held of this subject in this scope"
        case .superseded: "There is a newer digest"
        case .outdated: "The digest has expired"
        case .withdrawn: "This consent was withdrawn"
        }
    }
}

extension MarketAccessTokenRefusal {
    fileprivate var sentence: String {
        switch self {
        case .jwt(let fault): fault.sentence
        case .scope: "its scope is not one data scope"
        case .details: "its authorization_details are malformed"
        case .unbound: "it is bound to no key"
        case .lastsTooLong: "its exp is too far ahead"
        }
    }
}
