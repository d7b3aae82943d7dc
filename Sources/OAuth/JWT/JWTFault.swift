package import JOSE

/// Why a signed JWT (RFC 7519) is not the one that is needed.
package enum JWTFault: Error, Equatable, Sendable {
    case jws(JWSRefusal)
    /// `typ` says that it is something else, RFC 8725 §3.11.
    case wrongType
    case algorithmNotAllowed
    /// None of the keys it may be signed by verifies it.
    case noMatchingKey
    case claimsNotJSONObject
    case missingClaim(String)
    /// Of the wrong JSON type, empty or too long.
    case malformedClaim(String)
    case wrongIssuer
    case wrongSubject
    case wrongAudience
    case expired
    /// `exp` is further ahead than is accepted.
    case lastsTooLong
    /// `nbf` has not come.
    case notYetValid
    /// `iat` is longer ago than is accepted.
    case stale
    /// `iat` is ahead of the clock here by more than clocks differ.
    case fromTheFuture

    /// For an `error_description`: ASCII without quotation marks, no full stop. Claim names in it are this program's.
    package var sentence: String {
        switch self {
        case .jws(let refusal): refusal.sentence
        case .wrongType: "its typ is wrong"
        case .algorithmNotAllowed: "its alg is not accepted here"
        case .noMatchingKey: "no known key verifies it"
        case .claimsNotJSONObject: "its payload is no JSON object"
        case .missingClaim(let name): name + " is missing"
        case .malformedClaim(let name): name + " is malformed"
        case .wrongIssuer: "its iss is wrong"
        case .wrongSubject: "its sub is wrong"
        case .wrongAudience: "its aud is wrong"
        case .expired: "it has expired"
        case .lastsTooLong: "its exp is too far ahead"
        case .notYetValid: "its nbf has not come"
        case .stale: "its iat is too long ago"
        case .fromTheFuture: "its iat is in the future"
        }
    }
}

extension JWSRefusal {
    /// For an `error_description`, as above.
    var sentence: String {
        switch self {
        case .tooLong: "it is too long"
        case .notCompact: "it is no JWS in compact serialization"
        case .headerNotJSONObject: "its header is no JSON object"
        case .missingAlgorithm: "alg is missing"
        case .unsupportedAlgorithm: "its alg is not supported"
        case .criticalExtension: "its header has an extension that is not understood"
        case .keyOfOtherAlgorithm: "its alg is not that of the key"
        case .invalidSignature: "its signature is invalid"
        }
    }
}
