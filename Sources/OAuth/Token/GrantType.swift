/// Names of OAuth grants.
package enum GrantType {
    /// RFC 6749 §4.1.3.
    package static let authorizationCode = "authorization_code"
    /// RFC 6749 §6.
    package static let refreshToken = "refresh_token"
    /// RFC 6749 §4.4.
    package static let clientCredentials = "client_credentials"
    /// OpenID4VCI 1.0 §6.1.
    package static let preAuthorizedCode = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
}
