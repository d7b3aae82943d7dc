import CredentialIssuer
import Foundation
import HTTPTypes
import OAuth
import Portal
import SQLStatements
import Synchronization

@testable import Storage
@testable import WebServer

/// A database file that goes away with the test.
final class TestDatabase: Sendable {
    let database: SQLiteDatabase
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "portal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = try SQLiteDatabase(path: folder.appending(path: "portal.db").path, at: TestCredentials.start)
    }

    deinit {
        database.close()
        _ = try? FileManager.default.removeItem(at: folder)
    }

    /// Everything that is kept of visits.
    func visits() async throws -> [SealedVisit] {
        try await database.all("SELECT id, sealed, expires_at FROM portal_visits") { row in
            SealedVisit(id: row.bytes(0), sealed: row.bytes(1), expiresAt: Date(microseconds: row.integer(2)))
        }
    }
}

/// What the operator was told.
final class Reports: Sendable {
    private let troubles = Mutex<[PortalTrouble]>([])

    var all: [PortalTrouble] { troubles.withLock { $0 } }
    func note(_ trouble: PortalTrouble) { troubles.withLock { $0.append(trouble) } }
}

/// A portal over a database of its own, with an issuer, a provider and a postman that are not real.
struct TestPortal {
    static let address = "https://portal.example"

    let clock = Clock()
    let issuance: FakeIssuance
    let offers = FakeOffers()
    let mail = FakeMail()
    let reports = Reports()
    let disk: TestDatabase
    let store: SQLPortalVisits
    let visits: PortalVisits
    let table: RouteTable

    init(
        _ credential: CredentialInHand? = nil, address: String = TestPortal.address,
        catalogue: FakeCatalogue = FakeCatalogue(), sendsLetters: Bool = true, makesOffers: Bool = true
    ) throws {
        disk = try TestDatabase()
        store = SQLPortalVisits(database: disk.database)
        issuance = FakeIssuance(.init(credential: try credential ?? TestCredentials.inHand()))
        let (clock, reports) = (clock, reports)
        visits = PortalVisits(
            catalogue: catalogue, issuance: issuance, offers: makesOffers ? offers : nil, store: store,
            now: { clock.now })
        let site = PortalSite(
            visits: visits, mail: sendsLetters ? mail : nil, pages: try Self.pages(address),
            keys: { PublishedDocument(TestCredentials.publicKeys) }, report: { reports.note($0) },
            now: { clock.now })
        table = RouteTable(site.routes)
    }

    static func pages(_ address: String = TestPortal.address) throws -> SitePages {
        try SitePages(
            publicURL: address, display: [CredentialDisplay(name: "Northmere", locale: "en")], configurations: [],
            links: HeaderLinks(portal: true))
    }

    /// A browser whose person has been at the provider and holds a credential.
    func received(_ language: String? = nil) async throws -> Browser {
        let browser = Browser(self)
        try await browser.start(language: language)
        let response = try await browser.get("/portal/callback?code=code-1&state=state-1")
        guard response.status == .seeOther else { throw Browser.Unexpected(status: response.status.code) }
        return browser
    }
}

/// A browser with its cookies.
final class Browser: Sendable {
    struct Unexpected: Error {
        let status: Int
    }

    struct NoRoute: Error {}

    private let table: RouteTable
    /// What the portal keeps, which goes away when nobody needs it any more.
    private let disk: TestDatabase
    private let origin: String
    /// The visitor's network address.
    private let address: String
    private let cookies = Mutex<[String: String]>([:])

    init(
        _ table: RouteTable, _ disk: TestDatabase, origin: String = TestPortal.address, address: String = "192.0.2.1"
    ) {
        (self.table, self.disk, self.origin, self.address) = (table, disk, origin, address)
    }

    convenience init(_ portal: TestPortal, origin: String = TestPortal.address) {
        self.init(portal.table, portal.disk, origin: origin)
    }

    /// Names and values.
    var jar: [String: String] { cookies.withLock { $0 } }

    func setCookie(_ name: String, _ value: String) { cookies.withLock { $0[name] = value } }

    func get(_ target: String, _ headers: HTTPFields = [:]) async throws -> EndpointResponse {
        try await send(.get, target, headers, body: "")
    }

    /// Sends a form as a browser does, with what is changed in `changes`.
    func post(
        _ fields: [String: String], to target: String, _ changes: HTTPFields = [:]
    ) async throws -> EndpointResponse {
        var headers: HTTPFields = [
            .contentType: "application/x-www-form-urlencoded", .origin: origin, .secFetchSite: "same-origin",
        ]
        for field in changes { headers[field.name] = field.value }
        let body = fields.map { pair in "\(Self.encode(pair.key))=\(Self.encode(pair.value))" }.joined(separator: "&")
        return try await send(.post, target, headers, body: body)
    }

    /// Chooses the credential; gives the redirection to the provider.
    @discardableResult
    func start(_ credential: String = "student", language: String? = nil) async throws -> EndpointResponse {
        let query = language.map { "?lang=" + $0 } ?? ""
        let csrf = try await get("/portal" + query).csrf
        return try await post(["csrf": csrf, "credential": credential], to: "/portal/start" + query)
    }

    /// Presses one of the buttons of the page of the credential.
    func deliver(_ way: String, _ more: [String: String] = [:], query: String = "") async throws -> EndpointResponse {
        let csrf = try await get("/portal/credential" + query).csrf
        return try await post(
            ["csrf": csrf, "way": way].merging(more) { $1 }, to: "/portal/deliver" + query)
    }

    private func send(
        _ method: HTTPRequest.Method, _ target: String, _ headers: HTTPFields, body: String
    ) async throws -> EndpointResponse {
        let parts = target.split(separator: "?", maxSplits: 1)
        guard case .route(let route, let parameter) = table.match(method, String(parts[0])) else { throw NoRoute() }
        var headers = headers
        let jar = jar
        if !jar.isEmpty { headers[.cookie] = jar.map { $0.key + "=" + $0.value }.joined(separator: "; ") }
        let request = EndpointRequest(
            method: method, query: parts.count == 2 ? parts[1] : "", headers: headers, body: Array(body.utf8),
            clientAddress: address)
        let response = try await route.handler(request, parameter)
        for value in response.headers[values: .setCookie] { take(value) }
        return response
    }

    private func take(_ cookie: String) {
        let pair = cookie.prefix { $0 != ";" }
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        cookies.withLock { $0[String(parts[0])] = cookie.contains("Max-Age=0") ? nil : String(parts[1]) }
    }

    private static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar.properties.isAlphabetic && scalar.isASCII
                ? String(scalar) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

extension EndpointResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value that its forms carry.
    var csrf: String {
        text.firstMatch(of: /name="csrf" value="([^"]*)"/).map { String($0.output.1) } ?? ""
    }

    func has(_ hook: String) -> Bool { text.contains("data-test=\"\(hook)\"") }
    func isProblem(_ code: String) -> Bool { text.contains("data-test=\"portal-problem\" data-code=\"\(code)\"") }

    var ways: [String] {
        text.matches(of: /data-test="portal-deliver-([a-z]+)"/).map { String($0.output.1) }
    }
}
