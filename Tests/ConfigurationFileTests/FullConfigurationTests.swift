import ConfigurationFile
import OAuth
import PersonAuthentication
import Testing

@Suite("A configuration with every section")
struct FullConfigurationTests {
    @Test("It has no mistakes")
    func noMistakes() {
        #expect(report(full) == "")
    }

    @Test("Proxies and inside destinations are ranges, addresses, or hosts with ports")
    func addresses() throws {
        let configuration = try parse(full)
        #expect(configuration.trustedProxies.map(\.prefixLength) == [8, 8, 32])
        #expect(configuration.trustedProxies[2].address == [192, 0, 2, 7])
        #expect(
            configuration.outgoing == [
                .range(try #require(AddressRange("10.1.2.0/24"))), .host("localhost", port: 9000),
                .host("::1", port: 9001),
            ])
    }

    @Test("The authorization server's settings are read")
    func authorizationServer() throws {
        let server = try parse(full).authorizationServer
        #expect(server.profile == .none)
        #expect(server.codeLifetime == .seconds(30))
        #expect(server.requestLifetime == .seconds(120))
        #expect(server.loginTime == .seconds(300))
        #expect(server.sessionLifetime == .seconds(8 * 3600))
        #expect(server.sessionIdle == .seconds(1800))
        #expect(server.refreshTokenLifetime == .seconds(7 * 86400))
        #expect(server.tokenFormat == .jwt)
        #expect(server.dpopNonces == .required)
        #expect(server.subject == .public)
        #expect(server.resources.map(\.identifier) == ["https://api.example.org", "urn:example:api"])
        #expect(server.resources.map(\.tokenFormat) == [.opaque, .jwt])
        #expect(server.resources.map(\.subject) == [.registry, .pairwise])
        #expect(server.trustedAttesters.map(\.issuer) == ["https://attester.example.org", "https://other.example.org"])
        #expect(server.trustedAttesters.map(\.keys) == [.keys(file: "attester.json"), .roots(file: "attester.pem")])
        #expect(server.credentialIssuers == ["https://issuer.example.net"])
    }

    @Test("Claims are fields or objects of fields, called by their names if nothing else")
    func claims() throws {
        let claims = try parse(full).authorizationServer.claims
        #expect(claims.map(\.name) == ["given_name", "address"])
        #expect(claims[0].source == .field("given_name"))
        guard case .members(let members) = claims[1].source else {
            Issue.record("no members")
            return
        }
        #expect(members.map(\.name) == ["street_address"] && members.map(\.field) == ["street"])
        #expect(claims.map(\.scope) == ["profile", nil])
        #expect(
            claims[0].display.entries == [
                .init(language: "en", text: "Given name"), .init(language: "fr", text: "Prénom"),
            ])
        #expect(claims[1].display == LocalizedText("address"))
    }

    @Test("Everything about a client is read")
    func client() throws {
        let wallet = try parse(full).clients[0]
        #expect(wallet.id == "wallet")
        #expect(wallet.name.entries.map(\.text) == ["Wallet", "Portefeuille"])
        #expect(wallet.authentication == .public)
        #expect(wallet.redirectURIs.map(\.text) == ["http://127.0.0.1/callback", "org.example.wallet:/callback"])
        #expect(wallet.grants == [.authorizationCode, .refreshToken])
        #expect(wallet.scopes == ["openid", "profile", "card"])
        #expect(wallet.requiresDPoP && wallet.isVerified)
        #expect(wallet.acr == "urn:strong")
        #expect(wallet.policyURI == "https://wallet.example.org/policy")
        #expect(wallet.termsURI == "https://wallet.example.org/terms")
        #expect(wallet.postLogoutRedirectURIs.map(\.text) == ["https://wallet.example.org/"])
        #expect(wallet.backchannelLogoutURI == "https://wallet.example.org/logout")
    }

    @Test("Clients authenticate in one of five ways")
    func authentication() throws {
        let clients = try parse(full).clients
        #expect(clients.map(\.id) == ["wallet", "shop", "bank", "port", "phone"])
        #expect(
            clients.map(\.authentication) == [
                .public, .secret(file: "shop-secret"), .keys(file: "bank.json"),
                .keysAt("https://port.example.org/jwks"), .attestation,
            ])
    }

    @Test("The login's settings are read")
    func login() throws {
        let login = try #require(try parse(full).login)
        #expect(login.usernameFields.isEmpty)
        #expect(login.passwordColumn == "password" && login.pinColumn == "pin")
        #expect(login.methods == LoginMethod.allCases)
        #expect(login.emailCode?.field == "email" && login.emailCode?.lifetime == .seconds(300))
        #expect(login.smsCode?.field == "phone" && login.smsCode?.lifetime == .seconds(600))
        #expect(
            login.levels == [
                AuthenticationLevel(acr: "urn:basic", alternatives: [[.knowledge], [.password]]),
                AuthenticationLevel(acr: "urn:strong", alternatives: [[.password, .emailCode], [.passkey]]),
            ])
        #expect(login.attempts.person == 5 && login.attempts.address == 50 && login.attempts.client == 500)
        #expect(login.attempts.window == .seconds(3600))
    }

    @Test("Facts are normalized in one order, and have labels and inputs of their own or by their fields")
    func knowledge() throws {
        #expect(
            try parse(full).login?.knowledge == [
                KnowledgeField(
                    name: "given_name", label: ["en": "First name"], input: .text,
                    normalization: [.spaces, .letterCase, .accents, .punctuation]),
                KnowledgeField(
                    name: "birth_date", label: ["en": "Birth date"], input: .date, normalization: [.spaces]),
            ])
    }

    @Test("What is sent, where people are, whose tokens are taken and what the portal works with is read")
    func others() throws {
        let configuration = try parse(full)
        let mail = try #require(configuration.mail)
        #expect(mail.host == "smtp.example.org" && mail.port == 2525 && mail.tls == .implicit)
        #expect(mail.login?.username == "registry" && mail.login?.passwordFile == "mail-password")
        #expect(mail.from.name == "Registry Office" && mail.from.address == "no-reply@example.org")
        #expect(configuration.sms == .webhook(url: "https://sms.example.org/send", secretFile: "sms-secret"))
        guard case .sql(let source) = configuration.registrySource else {
            Issue.record("no SQL")
            return
        }
        #expect(source.file == "people.db" && source.person == "SELECT * FROM people WHERE id = $1")
        #expect(source.match == "SELECT id FROM people WHERE name = $1 AND born = $2")
        #expect(source.username == "SELECT id FROM people WHERE email = $1")
        let servers = configuration.authorizationServers
        #expect(servers.map(\.issuer) == ["https://as.example.org", "https://as.example.net/"])
        #expect(servers.map(\.tokens) == [.introspection(clientID: "issuer", secretFile: "as-secret"), .jwt])
        #expect(servers.map(\.subjectClaim) == ["sub", "email"])
        #expect(servers.map(\.subjectKey) == [.identifier, .field("email")])
        #expect(configuration.portal.provider == "https://as.example.org")
        #expect(configuration.portal.issuer == "https://issuer.example.net")
        #expect(configuration.portal.clientID == "gate")
        #expect(configuration.portal.starts.address == 20)
        #expect(configuration.portal.starts.window == .seconds(300))
    }
}
