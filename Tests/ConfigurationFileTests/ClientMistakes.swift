/// One mistake each in the clients of the full configuration.
enum ClientMistakes {
    static let all: [Mistake] = [
        (
            "  - id: wallet\n    name", "  - name",
            "f:42: clients[0]: \"id\" is missing: what the client calls itself in requests, its client_id"
        ),
        (
            "id: wallet", "id: my wallet",
            "f:42: clients[0].id: an identifier is 1 to 128 ASCII characters without spaces"
        ),
        (
            "id: shop", "id: wallet",
            "f:55: clients[1].id: there is an entry for \"wallet\" already"
        ),
        (
            "name: Shop, ", "",
            "f:55: clients[1]: \"name\" is missing: what people are told that the client is called, as {en: …}"
        ),
        (
            "secret_file: shop-secret, ", "",
            """
            f:55: clients[1]: exactly one of "public: true", "secret_file", "keys", "jwks_uri" and "auth: \
            attest_jwt_client_auth" is expected
            """
        ),
        (
            "secret_file: shop-secret, ", "public: false, ",
            """
            f:55: clients[1]: exactly one of "public: true", "secret_file", "keys", "jwks_uri" and "auth: \
            attest_jwt_client_auth" is expected
            """
        ),
        (
            "secret_file: shop-secret, ", "secret_file: a, keys: b, ",
            """
            f:55: clients[1]: exactly one of "public: true", "secret_file", "keys", "jwks_uri" and "auth: \
            attest_jwt_client_auth" is expected
            """
        ),
        (
            "secret_file: shop-secret, ", "public: true, jwks_uri: \"https://a.example\", ",
            """
            f:55: clients[1]: exactly one of "public: true", "secret_file", "keys", "jwks_uri" and "auth: \
            attest_jwt_client_auth" is expected
            """
        ),
        (
            "auth: private_key_jwt", "auth: client_secret_basic",
            "f:56: clients[2].auth: client_secret_basic goes with secret_file"
        ),
        (
            "secret_file: shop-secret, ", "secret_file: a, auth: private_key_jwt, ",
            "f:55: clients[1].auth: private_key_jwt goes with keys or jwks_uri"
        ),
        (
            "auth: private_key_jwt", "auth: private_key",
            """
            f:56: clients[2].auth: one of client_secret_basic, private_key_jwt, attest_jwt_client_auth is expected; \
            did you mean "private_key_jwt"?
            """
        ),
        (
            "auth: attest_jwt_client_auth", "auth: attest_jwt",
            "f:58: clients[4].auth: one of client_secret_basic, private_key_jwt, attest_jwt_client_auth is expected"
        ),
        (
            "auth: private_key_jwt", "auth: attest_jwt_client_auth",
            "f:56: clients[2].keys: an attested client has its key from its attester; leave this out"
        ),
        (
            """
              trusted_attesters:
                - {issuer: "https://attester.example.org", keys: attester.json}
                - {issuer: "https://other.example.org", roots: attester.pem}

            """, "",
            "f:55: clients[4].auth: no attester is trusted; add authorization_server.trusted_attesters"
        ),
        (
            "\"https://port.example.org/jwks\"", "\"http://port.example.org/jwks\"",
            """
            f:57: clients[3].jwks_uri: an https address is expected, as https://example.org/… (http is for localhost \
            only)
            """
        ),
        (
            "    redirect_uris: [http://127.0.0.1/callback, \"org.example.wallet:/callback\"]\n", "",
            "f:42: clients[0]: \"redirect_uris\" is missing: where people are sent back to"
        ),
        (
            "[http://127.0.0.1/callback, \"org.example.wallet:/callback\"]", "[]",
            "f:45: clients[0].redirect_uris: the list is empty"
        ),
        (
            "http://127.0.0.1/callback, ", "http://127.0.0.2/callback, ",
            """
            f:45: clients[0].redirect_uris[0]: an address without fragment is expected: https, http to 127.0.0.1, \
            [::1] or localhost, or a scheme of the client's own with a dot in it, as org.example.app:/callback
            """
        ),
        (
            "http://127.0.0.1/callback, ", "https://a.example/#b, ",
            """
            f:45: clients[0].redirect_uris[0]: an address without fragment is expected: https, http to 127.0.0.1, \
            [::1] or localhost, or a scheme of the client's own with a dot in it, as org.example.app:/callback
            """
        ),
        (
            "http://127.0.0.1/callback, ", "\"https://*.example.org/\", ",
            """
            f:45: clients[0].redirect_uris[0]: an address without fragment is expected: https, http to 127.0.0.1, \
            [::1] or localhost, or a scheme of the client's own with a dot in it, as org.example.app:/callback
            """
        ),
        (
            "http://127.0.0.1/callback, ", "\"https://u@a.example/\", ",
            """
            f:45: clients[0].redirect_uris[0]: an address without fragment is expected: https, http to 127.0.0.1, \
            [::1] or localhost, or a scheme of the client's own with a dot in it, as org.example.app:/callback
            """
        ),
        (
            "\"org.example.wallet:/callback\"", "\"wallet:/callback\"",
            """
            f:45: clients[0].redirect_uris[1]: an address without fragment is expected: https, http to 127.0.0.1, \
            [::1] or localhost, or a scheme of the client's own with a dot in it, as org.example.app:/callback
            """
        ),
        (
            "\"org.example.wallet:/callback\"", "\"org.example.wallet:/call#back\"",
            """
            f:45: clients[0].redirect_uris[1]: an address without fragment is expected: https, http to 127.0.0.1, \
            [::1] or localhost, or a scheme of the client's own with a dot in it, as org.example.app:/callback
            """
        ),
        (
            "\"org.example.wallet:/callback\"", "http://127.0.0.1/callback",
            "f:45: clients[0].redirect_uris[1]: \"http://127.0.0.1/callback\" is written twice"
        ),
        (
            "[authorization_code, refresh_token]", "[authorization_code, refresh_tokens]",
            """
            f:46: clients[0].grants[1]: one of authorization_code, refresh_token, client_credentials, \
            urn:ietf:params:oauth:grant-type:pre-authorized_code is expected; did you mean "refresh_token"?
            """
        ),
        (
            "[authorization_code, refresh_token]", "[authorization_code, authorization_code]",
            "f:46: clients[0].grants[1]: \"authorization_code\" is written twice"
        ),
        (
            "[authorization_code, refresh_token]", "[authorization_code, client_credentials]",
            "f:46: clients[0].grants: a public client cannot have client_credentials: it has none"
        ),
        (
            "[authorization_code, refresh_token]", "[]",
            "f:46: clients[0].grants: the list is empty"
        ),
        (
            "dpop: true", "dpop: false",
            """
            f:46: clients[0].grants: a public client gets refresh tokens only if they are bound to a key; add "dpop: \
            true" or leave refresh_token out
            """
        ),
        (
            "scopes: [openid, profile, card]", "scopes: [a b]",
            "f:47: clients[0].scopes[0]: a scope is ASCII without spaces, quotation marks or backslashes"
        ),
        (
            "acr: urn:strong", "acr: urn:stron",
            "f:50: clients[0].acr: there is no such level in login.levels; did you mean \"urn:strong\"?"
        ),
        (
            "https://wallet.example.org/policy", "http://wallet.example.org/policy",
            """
            f:51: clients[0].policy_uri: an https address is expected, as https://example.org/… (http is for \
            localhost only)
            """
        ),
        (
            "https://wallet.example.org/terms", "wallet.example.org/terms",
            """
            f:52: clients[0].tos_uri: an https address is expected, as https://example.org/… (http is for localhost \
            only)
            """
        ),
        (
            "[https://wallet.example.org/]", "[ftp://wallet.example.org/]",
            """
            f:53: clients[0].post_logout_redirect_uris[0]: an address without fragment is expected: https, http to \
            127.0.0.1, [::1] or localhost, or a scheme of the client's own with a dot in it, as \
            org.example.app:/callback
            """
        ),
        (
            "https://wallet.example.org/logout", "https://wallet.example.org/logout#a",
            """
            f:54: clients[0].backchannel_logout_uri: an https address is expected, as https://example.org/… (http is \
            for localhost only), without fragment
            """
        ),
        (
            "verified: true", "verifed: true",
            "f:49: clients[0].verifed: there is no such setting; did you mean \"verified\"?"
        ),
        (
            "clients:\n", "clients: {}\nx:\n",
            """
            f:41: clients: a list is expected, as [first, second]
            f:42: x: there is no such setting
            """
        ),
        (
            "security_profile: none", "security_profile: fapi2",
            """
            f:44: clients[0].public: fapi2 takes no public clients; use keys, jwks_uri or attestation
            f:55: clients[1].secret_file: fapi2 takes no client secrets; use keys, jwks_uri or attestation
            """
        ),
        (
            "security_profile: none\n  code_lifetime: 30s\n  request_lifetime: 2m",
            "security_profile: fapi2\n  request_lifetime: 10m",
            """
            f:23: authorization_server.request_lifetime: must be less than 10m under fapi2
            f:43: clients[0].public: fapi2 takes no public clients; use keys, jwks_uri or attestation
            f:54: clients[1].secret_file: fapi2 takes no client secrets; use keys, jwks_uri or attestation
            """
        ),
    ]
}
