import HTTPTypes
package import JOSE

/// Why a request is refused for its DPoP proof, RFC 9449.
package enum DPoPRefusal: Refusal, Equatable {
    case missing
    /// More than one DPoP header.
    case repeated
    /// The proof is no JWT, is signed wrongly or lacks a claim.
    case jwt(JWTFault)
    case noKey
    case key(JWKRefusal)
    case wrongMethod
    case wrongAddress
    /// `ath` is not the hash of the access token.
    case otherAccessToken
    /// The `jti` was used before.
    case replayed
    /// The proof is by another key than the one that token, code or request is bound to.
    case otherKey
    /// Proofs need a nonce of this server's.
    case nonceNeeded
    /// The nonce is not this server's, or is too old.
    case nonceUnusable

    /// What an authorization server answers, RFC 9449 §5 and §8. With `use_dpop_nonce` the caller sends the nonce:
    /// ``WireRefusal/with(_:_:)``.
    package var wire: WireRefusal { WireRefusal(.badRequest, code, description) }

    /// What a protected resource answers, RFC 9449 §7.1 and §9.
    package func resourceWire(algorithms: [SignatureAlgorithm]) -> WireRefusal {
        WireRefusal(
            .unauthorized, self == .otherKey ? "invalid_token" : code, description,
            challenge: .dpop(algorithms: algorithms))
    }

    private var code: String {
        switch self {
        case .nonceNeeded, .nonceUnusable: "use_dpop_nonce"
        default: "invalid_dpop_proof"
        }
    }

    private var description: String {
        switch self {
        case .missing: "A DPoP proof is needed"
        case .repeated: "Send exactly one DPoP header"
        case .jwt(let fault): "The DPoP proof is not acceptable: " + fault.sentence
        case .noKey: "The DPoP proof has no jwk in its header"
        case .key(.privateMember): "The DPoP proof shows a private key"
        case .key: "The jwk of the DPoP proof is not acceptable"
        case .wrongMethod: "The htm of the DPoP proof is not the method of the request"
        case .wrongAddress: "The htu of the DPoP proof is not the address of the request"
        case .otherAccessToken: "The ath of the DPoP proof does not fit the access token"
        case .replayed: "The DPoP proof was used before"
        case .otherKey: "The DPoP proof is by another key"
        case .nonceNeeded: "The DPoP proof needs the nonce that comes with this answer"
        case .nonceUnusable: "The nonce of the DPoP proof is unknown or too old"
        }
    }

    package var reason: String {
        switch self {
        case .missing: "no DPoP proof"
        case .repeated: "several DPoP headers"
        case .jwt(let fault): "DPoP proof: " + fault.sentence
        case .noKey: "DPoP proof without a key"
        case .key(let refusal): "DPoP proof: key refused: \(refusal)"
        case .wrongMethod: "DPoP proof for another method"
        case .wrongAddress: "DPoP proof for another address"
        case .otherAccessToken: "DPoP proof for another access token"
        case .replayed: "DPoP proof used twice"
        case .otherKey: "DPoP proof by another key"
        case .nonceNeeded: "DPoP proof without a nonce"
        case .nonceUnusable: "DPoP proof with a nonce that is unknown or too old"
        }
    }
}
