/// What a test may want different in an OpenID Provider.
struct ProviderSettings: Sendable {
    var publicURL = "https://issuer.example.org"
    /// `none` or `fapi2`.
    var profile = "none"
    /// `offered` or `required`.
    var dpopNonces = "offered"
    var tokenFormat = "opaque"
    var attempts = "{person: 3, address: 6, client: 1000, window: 15m}"
    /// In place of the clients that there are without `fapi2`.
    var clients: String?
    /// Lines of `authorization_server.claims`.
    var claims = ""
    /// Lines of `login.methods`.
    var methods = ""
    /// What the weaker level takes.
    var basicLevel = "[knowledge, password, sms_code]"

    /// Whether there is the section `sharing`.
    var sharesData = false

    /// Weakest first.
    static let basic = "urn:example:basic"
    static let strong = "urn:example:strong"

    var yaml: String {
        """
        server: {public_url: \(publicURL)}
        issuer: {display: [{name: Example University, locale: en}]}
        registry:
          id: id
          list_separator: ";"
          fields:
            given_name: {type: text, required: true}
            family_name: {type: text, required: true}
            birth_date: {type: date, required: true}
            student_number: {type: text, required: true}
            email: text
            phone: text
        offers: {lifetime: 10m, tx_code: {length: 6}}
        tokens: {lifetime: 4m}
        nonces: {lifetime: 2m}
        authorization_server:
          security_profile: \(profile)
          dpop_nonces: \(dpopNonces)
          token_format: \(tokenFormat)
          resources:
            - {identifier: "https://api.example.org", token_format: jwt, subject: pairwise}
          trusted_attesters:
            - {issuer: "https://attester.example.org", keys: attester.json}
          claims:
            given_name: {from: given_name, scope: profile, display: {en: Given name}}
            family_name: {from: family_name, scope: profile, display: {en: Family name}}
            birthdate: {from: birth_date, scope: profile, display: {en: Date of birth}}
            email: {from: email, scope: email, display: {en: E-mail address}}
            student_number: {from: student_number, display: {en: Student number}}
        \(claims)
        clients:
        \(clients ?? (profile == "fapi2" ? Self.strictClients : Self.standardClients))
        login:
          username: {from: email}
          methods:
            knowledge:
              fields:
                student_number: {normalize: [letter_case, punctuation]}
                family_name: {normalize: [letter_case, accents, punctuation]}
                birth_date: {input: date}
            password: {}
            pin: {}
            sms_code: {to: phone}
        \(methods)
          levels:
            - {acr: "\(Self.basic)", any: \(basicLevel)}
            - {acr: "\(Self.strong)", any: [[knowledge, pin], [password, sms_code]]}
          attempts: \(attempts)
        sms: {file: sms.jsonl}
        \(sharesData ? "sharing: {}" : "")
        credentials:
          card:
            format: dc+sd-jwt
            type: card
            scope: card
            validity: 30d
            display: [{name: Card, locale: en}]
            claims:
              given_name: {from: given_name, type: text, disclosable: true, required: true}
          diploma:
            format: jwt_vc_json
            type: Diploma
            scope: diploma
            validity: 30d
            claims:
              family_name: {from: family_name, type: text, required: true}
        """
    }

    private static let standardClients = """
          - id: wallet
            name: {en: Pocket}
            public: true
            redirect_uris: ["http://127.0.0.1/callback"]
            dpop: true
            verified: true
          - id: app
            name: {en: App without a key}
            public: true
            redirect_uris: ["https://app.example.org/callback"]
          - id: library
            name: {en: Library}
            secret_file: library-secret
            redirect_uris: ["https://library.example.org/callback"]
            grants: [authorization_code, refresh_token, client_credentials]
            post_logout_redirect_uris: ["https://library.example.org/bye"]
            backchannel_logout_uri: https://library.example.org/logged-out
          - id: narrow
            name: {en: Narrow}
            secret_file: library-secret
            redirect_uris: ["https://narrow.example.org/callback"]
            grants: [authorization_code, client_credentials]
            scopes: [openid, profile]
          - id: vault
            name: {en: Vault}
            secret_file: library-secret
            redirect_uris: ["https://vault.example.org/callback"]
            acr: "\(strong)"
          - id: bank
            name: {en: Bank}
            keys: bank.json
            redirect_uris: ["https://bank.example.org/callback"]
            grants: [authorization_code, refresh_token, client_credentials]
          - id: known-wallet
            name: {en: Known wallet}
            auth: attest_jwt_client_auth
            redirect_uris: ["https://known.example.org/callback"]
          - id: https://api.example.org
            name: {en: Service}
            secret_file: library-secret
            grants: [client_credentials]
        """

    private static let strictClients = """
          - id: bank
            name: {en: Bank}
            keys: bank.json
            redirect_uris: ["https://bank.example.org/callback"]
            grants: [authorization_code, refresh_token, client_credentials]
          - id: known-wallet
            name: {en: Known wallet}
            auth: attest_jwt_client_auth
            redirect_uris: ["https://known.example.org/callback"]
        """
}

/// Somebody in the test registry.
struct TestPerson: Sendable {
    let id: String
    let givenName: String
    let familyName: String
    let birthDate: String
    let studentNumber: String
    let email: String
    let phone: String

    static let zubeida = TestPerson(
        id: "p-1", givenName: "Zubeida", familyName: "Ångström-Quine", birthDate: "1999-02-03",
        studentNumber: "S-1001", email: "zubeida@example.org", phone: "+46700000001")
    static let ulrich = TestPerson(
        id: "p-2", givenName: "Ulrich", familyName: "Vandersloot", birthDate: "2001-12-31", studentNumber: "S-1002",
        email: "ulrich@example.org", phone: "+46700000002")
    static let all = [zubeida, ulrich]

    /// Set by ``TestProvider/setSecrets()``.
    static let password = "correct horse battery"
    static let pin = "481536"

    static var csv: String {
        "id,given_name,family_name,birth_date,student_number,email,phone\n"
            + all.map { person in
                [
                    person.id, person.givenName, person.familyName, person.birthDate, person.studentNumber,
                    person.email, person.phone,
                ].joined(separator: ",") + "\n"
            }.joined()
    }

    /// What the knowledge check asks.
    var facts: [(name: String, value: String)] {
        [
            ("fact_student_number", studentNumber), ("fact_family_name", familyName), ("fact_birth_date", birthDate),
        ]
    }
}
