import HTTPTypes
import OAuth
import Testing
import WireFormats

/// Each test makes a valid request and takes one change.
@Suite("Token request")
struct TokenRequestTests {
    private let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code"

    private func request(_ body: String, type: String? = "application/x-www-form-urlencoded") -> EndpointRequest {
        var headers: HTTPFields = [:]
        headers[.contentType] = type
        return EndpointRequest(method: .post, headers: headers, body: Array(body.utf8))
    }

    private func refuses(
        _ reason: TokenRequest.Malformation, _ request: EndpointRequest,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: reason, sourceLocation: sourceLocation) { try TokenRequest(decoding: request) }
    }

    @Test("A pre-authorized code is read, with a transaction code or without, unknown parameters ignored")
    func valid() throws {
        let body = grant + "&pre-authorized_code=SplxlOBeZQQYbYS6WxSbIA"
        let code = "SplxlOBeZQQYbYS6WxSbIA"
        #expect(try TokenRequest(decoding: request(body)) == .preAuthorizedCode(code: code, txCode: nil))
        #expect(
            try TokenRequest(decoding: request(body + "&tx_code=493536&client_id=w&x=y"))
                == .preAuthorizedCode(code: code, txCode: "493536"))
        #expect(
            try TokenRequest(
                decoding: request(body + "&tx_code=", type: "Application/X-WWW-Form-URLEncoded; charset=utf-8"))
                == .preAuthorizedCode(code: code, txCode: nil))
    }

    @Test(
        "A body of another media type, or of none, is refused", arguments: [nil, "application/json", "text/plain", ""])
    func mediaType(type: String?) {
        refuses(.mediaType, request(grant + "&pre-authorized_code=a", type: type))
    }

    @Test("A body that is no form is refused", arguments: ["&a=%", "&a=%FF", "&x=%zz"])
    func form(more: String) {
        refuses(.form, request(grant + "&pre-authorized_code=a" + more))
    }

    @Test("A body of too many parameters is refused")
    func tooMany() {
        refuses(.form, request((0...64).map { "p\($0)=1" }.joined(separator: "&")))
    }

    @Test(
        "A repeated parameter is refused, known or not",
        arguments: ["pre-authorized_code=a", "x=1&x=2", "tx_code&tx_code=1"])
    func repeatedParameter(more: String) {
        refuses(.repeatedParameter, request(grant + "&pre-authorized_code=a&" + more))
        refuses(.repeatedParameter, request(grant + "&" + grant + "&pre-authorized_code=a"))
    }

    @Test(
        "A missing grant type is refused",
        arguments: ["", "pre-authorized_code=a", "grant_type=&pre-authorized_code=a", "grant-type=x"])
    func missingGrantType(body: String) {
        refuses(.missingGrantType, request(body))
    }

    @Test(
        "Another grant type is refused",
        arguments: [
            "authorization_code", "password", "pre-authorized_code",
            "URN:ietf:params:oauth:grant-type:pre-authorized_code",
        ])
    func unsupportedGrantType(type: String) {
        refuses(.unsupportedGrantType, request("grant_type=\(type)&pre-authorized_code=a"))
    }

    @Test(
        "A missing or empty code is refused",
        arguments: ["", "&pre-authorized_code=", "&code=a", "&pre-authorized_code"])
    func missingPreAuthorizedCode(more: String) {
        refuses(.missingPreAuthorizedCode, request(grant + more))
    }
}

@Suite("Media type of a request")
struct MediaTypeTests {
    @Test(
        "The type counts, not its case, its parameters or the space before them",
        arguments: [
            "application/json", "Application/JSON", "application/json;charset=utf-8", "application/json ; a=b",
            "application/json\t;", "application/json;",
        ])
    func matching(value: String) {
        let request = EndpointRequest(method: .post, headers: [.contentType: value])
        #expect(request.hasContentType("application/json"))
    }

    @Test(
        "Anything else does not match",
        arguments: [
            "", "application/jsonp", "application/jso", "application/json, text/plain", "text/json",
            "application/ld+json",
            "application", ";application/json", "\"application/json\"", "applicatioN\u{0}json", "application\u{F}json",
            "application/json x",
        ])
    func other(value: String) {
        let request = EndpointRequest(method: .post, headers: [.contentType: value])
        #expect(!request.hasContentType("application/json"))
        #expect(!EndpointRequest(method: .post).hasContentType("application/json"))
    }

    @Test("Two media types are none")
    func repeated() {
        var headers: HTTPFields = [:]
        headers[values: .contentType] = ["application/json", "application/json"]
        #expect(!EndpointRequest(method: .post, headers: headers).hasContentType("application/json"))
    }
}
