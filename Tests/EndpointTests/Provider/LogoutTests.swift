import AuthorizationServer
import ConfigurationFile
import Foundation
import HTTPTypes
import JOSE
import KeyStore
import OAuth
import Storage
import Synchronization
import Testing
import WebServer
import WireFormats

@testable import vouchsafe

/// Logging out: OpenID Connect RP-Initiated Logout 1.0, and what other clients are told, Back-Channel Logout 1.0.
@Suite struct LogoutTests {
    private static let draft = AuthorizationDraft(.library)
    private static let bye = "https://library.example.org/bye"

    private func ask(_ browser: TestBrowser, _ parameters: KeyValuePairs<String, String> = [:]) async -> Reply {
        await browser.get(AuthorizationSite.Paths.logout + "?" + FormParameters.encode(parameters))
    }

    private func confirm(_ browser: TestBrowser, _ page: Reply, _ action: String = "logout") async throws -> Reply {
        await browser.submit(try ShownPage(reply: page).form("logout-form"), [("action", action)])
    }

    @Test("Who says so is logged out, with all that was given while they were there")
    func logsOut() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let tokens = try await browser.tokens(Self.draft, remember: "30d")
        let done = try await confirm(browser, await ask(browser))
        #expect(ShownPage(reply: done).has("logged-out"))
        #expect(browser.cookie("session") == nil)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 401)
        #expect(ShownPage(reply: try await browser.open(Self.draft)).has("login-form"))
    }

    @Test("Nobody is logged out without a word of theirs")
    func asks() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let tokens = try await browser.tokens(Self.draft)
        let page = await ask(browser, ["id_token_hint": try #require(tokens.idToken)])
        #expect(ShownPage(reply: page).has("logout-form"))
        #expect(try await confirm(browser, page, "stay").status == 303)
        let form = try ShownPage(reply: page).form("logout-form")
        let forged = await browser.post(form.action, [("action", "logout"), ("csrf", "c0ffee")])
        #expect(forged.status == 403)
        let crossSite = await browser.submit(
            form, [("action", "logout")], headers: [.origin: "https://evil.example.net"])
        #expect(crossSite.status == 403)
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 200)
    }

    @Test("Then they go where the client has registered, with its state", arguments: ["client_id", "id_token_hint"])
    func returns(_ parameter: String) async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let tokens = try await browser.tokens(Self.draft)
        // An ID token says who the client is however old it is.
        provider.issuer.clock.advance(by: 3000)
        let value = parameter == "client_id" ? "library" : try #require(tokens.idToken)
        let page = await ask(browser, [parameter: value, "post_logout_redirect_uri": Self.bye, "state": "a&b"])
        let done = try await confirm(browser, page)
        #expect(done.status == 303)
        #expect(done.headers[.location] == Self.bye + "?state=a%26b")
        // Who is not logged in is not asked.
        let again = await ask(browser, [parameter: value, "post_logout_redirect_uri": Self.bye])
        #expect(again.headers[.location] == Self.bye)
    }

    @Test("Nobody is sent where no client has registered", arguments: 0..<5)
    func refusesReturn(_ fault: Int) async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let hint = try #require(try await browser.tokens(AuthorizationDraft(.bank)).idToken)
        let queries: [KeyValuePairs<String, String>] = [
            ["client_id": "library", "post_logout_redirect_uri": "https://evil.example.net/bye"],
            ["client_id": "bank", "post_logout_redirect_uri": Self.bye],
            ["post_logout_redirect_uri": Self.bye],
            ["client_id": "library", "id_token_hint": hint, "post_logout_redirect_uri": Self.bye],
            ["id_token_hint": hint + "x", "post_logout_redirect_uri": Self.bye],
        ]
        let done = try await confirm(browser, await ask(browser, queries[fault]))
        #expect(done.status == 200)
        #expect(ShownPage(reply: done).has("logged-out"))
    }

    @Test("A request to log out may be posted, and asks all the same")
    func takesPost() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        _ = try await browser.code(Self.draft)
        let page = await browser.post(
            AuthorizationSite.Paths.logout, [("client_id", "library"), ("post_logout_redirect_uri", Self.bye)],
            headers: [.origin: "https://library.example.org"])
        #expect(try await confirm(browser, page).headers[.location] == Self.bye)
    }

    @Test("Consent given while the person logs out gives nothing that outlives the session")
    func endsWhatIsGivenMeanwhile() async throws {
        let provider = try await TestProvider()
        for _ in 0..<8 {
            let browser = TestBrowser(provider)
            let consent = try await browser.logIn(await browser.open(Self.draft))
            let form = try await browser.account().form("sign-out")
            async let loggedOut = browser.submit(form)
            async let allowed = browser.allow(consent)
            let (done, answer) = try await (loggedOut, allowed)
            #expect(done.status == 200)
            guard answer.headers[.location]?.contains("code=") == true,
                let code = try ClientAnswer(answer)["code"]
            else { continue }
            try expect(try await provider.redemption(code, Self.draft).send(), is: CodeTests.refused)
        }
    }

    @Test("The clients of a session are told of its end by signed tokens, each by its own names for it")
    func tellsClients() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let tokens = try await browser.tokens(Self.draft)
        _ = try await browser.tokens(AuthorizationDraft(.bank))
        let sent = SentLogouts()
        let installation = provider.issuer.installation
        let logouts = Self.logouts(of: installation, sending: sent)
        let cookie = try #require(browser.cookie("session"))
        let id = try #require(installation.mint("session").recognise(cookie))
        let store = SQLSessionStore(database: installation.database, sealer: installation.keys.ring.dataSealer)
        let session = try #require(try await store.session(id))
        try await logouts.end(session)
        // The bank has no address for it.
        #expect(sent.messages.count == 1)
        let message = try #require(sent.messages.first)
        #expect(message.address == "https://library.example.org/logged-out")
        let token = try LogoutToken(
            verifying: message.token,
            expecting: TokenExpectation(
                issuer: provider.issuer.identifier, audience: "library",
                keys: VerificationKeys(try await provider.publishedKeys()), now: provider.issuer.clock.now))
        #expect(token.subject == (try tokens.idClaims())["sub"]?.string)
        #expect(token.sessionID == (try tokens.idClaims())["sid"]?.string)
        #expect(try UnverifiedJWS(parsing: message.token).header["typ"] == "logout+jwt")
        let claims = try jwtClaims(message.token)
        #expect(claims["nonce"] == nil)
        #expect(claims["exp"] != nil)
        #expect(!message.token.contains("p-1"))
        #expect(try await provider.userInfo(tokens.access, as: .library).status == 401)
    }

    @Test("A new password or PIN ends what a logout would end, and what was allowed for longer goes on")
    func endsWithNewSecret() async throws {
        for secret in ["password", "pin"] {
            let provider = try await TestProvider()
            let (browser, other) = (TestBrowser(provider), TestBrowser(provider))
            let once = try await browser.tokens(Self.draft)
            let code = try await browser.code(Self.draft)
            let remembered = try await other.tokens(
                AuthorizationDraft(.library, scopes: ["openid", "offline_access"]), remember: "30d")
            let others = try await TestBrowser(provider).tokens(Self.draft, as: .ulrich)
            let reply = await provider.issuer.manage(
                .put, "/registry/logins/p-1", [secret: secret == "pin" ? "97531864" : "another horse battery"])
            #expect(reply.status == 204)
            #expect(ShownPage(reply: try await browser.open(Self.draft)).has("login-form"))
            #expect(try await provider.userInfo(once.access, as: .library).status == 401)
            try expect(try await provider.redemption(code, Self.draft).send(), is: CodeTests.refused)
            let refresh = try #require(remembered.refresh)
            #expect(try await provider.refreshing(refresh, as: .library).send().status == 200)
            #expect(try await provider.userInfo(others.access, as: .library).status == 200)
        }
    }

    @Test("The clients of a session that ended by something else are told too")
    func tellsOfOtherEnds() async throws {
        let provider = try await TestProvider()
        let browser = TestBrowser(provider)
        let tokens = try await browser.tokens(Self.draft)
        let installation = provider.issuer.installation
        let cookie = try #require(browser.cookie("session"))
        let id = try #require(installation.mint("session").recognise(cookie))
        _ = await provider.issuer.manage(.put, "/registry/logins/p-1", ["pin": "97531864"])
        let sent = SentLogouts()
        try await Self.logouts(of: installation, sending: sent).conclude([id, TicketID(at: TestClock.start)])
        #expect(sent.messages.map(\.address) == ["https://library.example.org/logged-out"])
        let claims = try jwtClaims(try #require(sent.messages.first).token)
        #expect(claims["sid"] == (try tokens.idClaims())["sid"])
    }

    @Test("The log names the client that could not be told", arguments: [false, true])
    func logsUntold(_ byNewSecret: Bool) async throws {
        var settings = ProviderSettings()
        // A server does not connect to itself, so nothing is sent.
        settings.clients = """
              - id: library
                name: {en: Library}
                secret_file: library-secret
                redirect_uris: ["https://library.example.org/callback"]
                backchannel_logout_uri: http://127.0.0.1:9/logged-out
            """
        let provider = try await TestProvider(settings)
        let browser = TestBrowser(provider)
        _ = try await browser.tokens(Self.draft)
        if byNewSecret {
            _ = await provider.issuer.manage(.put, "/registry/logins/p-1", ["pin": "97531864"])
        } else {
            _ = try await confirm(browser, await ask(browser))
        }
        var line: String?
        for _ in 0..<200_000 where line == nil {
            line = provider.issuer.log.lines.first { $0.contains("could not be told of a logout") }
            await Task.yield()
        }
        #expect(line?.contains("client_id") == true && line?.contains("library") == true, "\(line ?? "nothing")")
    }

    /// Ends sessions as the installation does, but for how its messages are sent.
    private static func logouts(of installation: Installation, sending messages: SentLogouts) -> Logouts {
        var metadata = ClientMetadata()
        metadata.authenticationMethod = .clientSecretBasic
        metadata.redirectURIs = [RedirectURI(TestClient.library.redirectURI)].compactMap { $0 }
        metadata.backchannelLogoutURI = "https://library.example.org/logged-out"
        metadata.idTokenAlgorithm = .es256
        let clients = ClientDirectory(
            configured: [RegisteredClient(id: "library", metadata: metadata)],
            store: SQLClientStore(database: installation.database), documents: NoDocuments())
        let ring = installation.keys.ring
        let names = SubjectNames(root: ring.codeKey, standard: .pairwise)
        return Logouts(
            sessions: SQLSessionStore(database: installation.database, sealer: ring.dataSealer), clients: clients,
            idTokens: IDTokens(
                policy: AuthorizationPolicy(issuer: installation.configuration.publicURL, levels: []), subjects: names,
                keys: installation.keys, claims: NoClaims(), clients: clients),
            keys: installation.keys, messages: messages, csrf: installation.mint("account form"),
            now: installation.now)
    }
}

private struct NoDocuments: ClientDocumentSource {
    func document(at url: String, freshAt instant: Date?) async -> [UInt8]? { nil }
}

private struct NoClaims: PersonClaims {
    func claims(_ names: [String], of person: String) async throws -> JSONObject { [:] }
    func displayName(of person: String) async throws -> String? { nil }
}

/// Logout tokens that would have been sent.
private final class SentLogouts: LogoutMessages {
    private let kept = Mutex<[(token: String, address: String)]>([])

    var messages: [(token: String, address: String)] { kept.withLock { $0 } }

    func send(token: String, to address: String, of clientID: String) { kept.withLock { $0.append((token, address)) } }
}
