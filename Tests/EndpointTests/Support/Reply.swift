import HTTPTypes
import OAuth
import Testing
import WireFormats

/// What a client was answered.
struct Reply {
    let status: Int
    let headers: HTTPFields
    let body: [UInt8]

    init(_ response: EndpointResponse) {
        (status, headers, body) = (response.status.code, response.headers, response.body)
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: JSON {
        get throws { try JSON(parsing: body, limits: JSONLimits(depth: 32, values: 100_000)) }
    }

    func object(_ location: SourceLocation = #_sourceLocation) throws -> JSONObject {
        try #require(try json.object, sourceLocation: location)
    }

    func string(_ member: String, _ location: SourceLocation = #_sourceLocation) throws -> String {
        try #require(try json[member]?.string, "no \(member) in \(text)", sourceLocation: location)
    }
}

/// An error response as a client sees it, to the last header.
struct ExpectedRefusal: Sendable {
    enum Challenge: Sendable {
        case none
        /// RFC 6750 §3: no error code if no authentication was tried.
        case bare
        /// The same where bound tokens are taken too, RFC 9449 §7.1.
        case bareOfBoth
        case withError
        /// The same after an attempt by the scheme DPoP.
        case withErrorOfDPoP
        /// RFC 6749 §5.2: the client tried to authenticate by the header.
        case basic
    }

    let status: Int
    let code: String
    let description: String
    let challenge: Challenge

    init(_ status: Int, _ code: String, _ description: String, challenge: Challenge = .none) {
        (self.status, self.code, self.description, self.challenge) = (status, code, description, challenge)
    }

    init(_ code: String, _ description: String, challenge: Challenge = .none) {
        self.init(400, code, description, challenge: challenge)
    }

    var headers: HTTPFields {
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        switch challenge {
        case .none: break
        case .bare: headers[.wwwAuthenticate] = "Bearer"
        case .bareOfBoth: headers[values: .wwwAuthenticate] = ["Bearer", "DPoP " + Self.algorithms]
        case .withError: headers[.wwwAuthenticate] = "Bearer " + error
        case .withErrorOfDPoP: headers[.wwwAuthenticate] = "DPoP " + error + ", " + Self.algorithms
        case .basic: headers[.wwwAuthenticate] = "Basic realm=\"client\""
        }
        return headers
    }

    private var error: String { "error=\"\(code)\", error_description=\"\(description)\"" }
    private static let algorithms = "algs=\"ES256 ES384 EdDSA PS256\""
}

func expect(
    _ reply: Reply, is expected: ExpectedRefusal, allow: String? = nil,
    _ location: SourceLocation = #_sourceLocation
) throws {
    var headers = expected.headers
    headers[.allow] = allow
    #expect(reply.status == expected.status, "\(reply.text)", sourceLocation: location)
    #expect(reply.headers == headers, sourceLocation: location)
    #expect(
        try reply.json == ["error": .string(expected.code), "error_description": .string(expected.description)],
        sourceLocation: location)
    // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E.
    #expect(
        expected.description.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C },
        sourceLocation: location)
}
