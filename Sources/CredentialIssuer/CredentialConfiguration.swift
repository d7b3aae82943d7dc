package import CredentialFormats

/// One kind of credential that the issuer makes: an entry of `credential_configurations_supported`.
///
/// OpenID4VCI 1.0 §12.2.4 (#credential-issuer-parameters).
package struct CredentialConfiguration: Sendable, Equatable {
    package let id: String
    package let format: Format
    package let scope: String?
    /// How long a credential is valid, in whole hours or days.
    package let validity: Duration
    /// Credentials are bound to a key that the wallet proves to have.
    package let isKeyBound: Bool
    package let display: [CredentialDisplay]
    package let claims: [ClaimRule]

    package enum Format: Sendable, Equatable {
        /// `dc+sd-jwt`. `vct` is the whole type identifier; `decoys` the number of decoy digests (RFC 9901 §4.2.5).
        case sdJWTVC(vct: String, decoys: Int)
        /// `jwt_vc_json`.
        case jwtVCJSON(W3CType)
        /// `jwt_vc_json-ld`.
        case jwtVCJSONLD(W3CType)

        package var identifier: String {
            switch self {
            case .sdJWTVC: "dc+sd-jwt"
            case .jwtVCJSON: "jwt_vc_json"
            case .jwtVCJSONLD: "jwt_vc_json-ld"
            }
        }
    }

    package typealias W3CType = W3CCredentialType

    package init(
        id: String, format: Format, scope: String?, validity: Duration, isKeyBound: Bool,
        display: [CredentialDisplay], claims: [ClaimRule]
    ) {
        self.id = id
        self.format = format
        self.scope = scope
        self.validity = validity
        self.isKeyBound = isKeyBound
        self.display = display
        self.claims = claims
    }
}

/// How a wallet shows an issuer or a credential in one language.
package struct CredentialDisplay: Sendable, Equatable {
    package let name: String
    /// BCP 47.
    package let locale: String
    package let description: String?
    package let backgroundColor: String?
    package let textColor: String?
    /// An `https:` or `data:` URI.
    package let logoURI: String?

    package init(
        name: String, locale: String, description: String? = nil, backgroundColor: String? = nil,
        textColor: String? = nil, logoURI: String? = nil
    ) {
        self.name = name
        self.locale = locale
        self.description = description
        self.backgroundColor = backgroundColor
        self.textColor = textColor
        self.logoURI = logoURI
    }
}
