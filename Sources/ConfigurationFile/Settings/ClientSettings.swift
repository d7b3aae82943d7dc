package import OAuth

/// A client of the authorization server.
package struct ClientSettings: Sendable, Equatable {
    package let id: String
    package let name: LocalizedText
    package let authentication: Authentication
    /// Empty only without the authorization code grant.
    package let redirectURIs: [RedirectURI]
    /// In the order of the file. Refresh tokens only where the client is confidential or they are bound to a key.
    package let grants: [Grant]
    /// Nil for every scope there is.
    package let scopes: [String]?
    /// Tokens only bound to a key; always so under FAPI 2.0.
    package let requiresDPoP: Bool
    /// The operator vouches for the name.
    package let isVerified: Bool
    /// The least level of authentication; one of ``PersonLoginSettings/levels``.
    package let acr: String?
    package let policyURI: String?
    package let termsURI: String?
    package let postLogoutRedirectURIs: [RedirectURI]
    package let backchannelLogoutURI: String?

    package enum Authentication: Sendable, Equatable {
        case `public`
        /// `client_secret_basic`, with the secret in a file.
        case secret(file: String)
        /// `private_key_jwt`, with a JWK set in a file.
        case keys(file: String)
        /// `private_key_jwt`, with a JWK set at an address.
        case keysAt(String)
        /// `attest_jwt_client_auth`, by one of the trusted attesters.
        case attestation
    }

    package enum Grant: String, Sendable, CaseIterable {
        case authorizationCode = "authorization_code"
        case refreshToken = "refresh_token"
        case clientCredentials = "client_credentials"
        case preAuthorizedCode = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
    }
}
