import ConfigurationFile
import Testing

@Suite("Roles of a process")
struct RoleTests {
    @Test(
        "A list of roles is read",
        arguments: [
            ("all", Set(ServerRole.allCases)), ("issuer", [.issuer]), ("issuer, portal", [.issuer, .portal]),
            ("authorization-server,issuer,portal", Set(ServerRole.allCases)),
            ("portal,all", Set(ServerRole.allCases)), ("issuer,issuer", [.issuer]),
        ] as [(String, Set<ServerRole>)])
    func list(text: String, roles: Set<ServerRole>) throws {
        #expect(try ServerRole.roles(text) == roles)
    }

    @Test(
        "What is no role is refused with what are",
        arguments: [
            (
                "isuer",
                """
                there is no role "isuer"; did you mean "issuer"?; roles are authorization-server, issuer, portal, or all
                """
            ),
            ("", "there is no role \"\"; roles are authorization-server, issuer, portal, or all"),
            ("issuer,,portal", "there is no role \"\"; roles are authorization-server, issuer, portal, or all"),
        ])
    func unknown(text: String, message: String) {
        #expect(throws: UnknownServerRole.self) { try ServerRole.roles(text) }
        do { _ = try ServerRole.roles(text) } catch { #expect(error.description == message) }
    }

    private func faults(_ yaml: String, _ roles: Set<ServerRole>) throws -> String {
        try parse(yaml).faults(for: roles)?.report(file: "f") ?? ""
    }

    private static let everything: Set<ServerRole> = [.authorizationServer, .issuer, .portal]

    @Test("A process with all roles needs nothing else")
    func all() throws {
        #expect(try faults(valid, Self.everything) == "")
        #expect(try faults(full, Self.everything) == "")
    }

    @Test("An issuer alone needs authorization servers")
    func issuerAlone() throws {
        #expect(
            try faults(valid, [.issuer]) == """
                f:1: authorization_servers: an issuer without the role authorization-server needs to know whose \
                tokens to take, as [{issuer: https://as.example.org}]
                """)
        #expect(try faults(valid + "authorization_servers: [{issuer: \"https://as.example.org\"}]\n", [.issuer]) == "")
    }

    @Test("An issuer needs credentials, and the other roles do not")
    func issuerWithoutCredentials() throws {
        let yaml = "issuer: {display: [{name: A, locale: en}]}\n"
        #expect(
            try faults(yaml, Self.everything) == "f:1: \"credentials\" is missing: what can be issued, by identifier")
        #expect(try faults(yaml, [.authorizationServer]) == "")
    }

    private static let client = """
        login: {methods: {passkey: {}}}
        clients:
          - {id: shop, name: Shop, secret_file: s, redirect_uris: ["https://shop.example.org/cb"]}

        """

    @Test("An authorization server alone needs issuers, unless its clients cannot ask for credentials")
    func authorizationServerAlone() throws {
        let fault = """
            authorization_server.credential_issuers: the client "shop" may ask for credentials, and this server is no \
            issuer: name the issuers, or give the client no scope of a credential
            """
        #expect(try faults(valid + Self.client, [.authorizationServer]) == "f:1: " + fault)
        #expect(
            try faults(valid + Self.client + "authorization_server: {}\n", [.authorizationServer]) == "f:31: " + fault)
        let issuers = "authorization_server: {credential_issuers: [https://issuer.example.org]}\n"
        #expect(try faults(valid + Self.client + issuers, [.authorizationServer]) == "")
        let connect = Self.client.split(separator: "id: shop,").joined(separator: "id: shop, scopes: [openid],")
        #expect(try faults(valid + connect, [.authorizationServer]) == "")
        #expect(try faults(valid, [.authorizationServer]) == "")
        let credential = Self.client.split(separator: "id: shop,").joined(separator: "id: shop, scopes: [student_id],")
        #expect(try faults(valid + credential, [.authorizationServer]) == "f:1: " + fault)
    }

    @Test("A portal apart needs its provider and its issuer")
    func portalAlone() throws {
        let provider = """
            portal.provider: a portal without the role authorization-server needs to know where people log in, as \
            https://as.example.org
            """
        let issuer =
            "portal.issuer: a portal without the role issuer needs to know who issues, as https://issuer.example.org"
        #expect(try faults(valid, [.portal]) == "f:1: \(provider)\nf:1: \(issuer)")
        #expect(try faults(valid, [.portal, .authorizationServer]) == "f:1: \(issuer)")
        #expect(try faults("portal: {}\n" + valid, [.portal, .authorizationServer]) == "f:1: \(issuer)")
        #expect(try faults(full, [.portal]) == "")
    }

    @Test("The server's own portal is no client of the file")
    func ownPortal() throws {
        let yaml = valid + Self.client.split(separator: "id: shop").joined(separator: "id: portal")
        #expect(
            try faults(yaml, Self.everything)
                == "f:29: clients: the client \"portal\" is this server's own portal; leave it out")
        #expect(try faults(yaml, [.authorizationServer, .issuer]) == "")
    }
}
