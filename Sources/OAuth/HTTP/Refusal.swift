package import HTTPTypes
package import JOSE
package import WireFormats

/// An error that a client is told about by a specified code.
package protocol Refusal: Error, Sendable {
    /// What goes over the wire.
    var wire: WireRefusal { get }
    /// What the operator reads in the timeline: names the fact, never holds personal data, tokens or codes.
    var reason: String { get }
}

/// An error response: RFC 6749 §5.2, RFC 6750 §3, RFC 9449 §7.1, OpenID4VCI 1.0 §8.3.1.
package struct WireRefusal: Sendable, Equatable {
    package let status: HTTPResponse.Status
    package let code: String
    /// ASCII without quotation marks and backslashes.
    package let description: String
    /// The authentication scheme and error of `WWW-Authenticate`.
    package let challenge: Challenge
    /// Sent beside the usual ones, such as `DPoP-Nonce`.
    package private(set) var headers: HTTPFields = [:]
    /// What the body says beside `error` and `error_description`.
    package private(set) var members: JSONObject = [:]

    package enum Challenge: Sendable, Equatable {
        case none
        /// RFC 6750 §3: no error code when no authentication was tried at all.
        case bearerWithoutError
        case bearer
        /// RFC 9449 §7.1, with the algorithms that a proof may be signed with.
        case dpopWithoutError(algorithms: [SignatureAlgorithm])
        case dpop(algorithms: [SignatureAlgorithm])
        /// RFC 9449 §7.2: either scheme is accepted, and neither was tried.
        case bearerOrDPoPWithoutError(algorithms: [SignatureAlgorithm])
        /// RFC 6749 §5.2: a client that tried to authenticate by the Authorization header, and failed.
        case basic
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

    /// A 400.
    init(_ code: String, _ description: String) {
        self.init(.badRequest, code, description)
    }

    /// The same refusal with one more header.
    package func with(_ name: HTTPField.Name, _ value: String) -> WireRefusal {
        var refusal = self
        refusal.headers[name] = value
        return refusal
    }

    /// The same refusal with one more member in its body.
    package func with(member name: String, _ value: JSON) -> WireRefusal {
        var refusal = self
        refusal.members[name] = value
        return refusal
    }

    package var response: EndpointResponse {
        var body: JSONObject = ["error": .string(code), "error_description": .string(description)]
        for member in members.members { body[member.name] = member.value }
        var response = EndpointResponse.privateJSON(.object(body), status: status)
        for field in headers { response.headers.append(field) }
        response.headers[values: .wwwAuthenticate] = challengeValues
        return response
    }

    private var challengeValues: [String] {
        let error = "error=\"\(code)\", error_description=\"\(description)\""
        return switch challenge {
        case .none: []
        case .bearerWithoutError: ["Bearer"]
        case .bearer: ["Bearer " + error]
        case .dpopWithoutError(let algorithms): ["DPoP " + Self.algorithmList(algorithms)]
        case .dpop(let algorithms): ["DPoP " + error + ", " + Self.algorithmList(algorithms)]
        case .bearerOrDPoPWithoutError(let algorithms): ["Bearer", "DPoP " + Self.algorithmList(algorithms)]
        case .basic: ["Basic realm=\"client\""]
        }
    }

    private static func algorithmList(_ algorithms: [SignatureAlgorithm]) -> String {
        "algs=\"" + algorithms.map(\.rawValue).joined(separator: " ") + "\""
    }
}
