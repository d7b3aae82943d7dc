package import HTTPTypes
import WireFormats

/// An error that a client is told about by a specified code.
package protocol Refusal: Error, Sendable {
    /// What goes over the wire.
    var wire: WireRefusal { get }
    /// What the operator reads in the timeline: names the fact, never holds personal data, tokens or codes.
    var reason: String { get }
}

/// An error response: RFC 6749 §5.2, RFC 6750 §3, OpenID4VCI 1.0 §8.3.1.
package struct WireRefusal: Sendable, Equatable {
    package let status: HTTPResponse.Status
    package let code: String
    /// ASCII without quotation marks and backslashes.
    package let description: String
    /// The authentication scheme and error of `WWW-Authenticate`.
    package let challenge: Challenge

    package enum Challenge: Sendable, Equatable {
        case none
        /// RFC 6750 §3: no error code when no authentication was tried at all.
        case bearerWithoutError
        case bearer
    }

    package init(
        _ status: HTTPResponse.Status = .badRequest, _ code: String, _ description: String,
        challenge: Challenge = .none
    ) {
        self.status = status
        self.code = code
        self.description = description
        self.challenge = challenge
    }

    package var response: EndpointResponse {
        var response = EndpointResponse.privateJSON(
            ["error": .string(code), "error_description": .string(description)], status: status)
        switch challenge {
        case .none: break
        case .bearerWithoutError: response.headers[.wwwAuthenticate] = "Bearer"
        case .bearer:
            response.headers[.wwwAuthenticate] = "Bearer error=\"\(code)\", error_description=\"\(description)\""
        }
        return response
    }
}
