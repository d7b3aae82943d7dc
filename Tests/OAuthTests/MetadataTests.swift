import OAuth
import Testing
import WireFormats

@Suite("Well-known addresses")
struct WellKnownTests {
    @Test(
        "The name goes between host and path, or behind the path",
        arguments: [
            ("https://a.example", "https://a.example/.well-known/n", "https://a.example/.well-known/n"),
            ("https://a.example/", "https://a.example/.well-known/n", "https://a.example/.well-known/n"),
            ("https://a.example/t", "https://a.example/.well-known/n/t", "https://a.example/t/.well-known/n"),
            ("https://a.example/t/", "https://a.example/.well-known/n/t/", "https://a.example/t/.well-known/n"),
            ("https://a.example/t/u", "https://a.example/.well-known/n/t/u", "https://a.example/t/u/.well-known/n"),
            (
                "https://a.example:8443/t", "https://a.example:8443/.well-known/n/t",
                "https://a.example:8443/t/.well-known/n"
            ),
            ("https://a.example:8443", "https://a.example:8443/.well-known/n", "https://a.example:8443/.well-known/n"),
            ("http://[::1]:80/é", "http://[::1]:80/.well-known/n/é", "http://[::1]:80/é/.well-known/n"),
        ])
    func placement(identifier: String, inserted: String, appended: String) {
        #expect(WellKnown.inserted("n", into: identifier) == inserted)
        #expect(WellKnown.appended("n", to: identifier) == appended)
    }

    @Test(
        "An identifier without authority, or with query or fragment, has none",
        arguments: [
            "", "a.example", "https://", "https:///t", "https:a", "https://a.example?x", "https://a.example/t#f",
        ])
    func none(identifier: String) {
        #expect(WellKnown.inserted("n", into: identifier) == nil)
        #expect(WellKnown.appended("n", to: identifier) == nil)
    }
}

@Suite("Authorization server metadata")
struct AuthorizationServerMetadataTests {
    private let metadata = AuthorizationServerMetadata(
        issuer: "https://a.example/t", tokenEndpoint: "https://a.example/token",
        grantTypes: [GrantType.preAuthorizedCode], allowsAnonymousPreAuthorizedGrant: true)

    private func parse(_ json: JSON) throws -> AuthorizationServerMetadata {
        try AuthorizationServerMetadata(parsing: json.encoded(), fetchedFor: "https://a.example/t")
    }

    private func changed(_ name: String, _ value: JSON?) -> JSON {
        var object = metadata.json.object ?? [:]
        object[name] = value
        return .object(object)
    }

    @Test("Metadata that is written reads back, unknown members ignored")
    func roundtrip() throws {
        #expect(try parse(metadata.json) == metadata)
        #expect(try parse(changed("x_unknown", "https://a.example/jwks")) == metadata)
        #expect(try parse(changed("jwks_uri", 1)) == metadata)
    }

    @Test("RFC 8414's default grant type stands where none is stated, and anonymous access is off")
    func defaults() throws {
        #expect(try parse(changed("grant_types_supported", nil)).grantTypes == ["authorization_code"])
        let silent = try parse(changed("pre-authorized_grant_anonymous_access_supported", nil))
        #expect(!silent.allowsAnonymousPreAuthorizedGrant)
    }

