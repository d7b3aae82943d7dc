import ConfigurationFile
import Testing

@Suite("Mistakes in the sections of the authorization server's side")
struct SectionFaultTests {
    @Test(
        "A mistake about the server, its addresses and its sources is told",
        arguments: ProviderMistakes.inServer + ProviderMistakes.inRegistrySource
            + ProviderMistakes.inAuthorizationServer)
    func provider(mistake: Mistake) {
        #expect(report(fullChanged(mistake.part, mistake.replacement)) == mistake.report)
    }

    @Test("A mistake about a client is told", arguments: ClientMistakes.all)
    func client(mistake: Mistake) {
        #expect(report(fullChanged(mistake.part, mistake.replacement)) == mistake.report)
    }

    @Test("A mistake about the login is told", arguments: LoginMistakes.all)
    func login(mistake: Mistake) {
        #expect(report(fullChanged(mistake.part, mistake.replacement)) == mistake.report)
    }

    @Test("A mistake about mail, messages, other servers and the portal is told", arguments: ServiceMistakes.all)
    func service(mistake: Mistake) {
        #expect(report(fullChanged(mistake.part, mistake.replacement)) == mistake.report)
    }

    @Test(
        "The source of the people is one of three",
        arguments: [
            (
                "source: sql",
                "f:4: registry.source: one of built_in, {sql: …} and {http: …} is expected"
            ),
            ("source: {}", "f:4: registry.source: exactly one of \"sql\" and \"http\" is expected"),
            (
                "source: {http: {url: \"http://kyc.example.org\", secret_file: a}}",
                """
                f:4: registry.source.http.url: an https address without query, fragment and final slash is expected, \
                as https://kyc.example.org (http is for localhost only)
                """
            ),
            (
                "source: {http: {url: \"https://kyc.example.org/\", secret_file: a}}",
                """
                f:4: registry.source.http.url: an https address without query, fragment and final slash is expected, \
                as https://kyc.example.org (http is for localhost only)
                """
            ),
            (
                "source: {http: {url: \"https://kyc.example.org\"}}",
                """
                f:4: registry.source.http: "secret_file" is missing: the file with the secret that requests are \
                authenticated with
                """
            ),
            (
                "source: {http: {secret_file: a}}",
                "f:4: registry.source.http: \"url\" is missing: the service that is asked"
            ),
        ])
    func source(setting: String, message: String) {
        #expect(report(changed("registry:\n", "registry:\n  \(setting)\n")) == message)
    }

