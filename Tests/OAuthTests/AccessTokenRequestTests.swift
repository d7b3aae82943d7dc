import HTTPTypes
import OAuth
import TestSupport
import Testing
import WireFormats

@Suite("Access token request")
struct AccessTokenRequestTests {
    private let preAuthorized = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code"

    private func read(_ form: String) throws -> AccessTokenRequest {
        try AccessTokenRequest(form: Sample.form(form))
    }

    @Test("An authorization code is read with what belongs to it, unknown parameters ignored")
    func authorizationCode() throws {
        let whole = try read(
            "grant_type=authorization_code&code=a%2Bb&redirect_uri=https%3A%2F%2Fc.example%2Fcb&code_verifier=v&x=1")
        #expect(
            whole.grant
                == .authorizationCode(code: "a+b", redirectURI: "https://c.example/cb", codeVerifier: "v"))
        #expect(
            try read("grant_type=authorization_code&code=a").grant
                == .authorizationCode(code: "a", redirectURI: nil, codeVerifier: nil))
        #expect(throws: AccessTokenRequestRefusal.missing("code")) { try read("grant_type=authorization_code&code=") }
    }

    @Test("A refresh token is read, with scopes or without")
    func refreshToken() throws {
        #expect(
            try read("grant_type=refresh_token&refresh_token=r&scope=a+b").grant
                == .refreshToken("r", scopes: ["a", "b"]))
        #expect(try read("grant_type=refresh_token&refresh_token=r").grant == .refreshToken("r", scopes: []))
        #expect(throws: AccessTokenRequestRefusal.missing("refresh_token")) { try read("grant_type=refresh_token") }
        #expect(throws: AccessTokenRequestRefusal.scope) {
            try read("grant_type=refresh_token&refresh_token=r&scope=%22")
        }
    }

    @Test("A pre-authorized code is read, with a transaction code or without")
    func preAuthorizedCode() throws {
        #expect(
            try read(preAuthorized + "&pre-authorized_code=p&tx_code=493536").grant
                == .preAuthorizedCode(code: "p", txCode: "493536"))
        #expect(
            try read(preAuthorized + "&pre-authorized_code=p&tx_code=").grant
                == .preAuthorizedCode(code: "p", txCode: nil))
        #expect(throws: AccessTokenRequestRefusal.missing("pre-authorized_code")) { try read(preAuthorized) }
    }

    @Test("A client may ask for itself")
    func clientCredentials() throws {
        #expect(try read("grant_type=client_credentials&scope=a").grant == .clientCredentials(scopes: ["a"]))
        #expect(try read("grant_type=client_credentials").grant == .clientCredentials(scopes: []))
    }

    @Test(
        "Another grant type is refused",
        arguments: ["password", "implicit", "Authorization_code", "authorization_code%20", "%C3%A9"])
    func unsupported(type: String) {
        #expect(throws: AccessTokenRequestRefusal.unsupportedGrantType) { try read("grant_type=\(type)&code=a") }
        #expect(throws: AccessTokenRequestRefusal.missing("grant_type")) { try read("code=a") }
    }

    @Test("Every grant may be narrowed by authorization details and resources")
    func narrowing() throws {
        let details = FormParameters.percentEncode(
            "[{\"type\":\"openid_credential\",\"credential_configuration_id\":\"c\"}]")
        for form in [
            "grant_type=authorization_code&code=a", "grant_type=refresh_token&refresh_token=r",
            preAuthorized + "&pre-authorized_code=p", "grant_type=client_credentials",
        ] {
            let request = try read(form + "&authorization_details=\(details)&resource=urn:a&resource=urn:b")
            #expect(request.authorizationDetails?.entries.map(\.credentialConfigurationID) == ["c"])
            #expect(request.resources == ["urn:a", "urn:b"])
            #expect(throws: AccessTokenRequestRefusal.target) { try read(form + "&resource=a") }
            #expect(throws: AccessTokenRequestRefusal.authorizationDetails(.notJSONArray)) {
                try read(form + "&authorization_details=%7B%7D")
            }
        }
    }

    @Test("Every length is bounded")
    func lengths() throws {
        let long = String(repeating: "a", count: 2049)
        for (form, name) in [
            ("grant_type=authorization_code&code=" + long, "code"),
            ("grant_type=authorization_code&code=a&redirect_uri=" + long, "redirect_uri"),
            ("grant_type=authorization_code&code=a&code_verifier=" + long, "code_verifier"),
            (preAuthorized + "&pre-authorized_code=" + long, "pre-authorized_code"),
            (preAuthorized + "&pre-authorized_code=a&tx_code=" + long, "tx_code"),
            ("grant_type=refresh_token&refresh_token=" + long + long + long + long, "refresh_token"),
            ("grant_type=client_credentials&scope=" + long + long, "scope"),
        ] {
            #expect(throws: AccessTokenRequestRefusal.tooLong(name)) { try read(form) }
        }
    }

    @Test("What a wallet makes is read")
    func roundtrip() throws {
        let details = AuthorizationDetails([AuthorizationDetail(credentialConfigurationID: "c")])
        for grant in [
            .authorizationCode(code: "a&b", redirectURI: "https://c.example/cb", codeVerifier: "v"),
            .authorizationCode(code: "a", redirectURI: nil, codeVerifier: nil), .refreshToken("r", scopes: ["a", "b"]),
            .preAuthorizedCode(code: "p", txCode: "1"), .preAuthorizedCode(code: "p", txCode: nil),
            .clientCredentials(scopes: ["a"]), .clientCredentials(scopes: []),
        ] as [AccessTokenRequest.Grant] {
            let request = AccessTokenRequest(grant, authorizationDetails: details, resources: ["urn:a", "urn:b"])
            #expect(try read(request.form(client: [("client_id", "w")])) == request)
            #expect(request.form(client: [("client_id", "w")]).hasSuffix("&client_id=w"))
            #expect(try read(AccessTokenRequest(grant).form()) == AccessTokenRequest(grant))
        }
    }

    @Test("Each refusal has the code of its specification")
    func wire() {
        for (refusal, code) in [
            (.form(.form), "invalid_request"), (.missing("code"), "invalid_request"),
            (.tooLong("code"), "invalid_request"), (.unsupportedGrantType, "unsupported_grant_type"),
            (.scope, "invalid_scope"), (.target, "invalid_target"),
            (.authorizationDetails(.empty), "invalid_authorization_details"),
        ] as [(AccessTokenRequestRefusal, String)] {
            #expect(refusal.wire.code == code)
            #expect(refusal.wire.status == .badRequest)
            #expect(!refusal.reason.isEmpty)
        }
    }

    @Test("What is read of a changed request is written the same")
    func mutation() throws {
        let form = preAuthorized + "&pre-authorized_code=p&tx_code=1&resource=urn%3Aa&scope=a"
        for bytes in mutations(of: form.bytes, seed: 52, count: 1500) {
            guard let form = try? RequestForm(parsing: bytes), let request = try? AccessTokenRequest(form: form)
            else { continue }
            #expect(try read(request.form()) == request)
        }
    }
}

