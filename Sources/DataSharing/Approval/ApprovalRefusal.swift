package import OAuth

/// Why an approval is refused: one case for each rule.
package enum ApprovalRefusal: Error, Equatable {
    /// It is no JWT of this type, or a claim is missing or malformed.
    case jwt(JWTFault)
    /// `kid` is not the key that signs for this person.
    case otherSigningKey
    case invalidSignature
    /// `iss` is not the thumbprint of the signing key.
    case wrongIssuer
    case wrongSubject
    case wrongAudience
    case wrongClient
    case wrongScope
    case wrongVersion
    /// It names claims that were not asked for, or not those that are to be given.
    case wrongClaims
    case wrongPurpose
    case wrongRequest
    case wrongEncryptionKey
    /// `digest` names another digest or deposit, or is of the other kind.
    case wrongBasis
    case wrongNonce
    /// `exp` is not after `iat`, or more than 300 seconds after it.
    case lastsTooLong
    case fromTheFuture
    case expired
    /// `until` lies before `exp`, or further ahead than is allowed.
    case wrongEnd
    /// `until` is over.
    case ended

    /// For an `error_description`: ASCII without quotation marks, no full stop, nothing personal.
    package var sentence: String {
        switch self {
        case .jwt(let fault): fault.sentence
        case .otherSigningKey: "its kid is not the key of this person"
        case .invalidSignature: "its signature is invalid"
        case .wrongIssuer: "its iss is not the thumbprint of its key"
        case .wrongSubject: "its sub is another person"
        case .wrongAudience: "its aud is wrong"
        case .wrongClient: "its client_id is wrong"
        case .wrongScope: "its scope is wrong"
        case .wrongVersion: "its version is wrong"
        case .wrongClaims: "its claims are not those that it may name"
        case .wrongPurpose: "its purpose is not that of the request"
        case .wrongRequest: "its request_hash is of another request"
        case .wrongEncryptionKey: "its encryption_jkt is another key"
        case .wrongBasis: "its digest names something else"
        case .wrongNonce: "its nonce is wrong"
        case .lastsTooLong: "its exp is not within 300 seconds of its iat"
        case .fromTheFuture: "its iat is in the future"
        case .expired: "it has expired"
        case .wrongEnd: "its until is wrong"
        case .ended: "its until is over"
        }
    }
}
