import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing
import WireFormats

@Suite("Redirect URI")
struct RedirectURITests {
    @Test(
        "https, http to this machine and schemes of a client's own may be registered",
        arguments: [
            "https://c.example/cb", "https://c.example", "https://c.example:8443/cb?a=b&c=%2F",
            "http://127.0.0.1/cb", "http://127.0.0.1:8080/cb", "http://[::1]:8080/cb", "http://localhost:8080/cb",
            "com.example.app:/cb", "com.example.app://cb",
        ])
    func acceptable(text: String) {
        #expect(RedirectURI(text)?.text == text)
        #expect(RedirectURI(text)?.admits(text) == true)
    }

    @Test(
        "Anything else may not",
        arguments: [
            "", "c.example/cb", "/cb", "https:", "https://", "https:///cb", "https://c.example/cb#f",
            "https://c.example/#",
            "https://user@c.example/cb", "https://user:pw@c.example/cb", "https://*.c.example/cb",
            "https://c.example/*", "http://c.example/cb", "http://127.0.0.1.evil.example/cb", "http://127.0.0.2/cb",
            "http://localhost.evil.example/cb", "javascript:alert(1)", "data:text/html,x", "myapp:/cb", "1a.b:/cb",
            "https://c.example/\r\nX: y", "https://c.example/é", "https://c.example/ cb", "https://c.example/a\\b",
            "https://c.example:x/cb", "https://c.example/%zz", "com.example.app:", "http://[::1]evil.example/cb",
            "http://[::1/cb", "http://::1]/cb", "http://a[::1]/cb",
        ])
    func unacceptable(text: String) {
        #expect(RedirectURI(text) == nil)
    }

    @Test("One of more than 2048 bytes may not")
    func length() {
        let stem = "https://c.example/"
        #expect(RedirectURI(stem + String(repeating: "a", count: 2048 - stem.utf8.count)) != nil)
        #expect(RedirectURI(stem + String(repeating: "a", count: 2049 - stem.utf8.count)) == nil)
    }

    @Test(
        "A request's address is the registered one to the byte",
        arguments: [
            "https://c.example/cb/", "https://c.example/CB", "https://C.example/cb", "https://c.example:443/cb",
            "https://c.example/cb?", "https://c.example/cb?a=b", "https://c.example/%63b", "https://c.example/./cb",
            "http://c.example/cb", "https://c.example/cb#f", "",
        ])
    func exact(requested: String) throws {
        #expect(try !#require(RedirectURI("https://c.example/cb")).admits(requested))
    }

    @Test("Only the port of a loopback address is free")
    func loopback() throws {
        let registered = try #require(RedirectURI("http://127.0.0.1/cb?a=b"))
        for port in ["", ":1", ":8080", ":65535"] { #expect(registered.admits("http://127.0.0.1\(port)/cb?a=b")) }
        for other in [
            "http://localhost/cb?a=b", "http://[::1]/cb?a=b", "https://127.0.0.1/cb?a=b", "http://127.0.0.1:80x/cb?a=b",
            "http://127.0.0.1:8080/cb", "http://127.0.0.1:8080/cb?a=c", "http://127.0.0.1:8080@evil.example/cb?a=b",
            "http://127.0.0.1:8080/cb?a=b#f", "http://127.0.0.1:8080.evil.example/cb?a=b",
        ] {
            #expect(!registered.admits(other), "\(other)")
        }
        #expect(try !#require(RedirectURI("http://[::1]/cb")).admits("http://[::1]evil.example/cb"))
    }
}

/// Each test makes valid metadata and takes one change.
@Suite("Client metadata")
struct ClientMetadataTests {
    private let keys: JSON = ["keys": [.object(Sample.key().publicKey.jwk.with("kid", "k"))]]

    /// Every member has a value.
    private var full: JSONObject {
        [
            "redirect_uris": ["https://c.example/cb", "http://127.0.0.1/cb"],
            "token_endpoint_auth_method": "private_key_jwt",
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"], "response_types": ["code"],
            "application_type": "web", "client_name": "Client", "client_name#de-CH": "Klient",
            "client_uri": "https://c.example", "logo_uri": "https://c.example/logo",
            "policy_uri": "https://c.example/p",
            "tos_uri": "https://c.example/t", "contacts": ["ops@c.example"], "scope": "openid profile", "jwks": keys,
            "subject_type": "pairwise", "sector_identifier_uri": "https://c.example/sector",
            "id_token_signed_response_alg": "ES256", "id_token_encrypted_response_alg": "ECDH-ES",
            "id_token_encrypted_response_enc": "A256GCM", "userinfo_signed_response_alg": "EdDSA",
            "userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_enc": "A128GCM",
            "introspection_signed_response_alg": "ES384", "request_object_signing_alg": "PS256",
            "token_endpoint_auth_signing_alg": "ES256", "default_max_age": 3600, "require_auth_time": true,
            "default_acr_values": ["urn:a"], "initiate_login_uri": "https://c.example/login",
            "request_uris": ["https://c.example/request.jwt#hash"],
            "post_logout_redirect_uris": ["https://c.example/out"],
            "backchannel_logout_uri": "https://c.example/logout", "backchannel_logout_session_required": true,
            "dpop_bound_access_tokens": true, "require_pushed_authorization_requests": true,
            "require_signed_request_object": true, "software_id": "s", "software_version": "1",
        ]
    }

