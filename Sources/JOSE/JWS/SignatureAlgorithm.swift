/// A digital signature algorithm by its JOSE name, RFC 7518 §3.1 and RFC 8037 §3.1.
///
/// Only what is accepted or made here: no symmetric algorithm and no `none` can be spelled.
package enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case es256 = "ES256"
    case es384 = "ES384"
    case edDSA = "EdDSA"

    /// Bytes of a signature in JWS form.
    package var signatureLength: Int {
        switch self {
        case .es256, .edDSA: 64
        case .es384: 96
        }
    }
}
