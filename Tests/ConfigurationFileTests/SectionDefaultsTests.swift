import ConfigurationFile
import OAuth
import PersonAuthentication
import Testing

@Suite("Sections that are left out, or say little")
struct SectionDefaultsTests {
    @Test("A file without them has their defaults")
    func nothing() throws {
        let configuration = try parse(valid)
        #expect(configuration.trustedProxies.isEmpty)
        #expect(configuration.registrySource == .builtIn)
        #expect(configuration.clients.isEmpty)
        #expect(configuration.login == nil)
        #expect(configuration.mail == nil)
        #expect(configuration.sms == nil)
        #expect(configuration.authorizationServers.isEmpty)
        #expect(configuration.portal.provider == "https://issuer.example.org")
        #expect(configuration.portal.issuer == "https://issuer.example.org")
        #expect(configuration.portal.clientID == "portal")
        #expect(configuration.portal.starts.address == 300)
        #expect(configuration.portal.starts.window == .seconds(900))
        #expect(configuration.outgoing.isEmpty)
    }

    @Test("The authorization server's defaults", arguments: ["", "authorization_server: {}\n"])
    func authorizationServer(section: String) throws {
        let server = try parse(valid + section).authorizationServer
        #expect(server.profile == .none)
        #expect(server.codeLifetime == .seconds(60))
        #expect(server.requestLifetime == .seconds(90))
        #expect(server.loginTime == .seconds(600))
        #expect(server.sessionLifetime == .seconds(12 * 3600))
        #expect(server.sessionIdle == .seconds(3600))
        #expect(server.refreshTokenLifetime == .seconds(30 * 86400))
        #expect(server.tokenFormat == .opaque)
        #expect(server.dpopNonces == .offered)
        #expect(server.subject == .pairwise)
        #expect(server.resources.isEmpty && server.trustedAttesters.isEmpty)
        #expect(server.credentialIssuers.isEmpty && server.claims.isEmpty)
    }

    @Test("A session shorter than an hour is idle for as long as it lasts")
    func shortSession() throws {
        let server = try parse(valid + "authorization_server: {session: {lifetime: 10m}}\n").authorizationServer
        #expect(server.sessionIdle == .seconds(600))
    }

    @Test("A client has every scope, no level, and refresh tokens if it is confidential")
    func client() throws {
        let shop = try parse(full).clients[1]
        #expect(shop.name == LocalizedText("Shop"))
        #expect(shop.redirectURIs.map(\.text) == ["https://shop.example.org/cb?a=b"])
        #expect(shop.grants == [.authorizationCode, .refreshToken])
        #expect(shop.scopes == nil && shop.acr == nil)
        #expect(!shop.requiresDPoP && !shop.isVerified)
        #expect(shop.postLogoutRedirectURIs.isEmpty && shop.backchannelLogoutURI == nil)
        #expect(shop.policyURI == nil && shop.termsURI == nil)
    }

    @Test("A public client without DPoP gets no refresh tokens by default")
    func publicClient() throws {
        let yaml = fullChanged("grants: [authorization_code, refresh_token]\n    ", "")
        #expect(try parse(yaml).clients[0].grants == [.authorizationCode, .refreshToken])
        let without = yaml.split(separator: "    dpop: true\n").joined()
        #expect(try parse(without).clients[0].grants == [.authorizationCode])
    }

    @Test("Under FAPI 2.0 every client's tokens are bound to a key")
    func fapi() throws {
        let yaml =
            valid + """
                authorization_server: {security_profile: fapi2}
                login: {methods: {passkey: {}}}
                clients:
                  - {id: bank, name: Bank, keys: bank.json, redirect_uris: ["https://bank.example.org/cb"]}

                """
        #expect(try parse(yaml).clients[0].requiresDPoP)
    }