    private func refuses(
        _ name: String, _ value: JSON?, in object: JSONObject? = nil, as blamed: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let refusal = #expect(throws: ClientMetadataRefusal.self, sourceLocation: sourceLocation) {
            try ClientMetadata(json: (object ?? full).with(name, value))
        }
        guard case .member(blamed ?? name, _) = refusal else {
            Issue.record("\(name): \(refusal as Any)", sourceLocation: sourceLocation)
            return
        }
        #expect(refusal?.wire.code == "invalid_client_metadata", sourceLocation: sourceLocation)
        #expect(refusal?.wire.status == .badRequest, sourceLocation: sourceLocation)
    }

    private func refusesRedirectURI(_ object: JSONObject, sourceLocation: SourceLocation = #_sourceLocation) {
        let refusal = #expect(throws: ClientMetadataRefusal.self, sourceLocation: sourceLocation) {
            try ClientMetadata(json: object)
        }
        #expect(refusal?.wire.code == "invalid_redirect_uri", sourceLocation: sourceLocation)
        #expect(refusal?.reason.isEmpty == false, sourceLocation: sourceLocation)
    }

    @Test("Every member is read and written again")
    func roundtrip() throws {
        let metadata = try ClientMetadata(json: full)
        #expect(metadata.json == full)
        #expect(try ClientMetadata(json: metadata.json) == metadata)
        #expect(metadata.name?.entries.map(\.language) == ["", "de-CH"])
        #expect(metadata.keys == .inline(keys))
        #expect(metadata.authenticationMethod == .privateKeyJWT)
        #expect(metadata.idTokenEncryption == .init(algorithm: "ECDH-ES", encryption: "A256GCM"))
        #expect(try ClientMetadata(json: full.with("x_unknown", 1)) == metadata)
    }

    @Test("What is not stated has the default of its specification")
    func defaults() throws {
        let metadata = try ClientMetadata(json: ["redirect_uris": ["https://c.example/cb"]])
        #expect(metadata.authenticationMethod == .clientSecretBasic)
        #expect(metadata.grantTypes == ["authorization_code"])
        #expect(metadata.responseTypes == ["code"])
        #expect(metadata.applicationType == .web)
        #expect(metadata.idTokenAlgorithm == .rs256)
        #expect(metadata.userInfoAlgorithm == nil)
        #expect(metadata.scope == nil)
        #expect(!metadata.bindsTokensByDPoP)
        let nulls = try ClientMetadata(
            json: ["redirect_uris": ["https://c.example/cb"], "client_uri": nil, "scope": nil, "default_max_age": nil])
        #expect(nulls == metadata)
        let encrypted = full.with("id_token_encrypted_response_enc", nil)
        #expect(try ClientMetadata(json: encrypted).idTokenEncryption?.encryption == "A128CBC-HS256")
    }

    @Test("The text without a language comes first, wherever it stands")
    func names() throws {
        let object: JSONObject = [
            "redirect_uris": ["https://c.example/cb"], "client_name#fr": "F", "client_name": "D",
        ]
        #expect(try ClientMetadata(json: object).name?.entries.map(\.text) == ["D", "F"])
        refuses("client_name", "")
        refuses("client_name", .string(String(repeating: "n", count: 201)))
        refuses("client_name#\u{e9}", "x", as: "client_name")
        refuses("client_name#" + String(repeating: "a", count: 36), "x", as: "client_name")
    }

    @Test("Redirect URIs are sound, there if they are needed, and a scheme of one's own is for native clients")
    func redirectURIs() throws {
        for uri in ["http://c.example/cb", "https://c.example/cb#f", "https://*.example/cb", "javascript:x"] {
            refusesRedirectURI(full.with("redirect_uris", [.string(uri)]))
            refusesRedirectURI(full.with("post_logout_redirect_uris", [.string(uri)]))
        }
        refusesRedirectURI(full.with("redirect_uris", nil))
        refusesRedirectURI(full.with("redirect_uris", []))
        refusesRedirectURI(full.with("redirect_uris", ["com.example.app:/cb"]))
        let native = full.with("redirect_uris", ["com.example.app:/cb"]).with("application_type", "native")
        #expect(try ClientMetadata(json: native).applicationType == .native)
        let machine: JSONObject = [
            "grant_types": ["client_credentials"], "token_endpoint_auth_method": "client_secret_basic",
        ]
        #expect(try ClientMetadata(json: machine).redirectURIs.isEmpty)
        refuses("redirect_uris", "https://c.example/cb")
        refuses("redirect_uris", [1])
    }

    @Test("Keys come by value or by address, public ones, and where they are needed")
    func keySets() throws {
        refuses("jwks_uri", "https://c.example/jwks", as: "jwks")
        refuses("jwks", ["keys": "x"])
        refuses("jwks", [])
        refuses("jwks", ["keys": [.object(Sample.key().publicKey.jwk.with("d", "AQ"))]])
        refuses("jwks", nil)
        let address = full.with("jwks", nil).with("jwks_uri", "https://c.example/jwks")
        #expect(try ClientMetadata(json: address).keys == .address("https://c.example/jwks"))
        #expect(try ClientMetadata(json: address).json["jwks_uri"] == "https://c.example/jwks")
        let basic = full.with("jwks", nil).with("token_endpoint_auth_method", "client_secret_basic")
        refuses("x", nil, in: basic, as: "jwks")
    }

    @Test("Grant types and response types fit each other and the client")
    func grants() throws {
        refuses("grant_types", [])
        refuses("grant_types", ["password", "authorization_code"])
        refuses("grant_types", ["implicit"])
        refuses("grant_types", ["client_credentials"], as: "response_types")
        refuses("grant_types", ["refresh_token"], in: full.with("response_types", nil))
        refuses("response_types", [])
        refuses("response_types", ["token"])
        refuses("response_types", ["code", "code id_token"])
        refuses(
            "grant_types", ["authorization_code", "client_credentials"],
            in: full.with("token_endpoint_auth_method", "none"))
        let wallet: JSONObject = [
            "grant_types": [.string(GrantType.preAuthorizedCode)], "token_endpoint_auth_method": "none",
        ]
        #expect(try ClientMetadata(json: wallet).responseTypes.isEmpty)
        #expect(try ClientMetadata(json: ClientMetadata(json: wallet).json) == ClientMetadata(json: wallet))
    }

    @Test(
        "Addresses are https",
        arguments: [
            "client_uri", "logo_uri", "policy_uri", "tos_uri", "sector_identifier_uri", "initiate_login_uri",
            "backchannel_logout_uri",
        ])
    func addresses(name: String) throws {
        for uri in ["http://c.example/", "c.example", "javascript:x", "https://c.example/#f", ""] {
            refuses(name, .string(uri))
        }
        refuses(name, 1)
        #expect(try ClientMetadata(json: full.with(name, "http://localhost:8080/x")).json[name] != nil)
    }

    @Test("Members of the wrong type, or that are not supported, are refused by name")
    func members() {
        for (name, value) in [
            ("token_endpoint_auth_method", "client_secret_jwt"), ("token_endpoint_auth_method", 1),
            ("application_type", "desktop"), ("subject_type", "private"), ("scope", ["openid"]), ("scope", "\u{e9}"),
            ("contacts", "ops@c.example"), ("contacts", [1]), ("default_acr_values", "urn:a"),
            ("default_max_age", "3600"), ("default_max_age", -1), ("require_auth_time", "true"),
            ("id_token_signed_response_alg", "none"), ("id_token_signed_response_alg", "HS256"),
            ("userinfo_signed_response_alg", "RS512"), ("request_object_signing_alg", "none"),
            ("token_endpoint_auth_signing_alg", "HS256"), ("introspection_signed_response_alg", 1),
            ("id_token_encrypted_response_alg", "RSA1_5"), ("userinfo_encrypted_response_alg", "dir"),
            ("backchannel_logout_session_required", 1), ("dpop_bound_access_tokens", "yes"),
            ("request_uris", ["http://c.example/r"]), ("request_uris", "https://c.example/r"), ("software_id", 1),
        ] as [(String, JSON)] {
            refuses(name, value)
        }
        refuses("id_token_encrypted_response_enc", "A192GCM", as: "id_token_encrypted_response_alg")
        refuses("id_token_encrypted_response_alg", nil)
        refuses("client_uri", .string("https://c.example/" + String(repeating: "a", count: 4096)))
        refuses("contacts", .array(Array(repeating: "a", count: 51)))
    }

    @Test("What is read of changed metadata is written the same, and its refusals can be sent")
    func mutation() throws {
        for bytes in mutations(of: JSON.object(full).encoded(), seed: 7591, count: 1500) {
            guard let object = (try? JSON(parsing: bytes))?.object else { continue }
            do throws(ClientMetadataRefusal) {
                let metadata = try ClientMetadata(json: object)
                #expect(try ClientMetadata(json: metadata.json) == metadata)
            } catch {
                #expect(error.wire.description.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            }
        }
    }
}
