import JOSE
import OpenID4VCI

/// The credential formats this wallet takes, by their identifiers in OpenID4VCI 1.0 Appendix A.
enum IssuedFormat: String {
    case sdJWTVC = "dc+sd-jwt"
    case w3cJWT = "jwt_vc_json"
    case w3cJWTLinkedData = "jwt_vc_json-ld"
    /// W3C data model 2.0 under its media type.
    case w3cJWT2 = "vc+jwt"

    /// How the proof names the key: the subject of a W3C credential is a DID.
    var keyReference: KeyProofMaker.KeyReference {
        switch self {
        case .sdJWTVC: .jwk
        case .w3cJWT, .w3cJWTLinkedData, .w3cJWT2: .didJWK
        }
    }
}

extension CredentialIssuerMetadata.Configuration {
    /// The algorithm of the wallet's choice amongst those of the issuer.
    func proofAlgorithm() throws(WalletRefusal) -> SignatureAlgorithm? {
        guard let proofAlgorithms else { return nil }
        let algorithm = [SignatureAlgorithm.es256, .edDSA, .es384].first { proofAlgorithms.contains($0.rawValue) }
        guard let algorithm else { throw .unsupportedProofAlgorithm }
        return algorithm
    }
}
