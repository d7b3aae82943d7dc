import Foundation
import HTTPTypes
import OAuth
import TestSupport
import Testing
import WireFormats

/// Each test makes a valid request and takes one change.
@Suite("Authorization request")
struct AuthorizationRequestTests {
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    private static let parameters: [(String, String)] = [
        ("response_type", "code"), ("client_id", "s6BhdRkqt3"), ("redirect_uri", "https://client.example/cb?a=b"),
        ("scope", "openid profile"), ("state", "af0ifjsldkj&=é"), ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", challenge), ("code_challenge_method", "S256"), ("response_mode", "form_post"),
        ("prompt", "login consent"), ("max_age", "3600"), ("display", "popup"), ("ui_locales", "fr-CA en"),
        ("claims_locales", "de"), ("login_hint", "janedoe@example.com"), ("id_token_hint", "a.b.c"),
        ("acr_values", "urn:a urn:b"), ("claims", "{\"id_token\":{\"acr\":{\"essential\":true}}}"),
        (
            "authorization_details",
            "[{\"type\":\"openid_credential\",\"credential_configuration_id\":\"c\",\"x\":[1]}]"
        ), ("issuer_state", "i"), ("dpop_jkt", challenge), ("user_hint", "u"), ("wallet_issuer", "https://w.example"),
    ]

    private func form(_ change: (inout [(String, String)]) -> Void = { _ in }) -> String {
        var parameters = Self.parameters
        change(&parameters)
        return parameters.map { FormParameters.percentEncode($0.0) + "=" + FormParameters.percentEncode($0.1) }
            .joined(separator: "&")
    }

    private func request(_ name: String, _ value: String?) throws -> AuthorizationRequest {
        try parse(
            form { parameters in
                parameters.removeAll { $0.0 == name }
                if let value { parameters.append((name, value)) }
            })
    }

    private func parse(_ form: String) throws -> AuthorizationRequest {
        try AuthorizationRequest(AuthorizationParameters(form: Sample.form(form)))
    }

