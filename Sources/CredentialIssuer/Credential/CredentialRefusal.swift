import HTTPTypes
import JOSE
package import OAuth
package import OpenID4VCI

/// Why the credential endpoint refuses.
package enum CredentialRefusal: Refusal, Equatable {
    case token(AccessTokenPresentation.Malformation)
    case unknownToken(AccessTokenPresentation.Scheme)
    case expiredToken(AccessTokenPresentation.Scheme)
    /// Bound to a key, but presented as a bearer token.
    case tokenIsBound
    /// Presented with a proof, but not bound to a key.
    case tokenNotBound
    /// The proof that the client has the token's key.
    case possession(DPoPRefusal)
    case proofNonce(DPoPRefusal, fresh: String)
    /// The offer was cancelled while the credential was made.
    case revokedToken(AccessTokenPresentation.Scheme)
    case malformed(CredentialRequest.Malformation)
    case unknownIdentifier
    /// The token response gave identifiers, and the request does not use one.
    case identifierNeeded
    case unknownConfiguration
    /// The configuration exists, but the token is not for it.
    case configurationNotGranted(AccessTokenPresentation.Scheme)
    case missingProof
    case tooManyProofs(maximum: Int)
    case sameKeyTwice
    case proof(KeyProofRefusal)
    /// The nonce was not made here, or is of another issuer.
    case unknownNonce
    case staleNonce
    case spentNonce
    /// The registry has nobody, or not what the configuration needs.
    case claimsUnavailable(String)

    /// RFC 6750 §3.1 and OpenID4VCI 1.0 §8.3.1 (#credential-error-response).
    package var wire: WireRefusal {
        switch self {
        case .token(let malformation): malformation.wire(dpopAlgorithms: Self.proofAlgorithms)
        case .unknownToken(let scheme), .expiredToken(let scheme), .revokedToken(let scheme):
            WireRefusal(
                .unauthorized, "invalid_token", "The access token is unknown, expired or revoked",
                challenge: Self.challenge(scheme))
        case .tokenIsBound:
            WireRefusal(
                .unauthorized, "invalid_token", "The access token is bound to a key: present it with a DPoP proof",
                challenge: .dpop(algorithms: Self.proofAlgorithms))
        case .tokenNotBound:
            WireRefusal(
                .unauthorized, "invalid_token", "The access token is not bound to a key: present it as Bearer",
                challenge: .bearer)
        case .possession(let refusal): refusal.resourceWire(algorithms: Self.proofAlgorithms)
        case .proofNonce(let refusal, let fresh):
            refusal.resourceWire(algorithms: Self.proofAlgorithms).with(.dpopNonce, fresh)
        case .configurationNotGranted(let scheme):
            WireRefusal(
                .forbidden, "insufficient_scope", "The access token is not for this credential",
                challenge: Self.challenge(scheme))
        case .malformed(.encryptionNotSupported):
            WireRefusal("invalid_encryption_parameters", "This issuer does not encrypt credential responses")
        case .malformed(.emptyProofs): WireRefusal("invalid_proof", "proofs has no proof in it")
        case .malformed(let malformation):
            WireRefusal("invalid_credential_request", malformation.description)
        case .unknownIdentifier:
            WireRefusal("unknown_credential_identifier", "This issuer gave no such credential_identifier")
        case .identifierNeeded:
            WireRefusal(
                "invalid_credential_request", "Ask by a credential_identifier that the token response gave")
        case .unknownConfiguration:
            WireRefusal("unknown_credential_configuration", "This issuer has no such credential configuration")
        case .missingProof: WireRefusal("invalid_proof", "A key proof is needed: send proofs")
        case .tooManyProofs(let maximum):
            WireRefusal("invalid_credential_request", "At most \(maximum) proofs are accepted in one request")
        case .sameKeyTwice: WireRefusal("invalid_proof", "Two proofs are for the same key")
        case .proof(let refusal): WireRefusal("invalid_proof", refusal.description)
        case .unknownNonce, .staleNonce, .spentNonce:
            WireRefusal("invalid_nonce", "The nonce is unknown, expired or already used: fetch a new one")
        case .claimsUnavailable:
            WireRefusal("credential_request_denied", "The issuer has not the data that this credential needs")
        }
    }

    package var reason: String {
        switch self {
        case .token(let malformation): malformation.reason
        case .unknownToken: "access token unknown"
        case .expiredToken: "access token expired"
        case .tokenIsBound: "access token is bound to a key but was sent as a bearer token"
        case .tokenNotBound: "access token is not bound to a key but was sent with the DPoP scheme"
        case .possession(let refusal), .proofNonce(let refusal, _): refusal.reason
        case .revokedToken: "access token revoked while the credential was made"
        case .malformed(let malformation): malformation.description
        case .unknownIdentifier: "unknown credential_identifier"
        case .identifierNeeded: "credential_configuration_id though the token response gave identifiers"
        case .unknownConfiguration: "unknown credential_configuration_id"
        case .configurationNotGranted: "the offer does not have this credential configuration"
        case .missingProof: "no key proof"
        case .tooManyProofs: "too many key proofs"
        case .sameKeyTwice: "two key proofs for one key"
        case .proof(let refusal): "key proof: \(refusal.description)"
        case .unknownNonce: "the nonce was not made by this issuer"
        case .staleNonce: "the nonce has expired"
        case .spentNonce: "the nonce was already used"
        case .claimsUnavailable(let what): what
        }
    }
}

