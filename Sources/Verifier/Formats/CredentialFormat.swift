/// A credential format as a verifier tells it from the bytes.
package enum CredentialFormat: Sendable, Equatable {
    /// SD-JWT VC, draft-ietf-oauth-sd-jwt-vc.
    case sdJWTVC
    /// W3C data model 1.1 in the `vc` claim of a JWT. Nothing in it tells `jwt_vc_json` from `jwt_vc_json-ld`.
    case w3cModel1
    /// W3C data model 2.0 secured with JOSE.
    case w3cModel2

    /// The identifiers that OpenID4VCI 1.0 Appendix A issues it under.
    package var identifiers: [String] {
        switch self {
        case .sdJWTVC: ["dc+sd-jwt"]
        case .w3cModel1: ["jwt_vc_json", "jwt_vc_json-ld"]
        case .w3cModel2: ["vc+jwt", "jwt_vc_json", "jwt_vc_json-ld"]
        }
    }

    package var name: String {
        switch self {
        case .sdJWTVC: "SD-JWT VC (dc+sd-jwt)"
        case .w3cModel1: "W3C credential 1.1 as JWT (jwt_vc_json)"
        case .w3cModel2: "W3C credential 2.0 as JWT (vc+jwt)"
        }
    }
}
