import Crypto
import HTTPTypes
import JOSE
import OAuth
import Testing
import WebServer
import WireFormats

/// Dynamic client registration, RFC 7591, and its management, RFC 7592.
@Suite struct RegistrationTests {
    private static let metadata: JSONObject = [
        "redirect_uris": ["https://new.example.org/callback"], "client_name": "New",
        "grant_types": ["authorization_code", "client_credentials"], "scope": "openid card",
    ]
    private static let refused = ExpectedRefusal(
        401, "invalid_token", "The access token is missing, unknown or used up", challenge: .withError)

    private func send(
        _ provider: TestProvider, _ method: HTTPRequest.Method = .post,
        _ path: String = AuthorizationSite.Paths.register, _ json: JSONObject? = nil, token: String?
    ) async -> Reply {
        var headers: HTTPFields = [.contentType: "application/json"]
        headers[.authorization] = token.map { "Bearer " + $0 }
        return await provider.issuer.send(
            method, path, headers: headers, body: json.map { JSON.object($0).encoded() } ?? [])
    }

    private func register(_ provider: TestProvider, _ metadata: JSONObject, token: String?) async -> Reply {
        await send(provider, .post, AuthorizationSite.Paths.register, metadata, token: token)
    }

    private func invitation(_ provider: TestProvider, uses: Int64 = 1) async throws -> String {
        try await provider.issuer.manage(.post, "/client-invitations", ["uses": .integer(uses)])
            .string("initial_access_token")
    }

    private func registered(
        _ provider: TestProvider, _ more: KeyValuePairs<String, JSON> = [:]
    ) async throws -> (client: TestClient, token: String, path: String) {
        var metadata = Self.metadata
        for (name, value) in more { metadata[name] = value }
        let reply = await register(provider, metadata, token: try await invitation(provider))
        try #require(reply.status == 201, "\(reply.text)")
        return (
            TestClient(
                id: try reply.string("client_id"), redirectURI: "https://new.example.org/callback",
                authentication: .secret(try reply.string("client_secret"))),
            try reply.string("registration_access_token"),
            provider.path(of: try reply.string("registration_client_uri"))
        )
    }