@Suite("Error response")
struct OAuthErrorResponseTests {
    @Test("What a server tells is read by its client")
    func roundtrip() {
        let refusal = WireRefusal(.badRequest, "use_dpop_nonce", "A nonce is needed.")
        let error = OAuthErrorResponse(parsing: refusal.response.body)
        #expect(error == OAuthErrorResponse(code: "use_dpop_nonce", description: "A nonce is needed."))
        #expect(error?.wantsDPoPNonce == true)
        #expect(OAuthErrorResponse(parsing: "{\"error\":\"a\"}".bytes) == OAuthErrorResponse(code: "a"))
    }

    @Test("It is made fit to be shown")
    func shown() {
        let error = OAuthErrorResponse(
            parsing: "{\"error\":\"a\\u001b\\\"b\",\"error_description\":\"\\r\\n\\u202ex\u{e9}y\"}".bytes)
        #expect(error == OAuthErrorResponse(code: "ab", description: "xy"))
        let long = String(repeating: "e", count: 1000)
        let cut = OAuthErrorResponse(parsing: "{\"error\":\"\(long)\",\"error_description\":\"\(long)\"}".bytes)
        #expect(cut?.code.utf8.count == 100)
        #expect(cut?.description?.utf8.count == 500)
    }

    @Test(
        "Anything else is none",
        arguments: ["", "[]", "{}", "{\"error\":1}", "{\"error\":\"\"}", "<html>", "{\"error\":\"é\"}"])
    func other(body: String) {
        #expect(OAuthErrorResponse(parsing: body.bytes) == nil)
    }
}
