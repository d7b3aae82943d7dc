import CredentialFormats
import Foundation
import HTTPTypes
import OAuth
import Portal
import Storage
import Testing
import WireFormats

@testable import WebServer

@Suite("What the portal gives away")
struct SecrecyTests {
    /// What nobody but the person may read.
    private static let secrets = ["at-secret", "verifier-1", "state-1", "Quay 12", "ana@students", "Student card"]

    @Test
    func `nothing at rest can be read`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        var kept = try await portal.disk.visits()
        _ = try await browser.get("/portal/callback?code=code-1&state=state-1")
        kept += try await portal.disk.visits()
        #expect(kept.count == 2 && kept.allSatisfy { $0.sealed.count > 200 })
        for visit in kept {
            let text = String(decoding: visit.sealed + visit.id, as: UTF8.self)
            for secret in Self.secrets { #expect(!text.contains(secret)) }
            for value in browser.jar.values {
                let cookie = try Base64URL.decode(value)
                #expect(!text.contains(value) && visit.id != Array(cookie.prefix(visit.id.count)))
            }
        }
    }

    @Test
    func `a row does not open for another visit`() async throws {
        let portal = try TestPortal()
        _ = try await portal.received()
        let row = try #require(try await portal.disk.visits().first)
        let other = VisitSecret()
        try await portal.store.insert(
            SealedVisit(id: other.visitID, sealed: row.sealed, expiresAt: row.expiresAt))
        let browser = Browser(portal)
        browser.setCookie("__Host-vouchsafe-portal", other.text)
        #expect(try await browser.get("/portal/credential").isProblem("over"))
    }

    @Test
    func `neither addresses nor reports hold credential, token or code`() async throws {
        let credential = try TestCredentials.inHand(bound: true)
        let portal = try TestPortal(credential)
        let browser = Browser(portal)
        var locations = [
            try await browser.start(), try await browser.get("/portal/callback?code=code-1&state=state-1"),
        ]
        portal.mail.fail(PortalMailRefusal(reason: "refused"))
        portal.offers.change { $0.refusal = .refused(reason: "status 403") }
        for way in ["wallet", "email"] { locations.append(try await browser.deliver(way)) }
        let told = locations.compactMap { $0.headers[.location] } + portal.reports.all.map { "\($0)" }
        #expect(told.count == 4)
        for text in told {
            for secret in Self.secrets + [credential.text, "code-1"] { #expect(!text.contains(secret)) }
        }
    }

    @Test
    func `printing secrets shows nothing`() throws {
        let secret = VisitSecret()
        let credential = try TestCredentials.inHand(bound: true)
        for text in ["\(secret)", "\(credential)", String(reflecting: secret), String(reflecting: credential)] {
            #expect(!text.contains(secret.text) && !text.contains("Ana") && !text.contains("at-secret"))
        }
        var dumped = ""
        dump(credential, to: &dumped)
        dump(secret, to: &dumped)
        #expect(!dumped.contains("at-secret") && !dumped.contains(credential.text))
    }

    @Test
    func `hostile texts stay texts on every page`() async throws {
        let hostile = "\"><script>alert(1)</script>"
        let text = LocalizedText(hostile)
        let described = CatalogueCredential(
            id: "student", name: text, issuer: text, description: text, backgroundColor: hostile,
            claims: [ClaimName(path: [hostile], text: text), ClaimName(path: ["portrait"], text: text)])
        let claims = ClaimTree([
            Claim(hostile, .json(.string(hostile)), isSelectivelyDisclosable: true),
            Claim("portrait", .json(.string("data:image/png\(hostile)")), isSelectivelyDisclosable: true),
            Claim("nested", .json([[.string(hostile)], .object([hostile: .string(hostile)])])),
        ])
        let portal = try TestPortal(
            try TestCredentials.inHand(claims, email: "a\(hostile)@evil.example".filter { $0 != " " }),
            catalogue: FakeCatalogue(entries: [described]))
        let browser = Browser(portal)
        var pages = [try await browser.get("/portal?lang=\(hostile)")]
        try await browser.start()
        pages.append(try await browser.get("/portal/callback?code=\(hostile)&state=\(hostile)"))
        _ = try await browser.get("/portal/callback?code=code-1&state=state-1")
        pages.append(try await browser.get("/portal/credential"))
        for way in ["wallet", "print", "email", hostile, "done"] { pages.append(try await browser.deliver(way)) }
        for page in pages {
            #expect(page.headers[.contentType]?.hasPrefix("text/html") == true)
            #expect(!page.text.contains("<script>alert"))
        }
        #expect(pages[2].text.contains("&quot;&gt;&lt;script&gt;"))
    }

    @Test
    func `pages may not be framed, and load nothing from elsewhere`() async throws {
        let page = try await TestPortal().received().get("/portal/credential")
        let policy = try #require(page.headers[.contentSecurityPolicy])
        #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
        #expect(policy.contains("form-action 'self'") && !policy.contains("unsafe-inline"))
    }
}
