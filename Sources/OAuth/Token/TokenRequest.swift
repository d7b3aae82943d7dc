import WireFormats

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

/// A token request, RFC 6749 §4 and OpenID4VCI 1.0 §6.1 (#token-request). Unknown parameters are ignored.
package enum TokenRequest: Sendable, Equatable {
    case preAuthorizedCode(code: String, txCode: String?)

    /// Why a body is no token request.
    package enum Malformation: Error, Equatable {
        case mediaType
        case form
        case repeatedParameter
        case missingGrantType
        case unsupportedGrantType
        case missingPreAuthorizedCode
    }

    package init(decoding request: EndpointRequest) throws(Malformation) {
        guard request.hasContentType("application/x-www-form-urlencoded") else { throw .mediaType }
        let form: FormParameters
        do throws(FormParameters.Malformation) {
            form = try FormParameters(parsing: request.body)
        } catch {
            throw error == .repeated ? .repeatedParameter : .form
        }
        guard let grantType = form["grant_type"] else { throw .missingGrantType }
        guard grantType == GrantType.preAuthorizedCode else { throw .unsupportedGrantType }
        guard let code = form["pre-authorized_code"] else { throw .missingPreAuthorizedCode }
        self = .preAuthorizedCode(code: code, txCode: form["tx_code"])
    }
}
