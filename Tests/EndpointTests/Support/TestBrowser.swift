import Foundation
import HTTPTypes
import OAuth
import Synchronization
import Testing
import WebServer
import WireFormats

/// A person's browser: it keeps cookies and sends what its pages' forms have.
final class TestBrowser: Sendable {
    let provider: TestProvider
    /// The visitor's network address.
    let address: String
    private let jar: Mutex<[String: String]>

    init(_ provider: TestProvider, address: String = "192.0.2.1", cookies: [String: String] = [:]) {
        self.provider = provider
        self.address = address
        jar = Mutex(cookies)
    }

    var cookies: [String: String] { jar.withLock { $0 } }

    func forget(_ name: String) { jar.withLock { $0[name] = nil } }

    /// The value of a cookie of ours, whatever prefix its name has.
    func cookie(_ name: String) -> String? { cookies.first { $0.key.hasSuffix("vouchsafe-" + name) }?.value }

    /// - Parameter target: an address of the issuer's, or a path.
    func get(_ target: String, headers: HTTPFields = [:]) async -> Reply {
        await send(.get, target, headers, [])
    }

    func post(
        _ target: String, _ form: [(name: String, value: String)], headers: HTTPFields = [:]
    ) async -> Reply {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        return await send(.post, target, headers, Array(FormParameters.encode(form).utf8))
    }

    private func send(
        _ method: HTTPRequest.Method, _ target: String, _ headers: HTTPFields, _ body: [UInt8]
    ) async -> Reply {
        var headers = headers
        let kept = cookies
        if !kept.isEmpty {
            headers[.cookie] = kept.map { $0.key + "=" + $0.value }.sorted().joined(separator: "; ")
        }
        let reply = await provider.issuer.send(
            method, provider.path(of: target), headers: headers, body: body, from: address)
        for field in reply.headers[values: .setCookie] { keep(field) }
        return reply
    }

    private func keep(_ field: String) {
        let attributes = field.split(separator: ";").map { $0.drop { $0 == " " } }
        let pair = attributes[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let isOver = attributes.contains("Max-Age=0")
        jar.withLock { $0[String(pair[0])] = isOver ? nil : String(pair[1]) }
    }

    /// Sends a form as it is, but for what is typed.
    func submit(
        _ form: PageForm, _ typed: [(name: String, value: String)] = [], headers: HTTPFields = [:]
    ) async -> Reply {
        let names = typed.map(\.name)
        return await post(form.action, form.hidden.filter { !names.contains($0.name) } + typed, headers: headers)
    }

    /// Follows redirects as long as they stay here.
    func follow(_ reply: Reply) async -> Reply {
        var reply = reply
        while reply.status == 303, let target = reply.headers[.location], provider.isOwn(target) {
            reply = await get(target)
        }
        return reply
    }
}

/// The steps of a person, each of which must succeed.
extension TestBrowser {
    /// Opens an authorization request: pushed if the client can do that.
    func open(_ draft: AuthorizationDraft, _ location: SourceLocation = #_sourceLocation) async throws -> Reply {
        await get(try await provider.address(of: draft, location))
    }

    /// Shows by facts who somebody is, and goes on to what comes then.
    func logIn(
        _ reply: Reply, as person: TestPerson = .zubeida, _ location: SourceLocation = #_sourceLocation
    ) async throws -> Reply {
        let answer = try await sendFacts(reply, of: person, location)
        try #require([200, 303].contains(answer.status), "\(answer.text)", sourceLocation: location)
        return await follow(answer)
    }

    /// Shows by facts who somebody is; what is answered.
    func sendFacts(
        _ reply: Reply, of person: TestPerson = .zubeida, _ location: SourceLocation = #_sourceLocation
    ) async throws -> Reply {
        let form = try ShownPage(reply: reply).form("login-form", location)
        return await submit(form, person.facts + [("action", "login")])
    }

    /// Agrees to what a consent page asks.
    func allow(
        _ reply: Reply, sharing claims: [String] = [], remember: String = "once",
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> Reply {
        let form = try ShownPage(reply: reply).form("consent-form", location)
        return await submit(
            form, claims.map { ("share_" + $0, "yes") } + [("remember", remember), ("action", "allow")])
    }

    /// From the request to the answer that the client gets.
    func authorize(
        _ draft: AuthorizationDraft, as person: TestPerson = .zubeida, sharing claims: [String] = [],
        remember: String = "once", _ location: SourceLocation = #_sourceLocation
    ) async throws -> ClientAnswer {
        var reply = try await open(draft, location)
        if ShownPage(reply: reply).has("login-form") { reply = try await logIn(reply, as: person, location) }
        if ShownPage(reply: reply).has("consent-form") {
            reply = try await allow(reply, sharing: claims, remember: remember, location)
        }
        return try ClientAnswer(reply, location)
    }

    /// The code of a whole authorization.
    func code(
        _ draft: AuthorizationDraft, as person: TestPerson = .zubeida, sharing claims: [String] = [],
        remember: String = "once", _ location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let answer = try await authorize(draft, as: person, sharing: claims, remember: remember, location)
        return try #require(answer["code"], "\(answer)", sourceLocation: location)
    }

    /// The tokens of a whole authorization.
    func tokens(
        _ draft: AuthorizationDraft, as person: TestPerson = .zubeida, sharing claims: [String] = [],
        remember: String = "once", _ location: SourceLocation = #_sourceLocation
    ) async throws -> GivenTokens {
        let code = try await code(draft, as: person, sharing: claims, remember: remember, location)
        return try GivenTokens(await provider.redemption(code, draft).send(), location)
    }

    /// Logs in for the account page and shows it.
    func account(
        as person: TestPerson = .zubeida, _ location: SourceLocation = #_sourceLocation
    ) async throws -> ShownPage {
        var reply = await get(provider.issuer.path + AuthorizationSite.Paths.account)
        if ShownPage(reply: reply).has("login-form") { reply = try await logIn(reply, as: person, location) }
        let page = ShownPage(reply: reply)
        try #require(page.has("account"), "\(reply.text)", sourceLocation: location)
        return page
    }
}

/// An authorization response as the client receives it.
struct ClientAnswer {
    let address: String
    private let parameters: FormParameters

    init(_ reply: Reply, _ location: SourceLocation = #_sourceLocation) throws {
        try #require(reply.status == 303, "\(reply.text)", sourceLocation: location)
        let parts = try #require(reply.headers[.location], sourceLocation: location).split(separator: "?")
        try #require(parts.count == 2, sourceLocation: location)
        address = String(parts[0])
        parameters = try FormParameters(parsing: parts[1])
    }

    subscript(name: String) -> String? { parameters[name] }
}

/// What the token endpoint gave.
struct GivenTokens {
    let reply: Reply
    let access: String
    let refresh: String?
    let idToken: String?

    init(_ reply: Reply, _ location: SourceLocation = #_sourceLocation) throws {
        try #require(reply.status == 200, "\(reply.text)", sourceLocation: location)
        self.reply = reply
        access = try reply.string("access_token", location)
        refresh = try reply.json["refresh_token"]?.string
        idToken = try reply.json["id_token"]?.string
    }

    /// What the ID token says; its signature is checked elsewhere.
    func idClaims(_ location: SourceLocation = #_sourceLocation) throws -> JSONObject {
        try jwtClaims(try #require(idToken, sourceLocation: location), location)
    }
}