    @Test("Who was invited registers a client, which people see as unverified")
    func registers() async throws {
        let provider = try await TestProvider()
        let reply = await register(provider, Self.metadata, token: try await invitation(provider))
        #expect(reply.status == 201)
        #expect(reply.headers[.cacheControl] == "no-store")
        for member in Self.metadata.members { #expect(try reply.json[member.name] == member.value) }
        #expect(try reply.json["client_secret_expires_at"] == 0)
        #expect(try reply.string("client_secret").utf8.count >= 43)
        let (client, _, _) = try await registered(provider)
        let browser = TestBrowser(provider)
        let draft = AuthorizationDraft(client)
        let consent = try await browser.logIn(await browser.open(draft))
        #expect(ShownPage(reply: consent).has("party-unverified"))
        let code = try #require(try ClientAnswer(await browser.allow(consent))["code"])
        #expect(try await provider.redemption(code, draft).send().status == 200)
    }

    @Test("An invitation is good as often as it says, for a week")
    func boundsInvitation() async throws {
        let provider = try await TestProvider()
        let token = try await invitation(provider, uses: 2)
        let old = try await invitation(provider)
        for _ in 0..<2 { #expect(await register(provider, Self.metadata, token: token).status == 201) }
        for bad in [token, nil, "c0ffee", provider.issuer.managementKey] {
            try expect(await register(provider, Self.metadata, token: bad), is: Self.refused)
        }
        provider.issuer.clock.advance(by: 7 * 86_400)
        try expect(await register(provider, Self.metadata, token: old), is: Self.refused)
    }

    @Test(
        "Bad metadata is refused and costs no use",
        arguments: [
            ("redirect_uris", [], "invalid_redirect_uri"), ("redirect_uris", nil, "invalid_redirect_uri"),
            ("redirect_uris", ["http://new.example.org/callback"], "invalid_redirect_uri"),
            ("redirect_uris", ["https://new.example.org/#x"], "invalid_redirect_uri"),
            ("redirect_uris", ["javascript:alert(1)"], "invalid_redirect_uri"),
            ("grant_types", ["implicit"], "invalid_client_metadata"),
            ("response_types", ["token"], "invalid_client_metadata"),
            ("token_endpoint_auth_method", "private_key_jwt", "invalid_client_metadata"),
            ("jwks", ["keys": [["kty": "oct", "k": "AAAA"]]], "invalid_client_metadata"),
            ("id_token_signed_response_alg", "none", "invalid_client_metadata"),
            ("sector_identifier_uri", "https://new.example.org/sector", "invalid_client_metadata"),
        ] as [(String, JSON?, String)])
    func refuses(_ name: String, _ value: JSON?, _ code: String) async throws {
        let provider = try await TestProvider()
        let token = try await invitation(provider)
        var metadata = Self.metadata
        metadata[name] = value
        let reply = await register(provider, metadata, token: token)
        #expect(reply.status == 400)
        #expect(try reply.string("error") == code)
        #expect(await register(provider, Self.metadata, token: token).status == 201)
    }

    @Test("A registration is read and changed by its own token")
    func manages() async throws {
        let provider = try await TestProvider()
        let (client, token, path) = try await registered(provider)
        let read = await send(provider, .get, path, token: token)
        #expect(try read.json["client_name"] == "New")
        #expect(try read.json["client_secret"] == nil)
        var metadata = Self.metadata
        metadata["client_name"] = "Newer"
        metadata["redirect_uris"] = ["https://newer.example.org/callback"]
        #expect(await send(provider, .put, path, metadata, token: token).status == 200)
        #expect(try await send(provider, .get, path, token: token).json["client_name"] == "Newer")
        #expect(try await provider.push(AuthorizationDraft(client)).send().status == 400)
        metadata["token_endpoint_auth_method"] = "none"
        let refused = await send(provider, .put, path, metadata, token: token)
        #expect(try refused.string("error") == "invalid_client_metadata")
        // A client cannot say of itself what only the operator says.
        metadata["token_endpoint_auth_method"] = nil
        metadata["vouchsafe_verified"] = true
        metadata["vouchsafe_resource"] = "https://api.example.org"
        let changed = await send(provider, .put, path, metadata, token: token)
        #expect(try changed.json["vouchsafe_verified"] == nil)
    }

    @Test("ID tokens are signed as the client registered, by RS256 where it did not say", arguments: [nil, "ES256"])
    func signs(_ algorithm: String?) async throws {
        let provider = try await TestProvider()
        let more: KeyValuePairs<String, JSON> =
            algorithm.map { ["id_token_signed_response_alg": .string($0)] } ?? [:]
        let (client, _, _) = try await registered(provider, more)
        let tokens = try await TestBrowser(provider).tokens(AuthorizationDraft(client))
        let token = try UnverifiedJWS(parsing: try #require(tokens.idToken), accepting: [.rs256, .es256])
        #expect(token.algorithm.rawValue == algorithm ?? "RS256")
        let keys = try await provider.publishedKeys().verificationKeys(
            keyID: token.header["kid"]?.string, algorithm: token.algorithm)
        #expect(try token.verify(with: try #require(keys.first)).claims().audiences == [client.id])
    }

    @Test("Who registers a key to encrypt to gets ID tokens and UserInfo that nobody else can read")
    func encrypts() async throws {
        let provider = try await TestProvider()
        let key = JWEPrivateKey.p256(P256.KeyAgreement.PrivateKey())
        var jwk = key.publicJWK
        for (name, value) in ["use": "enc", "alg": "ECDH-ES", "kid": "enc-1"] { jwk[name] = .string(value) }
        let (client, _, _) = try await registered(
            provider,
            [
                "jwks": ["keys": [.object(jwk)]], "id_token_encrypted_response_alg": "ECDH-ES",
                "id_token_encrypted_response_enc": "A256GCM", "userinfo_signed_response_alg": "ES256",
                "userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_enc": "A128CBC-HS256",
            ])
        let tokens = try await TestBrowser(provider).tokens(AuthorizationDraft(client))
        let told = try await provider.userInfo(tokens.access, as: client)
        #expect(told.headers[.contentType] == "application/jwt")
        for compact in [try #require(tokens.idToken), told.text] {
            let opened = try JWE.decrypt(
                compact, with: key, allowing: [.ecdhES], encryptions: [.a256GCM, .a128CBCHS256])
            let signed = String(decoding: opened.plaintext, as: UTF8.self)
            let claims = try UnverifiedJWS(parsing: signed, accepting: [.rs256, .es256])
            #expect(try JSON(parsing: claims.payload)["aud"] == .string(client.id))
        }
    }

    @Test("By another's token, or none, nobody reads, changes or removes a registration")
    func keepsOthersOut() async throws {
        let provider = try await TestProvider()
        let (_, token, path) = try await registered(provider)
        let (_, other, _) = try await registered(provider)
        for (method, body) in [(HTTPRequest.Method.get, nil), (.put, Self.metadata), (.delete, nil)] {
            for bad in [other, nil, "c0ffee", try await invitation(provider)] {
                try expect(await send(provider, method, path, body, token: bad), is: Self.refused)
            }
            let configured = AuthorizationSite.Paths.register + "/library"
            try expect(await send(provider, method, configured, body, token: token), is: Self.refused)
        }
        #expect(await send(provider, .get, path, token: token).status == 200)
    }

    @Test("With its client everything goes that it was given", arguments: [false, true])
    func removes(_ byOperator: Bool) async throws {
        let provider = try await TestProvider()
        let (client, token, path) = try await registered(provider)
        let tokens = try await TestBrowser(provider).tokens(AuthorizationDraft(client))
        #expect(try await provider.userInfo(tokens.access, as: client).status == 200)
        if byOperator {
            #expect(await provider.issuer.manage(.delete, "/clients/" + client.id).status == 204)
        } else {
            #expect(await send(provider, .delete, path, token: token).status == 204)
        }
        try expect(await send(provider, .get, path, token: token), is: Self.refused)
        #expect(try await provider.userInfo(tokens.access, as: client).status == 401)
        #expect(try await provider.push(AuthorizationDraft(client)).send().status == 401)
    }
}