extension CredentialRefusal {
    static let proofAlgorithms = DPoPProof.defaultAlgorithms.sorted { $0.rawValue < $1.rawValue }

    /// RFC 9449 §7.1: by the scheme that the token was presented with.
    fileprivate static func challenge(_ scheme: AccessTokenPresentation.Scheme) -> WireRefusal.Challenge {
        scheme == .bearer ? .bearer : .dpop(algorithms: proofAlgorithms)
    }
}

extension WireRefusal {
    fileprivate init(_ code: String, _ description: String, challenge: Challenge = .none) {
        self.init(.badRequest, code, description, challenge: challenge)
    }
}

extension CredentialRequest.Malformation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .mediaType: "The body must be application/json"
        case .json(let malformation): "The body is not acceptable JSON: \(malformation)"
        case .notJSONObject: "The body must be a JSON object"
        case .identification: "Send exactly one of credential_configuration_id and credential_identifier"
        case .memberOfWrongType(let member): "\(member) is of the wrong type"
        case .proofsNotExactlyOne: "Send proofs with exactly one proof type"
        case .unsupportedProofType: "This proof type is not supported"
        case .emptyProofs: "proofs has no proof in it"
        case .encryptionNotSupported: "credential_response_encryption is not supported"
        }
    }
}

extension KeyProofRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .jws(.invalidSignature): "The signature does not verify"
        case .jws(.unsupportedAlgorithm), .jws(.missingAlgorithm), .algorithmNotAllowed:
            "The signature algorithm is not supported"
        case .jws(.keyOfOtherAlgorithm): "The key is of another algorithm than alg says"
        case .jws(.criticalExtension): "The header has a critical extension"
        case .jws(.tooLong), .jws(.notCompact), .jws(.headerNotJSONObject): "The proof is no JWT"
        case .wrongType: "typ must be openid4vci-proof+jwt"
        case .noKey: "The header has no key: send jwk or kid"
        case .severalKeys: "The header names more than one key"
        case .unsupportedKeyReference: "The key must be in jwk, or a did:jwk or did:key in kid"
        case .jwk(let refusal): refusal.sentence
        case .did(.key(let refusal)): refusal.sentence
        case .did: "The DID in kid is malformed or of another method"
        case .payloadNotJSONObject: "The payload is no JSON object"
        case .missingClaim(let name): "\(name) is missing"
        case .wrongAudience: "aud must be the credential issuer identifier"
        case .stale: "The proof is too old"
        case .fromTheFuture: "The proof is from the future"
        case .missingNonce: "nonce is missing"
        }
    }
}
