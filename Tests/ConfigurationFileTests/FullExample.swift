/// A valid configuration with every setting of the authorization server's side. Lines matter: tests name them.
let full = """
    server:
      public_url: https://issuer.example.org
      trusted_proxies: [10.0.0.0/8, "fd00::/8", 192.0.2.7]
    issuer: {display: [{name: Northmere, locale: en}]}
    registry:
      fields:
        given_name: {type: text, required: true}
        birth_date: date
        credits: integer
        honours: boolean
        portrait: image
        email: text
        phone: text
        street: text
      source:
        sql:
          file: people.db
          person: SELECT * FROM people WHERE id = $1
          match: SELECT id FROM people WHERE name = $1 AND born = $2
          username: SELECT id FROM people WHERE email = $1
    authorization_server:
      security_profile: none
      code_lifetime: 30s
      request_lifetime: 2m
      login_time: 5m
      session: {lifetime: 8h, idle: 30m}
      refresh_token_lifetime: 7d
      token_format: jwt
      dpop_nonces: required
      subject: public
      resources:
        - {identifier: "https://api.example.org", token_format: opaque, subject: registry}
        - {identifier: "urn:example:api"}
      trusted_attesters:
        - {issuer: "https://attester.example.org", keys: attester.json}
        - {issuer: "https://other.example.org", roots: attester.pem}
      credential_issuers: [https://issuer.example.net]
      claims:
        given_name: {from: given_name, scope: profile, display: {en: Given name, fr: Prénom}}
        address: {from: {street_address: street}}
    clients:
      - id: wallet
        name: {en: Wallet, fr: Portefeuille}
        public: true
        redirect_uris: [http://127.0.0.1/callback, "org.example.wallet:/callback"]
        grants: [authorization_code, refresh_token]
        scopes: [openid, profile, card]
        dpop: true
        verified: true
        acr: urn:strong
        policy_uri: https://wallet.example.org/policy
        tos_uri: https://wallet.example.org/terms
        post_logout_redirect_uris: [https://wallet.example.org/]
        backchannel_logout_uri: https://wallet.example.org/logout
      - {id: shop, name: Shop, secret_file: shop-secret, redirect_uris: "https://shop.example.org/cb?a=b"}
      - {id: bank, name: Bank, keys: bank.json, auth: private_key_jwt, grants: client_credentials}
      - {id: port, name: Port, jwks_uri: "https://port.example.org/jwks", redirect_uris: ["http://localhost:8080/cb"]}
      - {id: phone, name: Phone, auth: attest_jwt_client_auth, redirect_uris: ["https://phone.example.org/cb"]}
    login:
      password: {from: password}
      pin: {from: pin}
      methods:
        knowledge:
          fields:
            given_name: {label: {en: First name}, normalize: [punctuation, accents, letter_case]}
            birth_date: {}
        password: {}
        pin: {}
        email_code: {to: email, lifetime: 5m}
        sms_code: {to: phone}
        passkey: {}
      levels:
        - {acr: "urn:basic", any: [knowledge, password]}
        - {acr: "urn:strong", any: [[password, email_code], passkey]}
      attempts: {person: 5, address: 50, client: 500, window: 1h}
    mail:
      host: smtp.example.org
      port: 2525
      tls: implicit
      username: registry
      password_file: mail-password
      from: "Registry Office <no-reply@example.org>"
    sms: {webhook: {url: "https://sms.example.org/send", secret_file: sms-secret}}
    authorization_servers:
      - {issuer: "https://as.example.org", tokens: introspection, client_id: issuer, secret_file: as-secret}
      - {issuer: "https://as.example.net/", subject: {claim: email, field: email}}
    portal: {provider: "https://as.example.org", issuer: "https://issuer.example.net", client_id: gate, starts: {address: 20, window: 5m}}
    outgoing: {allow: [10.1.2.0/24, "localhost:9000", "[::1]:9001"]}
    credentials:
      card: {format: dc+sd-jwt, type: card, scope: card, validity: 1d, claims: {name: {from: given_name, type: text}}}

    """

/// The full configuration with a part replaced. The part must be there.
func fullChanged(_ part: String, _ replacement: String) -> String {
    let pieces = full.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
    precondition(pieces.count > 1, "not in the sample: \(part)")
    return pieces[0] + replacement + pieces[1]
}
