/// A digital signature algorithm by its JOSE name, RFC 7518 §3.1 and RFC 8037 §3.1.
///
/// Only what is accepted or made here: no symmetric algorithm and no `none` can be spelled.
package enum SignatureAlgorithm: String, Sendable {
    case es256 = "ES256"
    case es384 = "ES384"
    case edDSA = "EdDSA"
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    case ps256 = "PS256"
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rs256 = "RS256"

    /// What wallets, holders and issuers of credentials sign with. RSA is for OAuth clients and other servers.
    package static let elliptic: [SignatureAlgorithm] = [.es256, .es384, .edDSA]
}

extension SignatureAlgorithm: CaseIterable {
    /// The elliptic ones only: what enumerates all cases to say what it accepts must not come to accept RSA by that.
    package static var allCases: [SignatureAlgorithm] { elliptic }
}