    private func refuses(
        _ refusal: AuthorizationRequestRefusal, _ name: String, _ value: String?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: refusal, sourceLocation: sourceLocation) { try request(name, value) }
    }

    @Test("Every parameter is read")
    func everything() throws {
        let request = try parse(form() + "&resource=https%3A%2F%2Frs.example&resource=urn:b&unknown=1")
        #expect(request.clientID == "s6BhdRkqt3")
        #expect(request.redirectURI == "https://client.example/cb?a=b")
        #expect(request.scopes == ["openid", "profile"])
        #expect(request.state == "af0ifjsldkj&=é")
        #expect(request.nonce == "n-0S6_WzA2Mj")
        #expect(request.codeChallenge?.text == Self.challenge)
        #expect(request.responseMode == .formPost)
        #expect(request.prompts == [.login, .consent])
        #expect(request.maxAge == .seconds(3600))
        #expect(request.display == .popup)
        #expect(request.uiLocales == ["fr-CA", "en"])
        #expect(request.claimsLocales == ["de"])
        #expect(request.loginHint == "janedoe@example.com")
        #expect(request.idTokenHint == "a.b.c")
        #expect(request.acrValues == ["urn:a", "urn:b"])
        #expect(request.claims == ClaimsRequest(idToken: [.init(name: "acr", isEssential: true)]))
        #expect(request.authorizationDetails?.entries.map(\.credentialConfigurationID) == ["c"])
        #expect(request.resources == ["https://rs.example", "urn:b"])
        #expect(request.issuerState == "i")
        #expect(request.dpopKeyThumbprint == Self.challenge)
        #expect(request.userHint == "u")
        #expect(request.walletIssuer == "https://w.example")
    }

    @Test("A request can be stored and comes back, as JSON and as a form")
    func roundtrip() throws {
        let request = try parse(form() + "&resource=https%3A%2F%2Frs.example&resource=urn:b")
        #expect(try AuthorizationRequest(json: request.json) == request)
        let stored = try JSON(parsing: JSON.object(request.json).encoded())
        #expect(try AuthorizationRequest(json: #require(stored.object)) == request)
        #expect(try parse(request.form) == request)
        let least = try parse("response_type=code&client_id=c")
        #expect(least == AuthorizationRequest(clientID: "c"))
        #expect(try AuthorizationRequest(json: least.json) == least)
        #expect(least.form == "response_type=code&client_id=c")
    }

    @Test("The address a browser is sent to has the request, or the reference to it, in its query")
    func addresses() throws {
        let request = AuthorizationRequest(clientID: "c d")
        #expect(
            request.url(at: "https://as.example/authorize")
                == "https://as.example/authorize?response_type=code&client_id=c%20d")
        #expect(
            AuthorizationRequest.url(at: "https://as.example/a?t=1", clientID: "c", requestURI: "urn:x:1")
                == "https://as.example/a?t=1&client_id=c&request_uri=urn%3Ax%3A1")
    }

    @Test("A client and a response type are needed", arguments: ["client_id", "response_type"])
    func missing(name: String) {
        refuses(.missing(name), name, nil)
        refuses(.missing(name), name, "")
    }

    @Test("Another response type than code is refused", arguments: ["token", "code id_token", "Code", "code ", "none"])
    func responseType(type: String) {
        refuses(.unsupportedResponseType, "response_type", type)
    }

    @Test("Another response mode is refused", arguments: ["fragment", "jwt", "QUERY", "form_post.jwt", "é"])
    func responseMode(mode: String) throws {
        refuses(.unsupportedResponseMode, "response_mode", mode)
        #expect(try request("response_mode", "query").responseMode == .query)
    }

    @Test("Prompt none stands alone, unknown prompts are ignored")
    func prompts() throws {
        refuses(.promptNoneWithOthers, "prompt", "none login")
        refuses(.promptNoneWithOthers, "prompt", "none x")
        #expect(try request("prompt", "none").prompts == [.none])
        #expect(try request("prompt", "select_account x create").prompts == [.selectAccount, .create])
    }

    @Test(
        "A maximum age is a number that is not negative", arguments: ["-1", "1.5", "1e3", " 1", "", "9999999999", "x"])
    func maxAge(text: String) throws {
        if text.isEmpty {
            #expect(try request("max_age", text).maxAge == nil)
        } else {
            refuses(.malformed("max_age"), "max_age", text)
        }
        #expect(try request("max_age", "0").maxAge == .zero)
    }

    @Test("Displays that are unknown are ignored")
    func display() throws {
        #expect(try request("display", "hologram").display == nil)
        #expect(try request("display", "wap").display == .wap)
    }

    @Test("A malformed scope is refused", arguments: ["a\"b", "é", "a\\b"])
    func scope(text: String) {
        refuses(.scope, "scope", text)
    }

    @Test("Code challenges other than S256 are refused")
    func codeChallenge() throws {
        refuses(.pkce(.plainMethod), "code_challenge_method", nil)
        refuses(.pkce(.plainMethod), "code_challenge_method", "plain")
        refuses(.pkce(.unsupportedMethod), "code_challenge_method", "S512")
        refuses(.pkce(.malformedChallenge), "code_challenge", "short")
        refuses(.pkce(.methodWithoutChallenge), "code_challenge", nil)
        let none = form { $0.removeAll { $0.0.hasPrefix("code_challenge") } }
        #expect(try parse(none).codeChallenge == nil)
    }

    @Test("Claims and authorization details that are malformed are refused")
    func structured() {
        refuses(.malformed("claims"), "claims", "{")
        refuses(.claims(.notJSONObject), "claims", "[]")
        refuses(.claims(.section), "claims", "{\"userinfo\":1}")
        refuses(.authorizationDetails(.notJSONArray), "authorization_details", "{")
        refuses(.authorizationDetails(.notJSONArray), "authorization_details", "{}")
        refuses(.authorizationDetails(.unsupportedType), "authorization_details", "[{\"type\":\"payment\"}]")
    }

    @Test(
        "A resource is an absolute URI without fragment",
        arguments: ["rs.example", "/rs", "https://rs.example/#f", "https:", "1https://rs.example", "https://r\u{e9}"])
    func resource(text: String) {
        #expect(throws: AuthorizationRequestRefusal.target) {
            try parse(form() + "&resource=" + FormParameters.percentEncode(text))
        }
        #expect(AuthorizationRequestRefusal.target.wire.code == "invalid_target")
    }

    @Test("The thumbprint of a DPoP key has 32 bytes", arguments: ["a", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c="])
    func thumbprint(text: String) {
        refuses(.malformed("dpop_jkt"), "dpop_jkt", text)
    }

    @Test(
        "Every length is bounded",
        arguments: [
            ("client_id", 512), ("redirect_uri", 2048), ("scope", 4096), ("state", 2048), ("nonce", 2048),
            ("ui_locales", 1024), ("claims_locales", 1024), ("login_hint", 2048), ("id_token_hint", 16_384),
            ("acr_values", 2048), ("claims", 16_384), ("authorization_details", 32_768), ("issuer_state", 2048),
            ("user_hint", 2048), ("wallet_issuer", 2048), ("prompt", 256), ("display", 64), ("code_challenge", 256),
        ])
    func lengths(name: String, maximum: Int) throws {
        if !["claims", "authorization_details", "code_challenge"].contains(name) {
            _ = try request(name, String(repeating: "a", count: maximum))
        }
        refuses(.tooLong(name), name, String(repeating: "a", count: maximum + 1))
    }

    @Test("A client identifier or a redirect URI of other characters is refused")
    func characters() {
        refuses(.malformed("client_id"), "client_id", "a\u{7}")
        refuses(.malformed("client_id"), "client_id", "é")
        refuses(.malformed("redirect_uri"), "redirect_uri", "https://client.example/\r\nX: y")
        refuses(.malformed("redirect_uri"), "redirect_uri", "https://client.example/é")
    }

    @Test("A request object, by value or by reference, is somewhere else")
    func place() throws {
        func place(_ more: String) throws -> AuthorizationParameters.Place {
            try AuthorizationParameters(form: Sample.form("client_id=c" + more)).place
        }
        #expect(try place("") == .here)
        #expect(try place("&request=a.b.c") == .requestObject("a.b.c"))
        #expect(try place("&request_uri=urn:x") == .reference("urn:x"))
        #expect(throws: AuthorizationRequestRefusal.requestAndRequestURI) { try place("&request=a&request_uri=b") }
        refuses(.nestedRequest, "request", "a.b.c")
        refuses(.nestedRequest, "request_uri", "urn:x")
    }

    @Test("Where an answer would go is known though the rest is malformed")
    func reply() throws {
        let parameters = AuthorizationParameters(
            form: try Sample.form(form { $0 = $0.filter { $0.0 != "response_type" } }))
        #expect(
            parameters.reply
                == AuthorizationReply(
                    clientID: "s6BhdRkqt3", redirectURI: "https://client.example/cb?a=b", state: "af0ifjsldkj&=é",
                    responseMode: .formPost))
        #expect(throws: AuthorizationRequestRefusal.missing("response_type")) {
            try AuthorizationRequest(parameters)
        }
        let long = AuthorizationParameters(
            form: try Sample.form("state=" + String(repeating: "a", count: 2049) + "&response_mode=x"))
        #expect(long.reply == AuthorizationReply())
    }

    @Test("A repeated parameter is refused, but the values that stand there once tell where the answer goes")
    func repeated() throws {
        let query = "client_id=c&redirect_uri=https%3A%2F%2Fc.example&state=1&state=2&scope=a"
        let get = EndpointRequest(method: .get, query: query[...])
        let rejection = #expect(throws: AuthorizationRequestRejection.self) { try AuthorizationParameters(in: get) }
        #expect(rejection?.refusal == .form(.repeatedParameter))
        #expect(rejection?.reply == AuthorizationReply(clientID: "c", redirectURI: "https://c.example"))
        let post = #expect(throws: AuthorizationRequestRejection.self) {
            try AuthorizationParameters(in: Sample.post(query))
        }
        #expect(post?.reply == rejection?.reply)
    }

    @Test("Parameters come by the query of a GET or the form of a POST, and not by anything else")
    func transport() throws {
        let query = "client_id=c&response_type=code"
        let get = try AuthorizationParameters(in: EndpointRequest(method: .get, query: query[...]))
        #expect(try AuthorizationRequest(get).clientID == "c")
        let post = try AuthorizationParameters(in: Sample.post(query, query: "client_id=other"))
        #expect(try AuthorizationRequest(post).clientID == "c")
        let json = EndpointRequest(
            method: .post, headers: [.contentType: "application/json"], body: Array("{}".utf8))
        let rejection = #expect(throws: AuthorizationRequestRejection.self) { try AuthorizationParameters(in: json) }
        #expect(rejection?.refusal == .form(.mediaType))
        #expect(rejection?.reply == AuthorizationReply())
    }

    @Test("Only what leaves client and redirect URI beyond doubt may be told at the redirect URI")
    func redirectable() {
        for refusal in [
            .missing("client_id"), .malformed("client_id"), .tooLong("client_id"), .malformed("redirect_uri"),
            .tooLong("redirect_uri"), .form(.form), .form(.mediaType), .requestURI,
        ] as [AuthorizationRequestRefusal] {
            #expect(!refusal.mayBeRedirected, "\(refusal)")
        }
        for refusal in [
            .missing("response_type"), .scope, .unsupportedResponseType, .form(.repeatedParameter), .pkce(.plainMethod),
            .requestNotSupported, .requestObject(.nested),
        ] as [AuthorizationRequestRefusal] {
            #expect(refusal.mayBeRedirected, "\(refusal)")
        }
    }

    @Test("Each refusal has the code of its specification")
    func codes() {
        let codes: [(AuthorizationRequestRefusal, String)] = [
            (.form(.form), "invalid_request"), (.missing("a"), "invalid_request"), (.tooLong("a"), "invalid_request"),
            (.malformed("a"), "invalid_request"), (.unsupportedResponseType, "unsupported_response_type"),
            (.unsupportedResponseMode, "invalid_request"), (.promptNoneWithOthers, "invalid_request"),
            (.scope, "invalid_scope"), (.claims(.tooMany), "invalid_request"),
            (.authorizationDetails(.empty), "invalid_authorization_details"), (.target, "invalid_target"),
            (.pkce(.missingChallenge), "invalid_request"), (.requestAndRequestURI, "invalid_request"),
            (.nestedRequest, "invalid_request"), (.requestObject(.otherClient), "invalid_request_object"),
            (.requestNotSupported, "request_not_supported"), (.requestURINotSupported, "request_uri_not_supported"),
            (.requestURI, "invalid_request_uri"),
        ]
        for (refusal, code) in codes {
            #expect(refusal.wire.code == code)
            #expect(!refusal.reason.isEmpty)
        }
    }

    @Test("No change of a request is more than refused, and what is read can be stored")
    func mutation() throws {
        for bytes in mutations(of: form().bytes, seed: 6749, count: 1500) {
            guard let form = try? RequestForm(parsing: bytes),
                let request = try? AuthorizationRequest(AuthorizationParameters(form: form))
            else { continue }
            #expect(try AuthorizationRequest(json: request.json) == request)
        }
    }
}