    @Test("What is no JSON object is refused", arguments: ["", "[]", "<html>"])
    func notJSONObject(body: String) {
        #expect(throws: AuthorizationServerMetadata.Malformation.notJSONObject) {
            try AuthorizationServerMetadata(parsing: Array(body.utf8), fetchedFor: "")
        }
    }

    @Test("A missing member is refused by name", arguments: ["issuer", "token_endpoint"])
    func missing(name: String) {
        #expect(throws: AuthorizationServerMetadata.Malformation.missing(name)) { try parse(changed(name, nil)) }
        #expect(throws: AuthorizationServerMetadata.Malformation.missing(name)) { try parse(changed(name, 1)) }
    }

    @Test(
        "Metadata of another issuer is refused, be it a slash or a letter's encoding",
        arguments: ["https://a.example/t/", "https://A.example/t", "https://a.example", "https://a.e\u{301}xample/t"])
    func otherIssuer(issuer: String) {
        #expect(throws: AuthorizationServerMetadata.Malformation.otherIssuer) {
            try parse(changed("issuer", .string(issuer)))
        }
    }

    /// Every member has another value.
    private var full: AuthorizationServerMetadata {
        var full = AuthorizationServerMetadata(
            issuer: "https://a.example/t", tokenEndpoint: "https://a.example/token",
            grantTypes: [GrantType.authorizationCode, GrantType.refreshToken],
            allowsAnonymousPreAuthorizedGrant: false)
        full.authorizationEndpoint = "https://a.example/authorize"
        full.pushedAuthorizationRequestEndpoint = "https://a.example/par"
        full.userInfoEndpoint = "https://a.example/userinfo"
        full.jwksURI = "https://a.example/jwks"
        full.registrationEndpoint = "https://a.example/register"
        full.introspectionEndpoint = "https://a.example/introspect"
        full.revocationEndpoint = "https://a.example/revoke"
        full.endSessionEndpoint = "https://a.example/logout"
        full.challengeEndpoint = "https://a.example/challenge"
        full.serviceDocumentation = "https://a.example/docs"
        full.policyURI = "https://a.example/policy"
        full.termsURI = "https://a.example/terms"
        fillLists(of: &full)
        full.requiresPushedAuthorizationRequests = true
        full.requiresSignedRequestObjects = true
        full.statesIssuerInResponses = true
        full.takesRequestObjects = true
        full.takesRequestURIs = true
        full.requiresRequestURIRegistration = true
        full.takesClaimsParameter = true
        full.logsOutByBackChannel = true
        full.namesSessionsInBackChannelLogout = true
        return full
    }

    private func fillLists(of metadata: inout AuthorizationServerMetadata) {
        let lists: [WritableKeyPath<AuthorizationServerMetadata, [String]>] = [
            \.scopes, \.responseTypes, \.responseModes, \.authorizationDetailsTypes, \.codeChallengeMethods,
            \.promptValues, \.displayValues, \.acrValues, \.uiLocales, \.claimsLocales, \.claims, \.claimTypes,
            \.subjectTypes, \.tokenEndpointAuthMethods, \.tokenEndpointAuthAlgorithms,
            \.introspectionEndpointAuthMethods, \.introspectionEndpointAuthAlgorithms,
            \.revocationEndpointAuthMethods, \.revocationEndpointAuthAlgorithms, \.clientAttestationAlgorithms,
            \.clientAttestationProofAlgorithms, \.dpopAlgorithms, \.requestObjectAlgorithms, \.idTokenAlgorithms,
            \.idTokenEncryptionAlgorithms, \.idTokenContentEncryptions, \.userInfoAlgorithms,
            \.userInfoEncryptionAlgorithms, \.userInfoContentEncryptions, \.introspectionAlgorithms,
        ]
        for (index, path) in lists.enumerated() { metadata[keyPath: path] = ["value \(index)", "b"] }
    }

    @Test("Everything that a full server states is written and read back")
    func everything() throws {
        #expect(try parse(full.json) == full)
        let object = try #require(full.json.object)
        #expect(object.members.count == 2 + 12 + 1 + 30 + 9 + 1)
        #expect(object["dpop_signing_alg_values_supported"]?.array?.count == 2)
        #expect(object["authorization_response_iss_parameter_supported"] == true)
        #expect(object["pushed_authorization_request_endpoint"] == "https://a.example/par")
        #expect(object["client_attestation_pop_signing_alg_values_supported"] != nil)
        #expect(object["challenge_endpoint"] == "https://a.example/challenge")
    }

    @Test("What is not there is not stated, but that request_uri is not taken, which would be believed otherwise")
    func sparse() throws {
        #expect(
            metadata.json.object?.names.sorted() == [
                "grant_types_supported", "issuer", "pre-authorized_grant_anonymous_access_supported", "token_endpoint",
                "token_endpoint_auth_methods_supported",
            ])
        var provider = metadata
        provider.authorizationEndpoint = "https://a.example/authorize"
        #expect(provider.json["request_uri_parameter_supported"] == false)
    }

    @Test("A server that does not say how clients authenticate means client_secret_basic")
    func defaultAuthentication() throws {
        let silent = try parse(changed("token_endpoint_auth_methods_supported", nil))
        #expect(silent.tokenEndpointAuthMethods == ["client_secret_basic"])
    }

    @Test("What is of the wrong type or too long counts as absent")
    func wrongTypes() throws {
        #expect(try parse(changed("scopes_supported", "openid")).scopes.isEmpty)
        #expect(try parse(changed("scopes_supported", ["openid", 1, ["a"]])).scopes == ["openid"])
        let long = JSON.string("https://a.example/" + String(repeating: "a", count: 2048))
        #expect(try parse(changed("jwks_uri", long)).jwksURI == nil)
        #expect(try !parse(changed("claims_parameter_supported", "true")).takesClaimsParameter)
        let many = JSON.array((0..<600).map { .string("s\($0)") })
        #expect(try parse(changed("scopes_supported", many)).scopes.count == 500)
    }
}