    @Test("Where no method asks for a username there need be none, and each method alone is the only level")
    func login() throws {
        let facts = "knowledge: {fields: {given_name: {}}}"
        let login = try #require(try parse(valid + "login: {methods: {passkey: {}, \(facts)}}\n").login)
        #expect(login.usernameFields.isEmpty)
        #expect(login.passwordColumn == nil && login.pinColumn == nil)
        #expect(login.methods == [.passkey, .knowledge])
        #expect(login.emailCode == nil && login.smsCode == nil)
        #expect(
            login.levels == [
                AuthenticationLevel(acr: "urn:vouchsafe:acr:basic", alternatives: [[.passkey], [.knowledge]])
            ])
        #expect(login.attempts.person == 10 && login.attempts.address == 100 && login.attempts.client == 1000)
        #expect(login.attempts.window == .seconds(900))
    }

    @Test("Usernames are in one field or several", arguments: ["given_name", "[given_name]", "[given_name, name]"])
    func usernames(fields: String) throws {
        let yaml = changed("    credits: integer\n", "    name: text\n")
        let login = try parse(yaml + "login: {username: {from: \(fields)}, methods: {pin: {}}}\n").login
        #expect(login?.knowledge.isEmpty == true)
        #expect(login?.usernameFields == (fields.contains(",") ? ["given_name", "name"] : ["given_name"]))
    }

    @Test("Numbers are typed as numbers")
    func numbers() throws {
        let login = try parse(valid + "login: {methods: {knowledge: {fields: {credits: {}}}}}\n").login
        #expect(login?.knowledge[0].input == .number)
    }

    @Test("The registry's identifier goes by its own name and as id, unless a field is called so")
    func identifier() throws {
        let servers = """
            authorization_servers:
              - {issuer: "https://a.example", subject: {field: number}}
              - {issuer: "https://b.example", subject: {field: id}}
              - {issuer: "https://c.example", subject: {}}

            """
        let named = changed("registry:\n", "registry:\n  id: number\n")
        #expect(
            try parse(named + servers).authorizationServers.map(\.subjectKey) == [
                .identifier, .identifier, .identifier,
            ])
        let both = named.split(separator: "    credits: integer\n").joined(separator: "    id: text\n")
        #expect(
            try parse(both + servers).authorizationServers.map(\.subjectKey) == [
                .identifier, .field("id"), .identifier,
            ])
    }

    @Test(
        "Mail has the port of its kind of encryption", arguments: [("starttls", 587), ("implicit", 465), ("none", 25)])
    func mailPort(tls: String, port: Int) throws {
        let mail = try parse(valid + "mail: {host: localhost, tls: \(tls), from: a@example.org}\n").mail
        #expect(mail?.port == port)
        #expect(mail?.login == nil && mail?.from.name == nil)
    }

    @Test("Mail is encrypted by STARTTLS")
    func mailEncryption() throws {
        #expect(try parse(valid + "mail: {host: smtp.example.org, from: a@example.org}\n").mail?.tls == .starttls)
    }

    @Test("Text messages can go to a file, and people can be with a service")
    func otherChoices() throws {
        let source = "registry:\n  source: {http: {url: \"http://[::1]:9000/kyc\", secret_file: kyc}}\n"
        let configuration = try parse(changed("registry:\n", source) + "sms: {file: sms.jsonl}\n")
        #expect(configuration.sms == .file("sms.jsonl"))
        #expect(configuration.registrySource == .http(url: "http://[::1]:9000/kyc", secretFile: "kyc"))
        #expect(try parse(changed("registry:\n", "registry:\n  source: built_in\n")).registrySource == .builtIn)
    }

    @Test("On this machine codes need neither mail nor text messages")
    func developmentCodes() throws {
        let login = """
            login: {username: {from: given_name}, methods: {email_code: {to: given_name}, sms_code: {to: given_name}}}

            """
        for url in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080/a"] {
            let configuration = try IssuerConfiguration(parsing: valid + login, publicURL: url)
            #expect(configuration.mail == nil && configuration.login?.methods == [.emailCode, .smsCode])
        }
    }
}
