import HTTPTypes
package import JOSE

/// An access token as a request presents it: by the Authorization header with scheme Bearer (RFC 6750 §2.1) or DPoP
/// (RFC 9449 §7.1), or, where that is accepted, in a form body (RFC 6750 §2.2).
package struct AccessTokenPresentation: Sendable, Equatable {
    package static let maximumBytes = 16_384

    package let text: String
    package let scheme: Scheme

    package enum Scheme: Sendable, Equatable {
        case bearer
        case dpop
    }

    /// How a request failed to present a token.
    package enum Malformation: Error, Equatable {
        case missing
        case inQuery
        case repeatedHeader
        /// Both in the header and in the body.
        case severalMethods
        case otherScheme
        case malformed
        /// The body is no form, though it says so.
        case malformedBody
    }

    /// - Parameter acceptsBody: whether `access_token` in a form body counts, as UserInfo lets it (OpenID Connect Core
    ///   §5.3.1).
    package init(in request: EndpointRequest, acceptsBody: Bool = false) throws(Malformation) {
        // RFC 6750 §2.3, RFC 9700 §4.3.2: tokens in addresses end up in logs and histories.
        guard !BearerToken.queryNamesToken(request.query) else { throw .inQuery }
        let bodyToken = acceptsBody ? try Self.bodyToken(of: request) : nil
        let values = request.headers[values: .authorization]
        guard values.count <= 1 else { throw .repeatedHeader }
        switch (values.first, bodyToken) {
        case (nil, nil): throw .missing
        case (_?, _?): throw .severalMethods
        case (nil, let token?):
            guard BearerToken.isToken(token[...]), token.utf8.count <= Self.maximumBytes else {
                throw .malformed
            }
            (text, scheme) = (token, .bearer)
        case (let value?, nil): (text, scheme) = try Self.headerToken(value)
        }
    }

    private static func headerToken(_ value: String) throws(Malformation) -> (String, Scheme) {
        let parts = value.split(separator: " ", maxSplits: 1)
        let scheme: Scheme
        switch parts.first?.lowercased() {
        case "bearer": scheme = .bearer
        case "dpop": scheme = .dpop
        default: throw .otherScheme
        }
        guard parts.count == 2, parts[1].utf8.count <= maximumBytes, BearerToken.isToken(parts[1]) else {
            throw .malformed
        }
        return (String(parts[1]), scheme)
    }

    private static func bodyToken(of request: EndpointRequest) throws(Malformation) -> String? {
        guard request.method == .post, request.hasContentType("application/x-www-form-urlencoded") else { return nil }
        do throws(RequestForm.Malformation) {
            return try RequestForm(parsing: request.body)["access_token"]
        } catch {
            throw .malformedBody
        }
    }
}

extension AccessTokenPresentation.Malformation {
    /// RFC 6750 §3.1 and RFC 9449 §7.1.
    ///
    /// - Parameter dpopAlgorithms: what proofs may be signed with; empty if there is no DPoP here.
    package func wire(dpopAlgorithms: [SignatureAlgorithm]) -> WireRefusal {
        let bare: WireRefusal.Challenge =
            dpopAlgorithms.isEmpty ? .bearerWithoutError : .bearerOrDPoPWithoutError(algorithms: dpopAlgorithms)
        switch self {
        case .missing, .otherScheme:
            return WireRefusal(.unauthorized, "invalid_token", "An access token is needed", challenge: bare)
        case .inQuery:
            return WireRefusal(
                .badRequest, "invalid_request", "Send the access token in the Authorization header", challenge: .bearer)
        case .repeatedHeader, .severalMethods:
            return WireRefusal(
                .badRequest, "invalid_request", "Send the access token in one way only", challenge: .bearer)
        case .malformed:
            return WireRefusal(
                .badRequest, "invalid_request", "The access token is malformed", challenge: .bearer)
        case .malformedBody:
            return WireRefusal(.badRequest, "invalid_request", "The form is malformed", challenge: .bearer)
        }
    }

    package var reason: String {
        switch self {
        case .missing: "no access token"
        case .inQuery: "access token in the query"
        case .repeatedHeader: "several Authorization headers"
        case .severalMethods: "access token in header and body"
        case .otherScheme: "Authorization header of another scheme"
        case .malformed: "malformed access token"
        case .malformedBody: "malformed form"
        }
    }
}
