import OAuth
import Testing
import WireFormats

/// `authorization_details`, RFC 9396 and OpenID4VCI 1.0 §5.1.1.
@Suite struct AuthorizationDetailsTests {
    @Test(
        "Details that are not understood, or of a credential that is not known, are refused",
        arguments: [
            "[]", "{}", "x", #"[{"type":"payment"}]"#, #"[{"type":"openid_credential"}]"#,
            #"[{"type":"openid_credential","credential_configuration_id":"passport"}]"#,
            #"""
            [{"type":"openid_credential","credential_configuration_id":"card","locations":["https://other.example"]}]
            """#,
        ])
    func refuses(_ details: String) async throws {
        let provider = try await TestProvider()
        let call = try provider.push(AuthorizationDraft(.library, scopes: [])).with("authorization_details", details)
        let reply = await call.send()
        #expect(reply.status == 400)
        #expect(try reply.string("error") == "invalid_authorization_details")
    }

    @Test("The token response says by which identifier to ask, and the credential is asked for by that alone")
    func givesIdentifiers() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.wallet, scopes: []).with {
            $0.authorizationDetails = AuthorizationDetails([AuthorizationDetail(credentialConfigurationID: "card")])
        }
        let tokens = try await TestBrowser(provider).tokens(draft)
        #expect(
            try tokens.reply.json["authorization_details"] == [
                [
                    "type": "openid_credential", "credential_configuration_id": "card",
                    "credential_identifiers": ["card"],
                ]
            ])
        let byConfiguration = try await provider.credentialCall(tokens.access, as: draft.client)
        try expect(
            try await byConfiguration.send(),
            is: .init(
                "invalid_credential_request", "Ask by a credential_identifier that the token response gave"))
        var unknown = try await provider.credentialCall(tokens.access, as: draft.client)
        unknown.members = ["credential_identifier": "diploma"]
        try expect(
            try await unknown.send(),
            is: .init("unknown_credential_identifier", "This issuer gave no such credential_identifier"))
        var call = try await provider.credentialCall(tokens.access, as: draft.client)
        call.members = ["credential_identifier": "card"]
        #expect(try await call.send().status == 200)
    }

    @Test("A token may be for a part of what was granted, but not for more")
    func narrows() async throws {
        let provider = try await TestProvider()
        let draft = AuthorizationDraft(.wallet, scopes: []).with {
            $0.authorizationDetails = AuthorizationDetails(
                ["card", "diploma"].map { AuthorizationDetail(credentialConfigurationID: $0) })
        }
        let code = try await TestBrowser(provider).code(draft)
        let more = try provider.redemption(code, draft).with(
            "authorization_details", #"[{"type":"openid_credential","credential_configuration_id":"passport"}]"#)
        #expect(try await more.send().string("error") == "invalid_authorization_details")
        let part = try provider.redemption(code, draft).with(
            "authorization_details", #"[{"type":"openid_credential","credential_configuration_id":"diploma"}]"#)
        let tokens = try GivenTokens(await part.send())
        var call = try await provider.credentialCall(tokens.access, as: draft.client)
        call.members = ["credential_identifier": "card"]
        #expect(try await call.send().string("error") == "unknown_credential_identifier")
        call = try await provider.credentialCall(tokens.access, as: draft.client)
        call.members = ["credential_identifier": "diploma"]
        #expect(try await call.send().status == 200)
    }
}