    @Test("Other sources than the built-in find people by themselves")
    func usernameOfSource() {
        let login = "login: {username: {from: given_name}, methods: {pin: {}}}\n"
        let http = "registry:\n  source: {http: {url: \"https://kyc.example.org\", secret_file: a}}\n"
        #expect(
            report(changed("registry:\n", http) + login)
                == "f:29: login.username: the registry's source finds people by itself; leave this out")
        let sql =
            "registry:\n  source: {sql: {file: a, person: SELECT a = $1, username: SELECT a = $1}}\n"
        #expect(
            report(changed("registry:\n", sql) + login)
                == "f:29: login.username: people are found by registry.source.sql.username; leave this out")
        #expect(report(changed("registry:\n", sql) + "login: {methods: {pin: {}}}\n") == "")
        #expect(
            report(changed("registry:\n", sql)) == """
                f:4: registry.source.sql.username: nothing asks this: no method in login.methods needs it
                """)
    }

    @Test("Where nobody can log in, no client has authorization codes")
    func noLogin() {
        let client = "{id: a, name: A, secret_file: s, redirect_uris: \"https://a.example/\""
        #expect(
            report(valid + "clients: [\(client)}]\n") == """
                f:28: clients[0]: people cannot log in for authorization_code: the file has no "login"
                """)
        #expect(
            report(valid + "clients: [\(client), grants: [authorization_code]}]\n") == """
                f:28: clients[0].grants: people cannot log in for authorization_code: the file has no "login"
                """)
        #expect(report(valid + "clients: [\(client), grants: client_credentials}]\n") == "")
    }

    @Test("A client's scopes are those of the file's claims and credentials, unless there are others' credentials")
    func scopes() {
        let client = "clients: [{id: a, name: A, secret_file: s, grants: client_credentials, scopes: [student_di]}]\n"
        let fault = "no credential and no claim has the scope \"student_di\"; did you mean \"student_id\"?"
        #expect(report(valid + client) == "f:28: clients[0].scopes: " + fault)
        let claims = "authorization_server: {claims: {a: {from: given_name, scope: student_di}}}\n"
        #expect(report(valid + client + claims) == "")
        #expect(report(valid + client + "authorization_server: {credential_issuers: [https://a.example]}\n") == "")
        #expect(report(valid + client + "authorization_server: {resources: [{identifier: https://a.example}]}\n") == "")
    }

    @Test("FAPI 2.0 does without what is not bound to a key")
    func fapi() {
        let yaml =
            valid + """
                authorization_server: {security_profile: fapi2}
                clients: [{id: a, name: A, keys: s, grants: client_credentials, dpop: false}]

                """
        #expect(report(yaml) == "f:29: clients[0].dpop: fapi2 binds every token to a key; leave it out")
    }

    @Test("A level that the clients name is looked for among the defaults too")
    func defaultLevel() {
        let client =
            "clients: [{id: a, name: A, keys: s, grants: client_credentials, acr: \"urn:vouchsafe:acr:basic\"}]\n"
        #expect(report(valid + client + "login: {methods: {passkey: {}}}\n") == "")
        #expect(report(valid + client) == "f:28: clients[0].acr: there is no such level in login.levels")
    }

    @Test(
        "Whoever logs people in says how, and what they type",
        arguments: [
            ("{}", ": \"methods\" is missing: how people show who they are, as methods: {password: {}}"),
            ("{methods: {}}", ".methods: at least one method is needed"),
            ("{methods: {pin: {}}}", ": \"username\" is missing: the field that people type, as {from: email}"),
            (
                "{username: {from: [given_name, credits]}, methods: {pin: {}}}",
                ".username.from[1]: \"credits\" is integer in the registry; a username is text"
            ),
            (
                "{username: {from: givenname}, methods: {pin: {}}}",
                ".username.from: the registry has no field \"givenname\"; did you mean \"given_name\"?"
            ),
            (
                "{username: {from: id}, methods: {pin: {}}}",
                ".username.from: the registry's identifier cannot be used here; give the people a field for it"
            ),
            ("{username: {from: []}, methods: {pin: {}}}", ".username.from: the list is empty"),
            (
                "{username: {}, methods: {pin: {}}}",
                ".username: \"from\" is missing: the field of the registry that people type, or a list of fields"
            ),
            ("{methods: {passkey: {}}, levels: []}", ".levels: at least one level is needed"),
            (
                "{methods: {knowledge: {}}}",
                ".methods.knowledge: \"fields\" is missing: the facts to ask for, as fields: {birth_date: {}}"
            ),
            ("{methods: {knowledge: {fields: {}}}}", ".methods.knowledge.fields: 1 to 10 fields are expected"),
        ])
    func emptyLogin(login: String, message: String) {
        #expect(report(valid + "login: \(login)\n") == "f:28: login" + message)
    }

    @Test("A mistake is not told again by those who use what is mistaken")
    func noFollowers() {
        let login = "login: {username: {from: birth_date}, methods: {pin: {}, knowledge: {fields: {birth_date: {}}}}}\n"
        #expect(report(changed("birth_date: date", "birth_date: day") + login).split(separator: "\n").count == 1)
        let client = "clients: [{id: a, name: A, keys: s, grants: client_credentials, scopes: [student_id]}]\n"
        #expect(report(changed("validity: 365d", "validity: 1 year") + client).split(separator: "\n").count == 1)
        let url =
            "server: {public_url: nowhere}\nlogin: {username: {from: given_name}, methods: {email_code: {to: given_name}}}\n"
        #expect(report(valid + url).split(separator: "\n").count == 1)
    }

    @Test("Lists are limited in length")
    func limits() {
        func list(_ count: Int, _ entry: (Int) -> String) -> String {
            "[" + (0..<count).map(entry).joined(separator: ", ") + "]"
        }
        let clients = list(1001) { "{id: c\($0), name: C, keys: k, grants: client_credentials}" }
        #expect(report(valid + "clients: \(clients)\n") == "f:28: clients: at most 1000 clients are expected")
        let proxies = list(101) { "10.0.0.\($0)" }
        #expect(
            report(valid + "server: {trusted_proxies: \(proxies)}\n")
                == "f:28: server.trusted_proxies: at most 100 addresses are expected")
        let issuers = list(101) { "https://i\($0).example" }
        #expect(
            report(valid + "authorization_server: {credential_issuers: \(issuers)}\n")
                == "f:28: authorization_server.credential_issuers: at most 100 entries are expected")
        let claims = (0..<101).map { "c\($0): {from: given_name}" }.joined(separator: ", ")
        #expect(
            report(valid + "authorization_server: {claims: {\(claims)}}\n")
                == "f:28: authorization_server.claims: at most 100 claims are expected")
        let levels = list(11) { "{acr: l\($0), any: [passkey]}" }
        #expect(
            report(valid + "login: {methods: {passkey: {}}, levels: \(levels)}\n")
                == "f:28: login.levels: at most 10 levels are expected")
        let name = String(repeating: "a", count: 129)
        #expect(
            report(valid + "authorization_server: {claims: {\(name): {from: given_name}}}\n")
                .contains("the name of a claim has at most 128 characters, none of control"))
    }
}
