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
        #expect(try parse(changed("jwks_uri", "https://a.example/jwks")) == metadata)
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
}
