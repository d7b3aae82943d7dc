import HTTPTypes
import Testing
import WireFormats

/// Credential issuer metadata and authorization server metadata, OpenID4VCI 1.0 §12, RFC 8414.
@Suite struct IssuerMetadataTests {
    private static let target = "/.well-known/openid-credential-issuer"

    @Test("The metadata names the endpoints, the authorization server and every configuration")
    func tellsEverything() async throws {
        let issuer = try await TestIssuer()
        let reply = await issuer.send(.get, Self.target, headers: [.accept: "application/json"])
        #expect(reply.status == 200)
        var metadata = try reply.object()
        let configurations = try #require(metadata["credential_configurations_supported"]?.object)
        metadata["credential_configurations_supported"] = nil
        #expect(
            JSON.object(metadata) == [
                "credential_issuer": "https://issuer.example.org",
                "authorization_servers": ["https://issuer.example.org"],
                "credential_endpoint": "https://issuer.example.org/issuance/oid4vci/credential-request",
                "nonce_endpoint": "https://issuer.example.org/issuance/oid4vci/nonce",
                "batch_credential_issuance": ["batch_size": 3],
                "display": [
                    ["name": "Example University", "locale": "en"], ["name": "جامعة المثال", "locale": "ar"],
                ],
            ])
        #expect(configurations.names == ["card", "diploma", "record"])
        #expect(configurations["card"] == Self.card)
        #expect(configurations["diploma"] == Self.diploma)
        #expect(configurations["record"] == Self.record)
    }

    @Test("A batch size of one is not stated, as it means no batches")
    func leavesOutBatchSizeOfOne() async throws {
        let issuer = try await TestIssuer(TestConfiguration.standard.replacing("batch_size: 3", with: "batch_size: 1"))
        #expect(try await issuer.send(.get, Self.target).json["batch_credential_issuance"] == nil)
    }

    @Test("Without a wanted language all texts are there, and the answer says that it could differ")
    func givesAllLanguages() async throws {
        let issuer = try await TestIssuer()
        let reply = await issuer.send(.get, Self.target)
        #expect(
            reply.headers == [
                .contentType: "application/json", .cacheControl: "public, max-age=60",
                .eTag: reply.headers[.eTag] ?? "none", .accessControlAllowOrigin: "*", .vary: "Accept, Accept-Language",
            ])
        #expect(reply.headers[.eTag]?.hasPrefix("\"") == true)
    }

    @Test(
        "The wanted language is the only one where it is there",
        arguments: [
            ("ar", "ar", "بطاقة"), ("ar-EG, en;q=0.5", "ar", "بطاقة"), ("fr, en;q=0.1, ar;q=0.2", "ar", "بطاقة"),
            ("EN-gb", "en", "Card"),
        ])
    func negotiatesLanguage(_ wanted: String, _ given: String, _ name: String) async throws {
        let issuer = try await TestIssuer()
        let reply = await issuer.send(.get, Self.target, headers: [.acceptLanguage: wanted])
        #expect(reply.headers[.contentLanguage] == given)
        #expect(reply.headers[.vary] == "Accept, Accept-Language")
        let card = try reply.json["credential_configurations_supported"]?["card"]
        #expect(card?["credential_metadata"]?["display"]?.array?.map { $0["name"] } == [.string(name)])
        #expect(try reply.json["display"]?.array?.count == 1)
    }

    @Test(
        "A language that is not there, or any, gets all texts",
        arguments: ["fr", "*", "ar;q=0", "", ";;,,", String(repeating: "ar,", count: 1000)])
    func fallsBack(_ wanted: String) async throws {
        let issuer = try await TestIssuer()
        let reply = await issuer.send(.get, Self.target, headers: [.acceptLanguage: wanted])
        #expect(reply.headers[.contentLanguage] == nil)
        #expect(try reply.json["display"]?.array?.count == 2)
    }

    @Test("What a client has already is not sent again, and each language is a document of its own")
    func answersConditionally() async throws {
        let issuer = try await TestIssuer()
        let whole = await issuer.send(.get, Self.target)
        let tag = try #require(whole.headers[.eTag])
        let again = await issuer.send(.get, Self.target, headers: [.ifNoneMatch: tag])
        #expect(again.status == 304)
        #expect(again.body == [])
        #expect(again.headers[.eTag] == tag)
        #expect(again.headers[.contentType] == nil)
        #expect(again.headers[.vary] == "Accept, Accept-Language")
        let arabic = await issuer.send(.get, Self.target, headers: [.ifNoneMatch: tag, .acceptLanguage: "ar"])
        #expect(arabic.status == 200)
        #expect(arabic.headers[.eTag] != tag)
    }

    @Test(
        "A known document is recognised in a list, weakened, and by a star",
        arguments: ["\"a\", TAG", "W/TAG", "*", "W/\"a\",W/TAG"])
    func readsEntityTags(_ list: String) async throws {
        let issuer = try await TestIssuer()
        let tag = try #require(await issuer.send(.get, Self.target).headers[.eTag])
        let known = list.replacing("TAG", with: tag)
        #expect(await issuer.send(.get, Self.target, headers: [.ifNoneMatch: known]).status == 304)
        let other = list.replacing("TAG", with: "\"b\"")
        #expect(
            await issuer.send(.get, Self.target, headers: [.ifNoneMatch: other]).status == (list == "*" ? 304 : 200))
    }

    @Test(
        "An issuer with a path answers where the name is inserted and where it is appended",
        arguments: ["openid-credential-issuer", "oauth-authorization-server", "jwt-vc-issuer"])
    func answersAtBothPlacements(_ name: String) async throws {
        let issuer = try await TestIssuer(TestConfiguration.tenant)
        let inserted = await issuer.send(.get, "/.well-known/\(name)/tenant")
        #expect(inserted.status == 200)
        let member = name == "openid-credential-issuer" ? "credential_issuer" : "issuer"
        #expect(try inserted.json[member] == "https://issuer.example.org/tenant")
        #expect(await issuer.send(.get, "/tenant/.well-known/\(name)").body == inserted.body)
        #expect(await issuer.send(.get, "/.well-known/\(name)").status == 404)
        #expect(await issuer.send(.get, "/.well-known/\(name)/other").status == 404)
    }

    @Test("The authorization server tells its token endpoint and that wallets may stay anonymous")
    func describesAuthorizationServer() async throws {
        let issuer = try await TestIssuer(TestConfiguration.tenant)
        let reply = await issuer.send(.get, "/.well-known/oauth-authorization-server/tenant")
        #expect(
            try reply.json == [
                "issuer": "https://issuer.example.org/tenant",
                "token_endpoint": "https://issuer.example.org/tenant/auth/token-endpoint",
                "grant_types_supported": ["urn:ietf:params:oauth:grant-type:pre-authorized_code"],
                "token_endpoint_auth_methods_supported": ["none"],
                "dpop_signing_alg_values_supported": ["ES256", "ES384", "EdDSA", "PS256"],
                "pre-authorized_grant_anonymous_access_supported": true,
            ])
    }

    private static let keyBinding: JSONObject = [
        "credential_signing_alg_values_supported": ["ES256"],
        "cryptographic_binding_methods_supported": ["jwk", "did:jwk", "did:key"],
        "proof_types_supported": [
            "jwt": ["proof_signing_alg_values_supported": ["ES256", "ES384", "EdDSA"]]
        ],
    ]

    private static func bound(_ members: KeyValuePairs<String, JSON>) -> JSON {
        .object(JSONObject(members.map { ($0.key, $0.value) } + keyBinding.members.map { ($0.name, $0.value) }))
    }

    private static let card = bound([
        "format": "dc+sd-jwt", "vct": "https://issuer.example.org/vct/card", "scope": "card",
        "credential_metadata": [
            "display": [
                ["name": "Card", "locale": "en", "description": "A card."], ["name": "بطاقة", "locale": "ar"],
            ],
            "claims": [
                [
                    "path": ["given_name"], "mandatory": true,
                    "display": [["name": "Given name", "locale": "en"], ["name": "الاسم", "locale": "ar"]],
                ],
                ["path": ["family_name"], "mandatory": true], ["path": ["birth_date"], "mandatory": true],
                ["path": ["languages"]], ["path": ["languages", .null]],
                ["path": ["university"], "mandatory": true],
            ],
        ],
    ])

    private static let diploma = bound([
        "format": "jwt_vc_json", "scope": "diploma",
        "credential_definition": ["type": ["VerifiableCredential", "Diploma"]],
        "credential_metadata": ["claims": [["path": ["credentialSubject", "family_name"], "mandatory": true]]],
    ])

    private static let record = bound([
        "format": "jwt_vc_json-ld",
        "credential_definition": [
            "type": ["VerifiableCredential", "Record"], "@context": ["https://www.w3.org/ns/credentials/v2"],
            "credentialSubject": ["family_name": [:], "credits": [:]],
        ],
        "credential_metadata": [
            "claims": [
                ["path": ["credentialSubject", "family_name"], "mandatory": true],
                ["path": ["credentialSubject", "credits"], "mandatory": true],
            ]
        ],
    ])
}