@Suite("Parameters as claims")
struct ParametersAsClaimsTests {
    private let claims: JSONObject = [
        "response_type": "code", "client_id": "c", "max_age": 86_400, "claims": ["userinfo": ["email": nil]],
        "resource": ["https://a.example", "urn:b"],
        "authorization_details": [["type": "openid_credential", "credential_configuration_id": "x"]],
    ]

    @Test("Numbers, objects and arrays are themselves")
    func values() throws {
        let request = try AuthorizationRequest(AuthorizationParameters(claims: claims))
        #expect(request.maxAge == .seconds(86_400))
        #expect(request.claims?.userinfo == [.init(name: "email")])
        #expect(request.resources == ["https://a.example", "urn:b"])
        #expect(request.authorizationDetails?.entries.count == 1)
        let one = claims.with("resource", "urn:b").with("max_age", "5")
        let other = try AuthorizationRequest(AuthorizationParameters(claims: one))
        #expect(other.resources == ["urn:b"])
        #expect(other.maxAge == .seconds(5))
    }

    @Test("Values of other types are refused")
    func types() {
        for (name, value, refusal) in [
            ("client_id", 1, .malformed("client_id")), ("state", ["a"], .malformed("state")),
            ("scope", ["a"], .malformed("scope")), ("max_age", -1, .malformed("max_age")),
            ("max_age", 1_000_000_000, .malformed("max_age")), ("max_age", true, .malformed("max_age")),
            ("resource", [1], .target), ("resource", 1, .target), ("claims", "{}", .claims(.notJSONObject)),
            ("authorization_details", "[]", .authorizationDetails(.notJSONArray)),
            ("authorization_details", [], .authorizationDetails(.empty)),
        ] as [(String, JSON, AuthorizationRequestRefusal)] {
            #expect(throws: refusal) {
                try AuthorizationRequest(AuthorizationParameters(claims: claims.with(name, value)))
            }
        }
    }
}
