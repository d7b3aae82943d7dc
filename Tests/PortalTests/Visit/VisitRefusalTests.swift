import Foundation
import HTTPTypes
import OAuth
import Portal
import Storage
import Testing
import WireFormats

@testable import WebServer

@Suite("Visits that cannot go on")
struct VisitRefusalTests {
    private static let callback = "/portal/callback?code=code-1&state=state-1"

    private func expectOver(_ response: EndpointResponse, _ comment: Comment? = nil) {
        #expect(response.status == .badRequest && response.isProblem("over"), comment)
    }

    // MARK: Beginning

    @Test
    func `a form without the browser's own value is refused`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        let csrf = try await browser.get("/portal").csrf
        for value in ["", "x", csrf + "A", try await Browser(portal).get("/portal").csrf] {
            let response = try await browser.post(["csrf": value, "credential": "student"], to: "/portal/start")
            #expect(response.status == .forbidden && response.isProblem("cross_site"))
        }
        #expect(try await portal.disk.visits().isEmpty)
    }

    @Test
    func `a form from a browser without a cookie is refused`() async throws {
        let portal = try TestPortal()
        let csrf = try await Browser(portal).get("/portal").csrf
        let response = try await Browser(portal).post(["csrf": csrf, "credential": "student"], to: "/portal/start")
        #expect(response.isProblem("cross_site"))
    }

    @Test(
        arguments: [
            [.origin: "https://evil.example"], [.origin: "null"], [.secFetchSite: "cross-site"],
            [.secFetchSite: "same-site"], [.contentType: "text/plain"],
        ] as [HTTPFields])
    func `a form from another site is refused`(headers: HTTPFields) async throws {
        let browser = Browser(try TestPortal())
        let csrf = try await browser.get("/portal").csrf
        let response = try await browser.post(
            ["csrf": csrf, "credential": "student"], to: "/portal/start", headers)
        #expect(response.isProblem("cross_site"))
    }

    @Test(arguments: ["", "other", "student ", "STUDENT", "../student"])
    func `a credential that is not to be had is refused`(id: String) async throws {
        let response = try await Browser(try TestPortal()).start(id)
        #expect(response.status == .badRequest && response.isProblem("unknown_credential"))
    }

    @Test
    func `a provider that fails is told to the operator, with what the visitor was shown`() async throws {
        let portal = try TestPortal()
        portal.issuance.change { $0.beginRefusal = .provider(reason: "pushedRequest: status 503") }
        let response = try await Browser(portal).start()
        #expect(response.status == .badGateway && response.isProblem("provider"))
        let trouble = try #require(portal.reports.all.first)
        #expect(trouble.place == .provider && trouble.reason == "pushedRequest: status 503")
        #expect(response.text.contains(trouble.reference) && !response.text.contains("503"))
    }

    @Test
    func `an issuer without metadata is told to the operator`() async throws {
        let portal = try TestPortal(catalogue: FakeCatalogue(refusal: .issuer(reason: "unreachable")))
        let response = try await Browser(portal).get("/portal")
        #expect(response.status == .badGateway && response.isProblem("issuer"))
        #expect(portal.reports.all.map(\.reason) == ["unreachable"])
    }

    // MARK: The provider's answer

    @Test(arguments: [
        "", "code=code-1", "code=code-1&state=", "code=code-1&state=state-2", "code=code-1&state=STATE-1",
        "code=code-1&state=state-1&state=state-1", "error=access_denied&state=x", "state=%FF",
    ])
    func `an answer with another state is refused, and does not end the visit`(query: String) async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        expectOver(try await browser.get("/portal/callback?" + query))
        #expect(portal.issuance.finished == 0)
        #expect(try await browser.get(Self.callback).status == .seeOther)
    }

    @Test
    func `an answer that is too long is refused`() async throws {
        let browser = Browser(try TestPortal())
        try await browser.start()
        let padding = String(repeating: "x", count: 20_000)
        expectOver(try await browser.get(Self.callback + "&pad=" + padding))
    }

    @Test
    func `the answer for one browser is of no use in another`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        expectOver(try await Browser(portal).get(Self.callback), "no visit at all")
        let other = Browser(portal)
        try await other.start()
        expectOver(try await other.get(Self.callback), "another visit")
        #expect(portal.issuance.finished == 0)
    }

    @Test
    func `a cookie that somebody else has set leads to nothing of theirs and shows them nothing`() async throws {
        let portal = try TestPortal()
        let attacker = Browser(portal)
        _ = try await attacker.get("/portal")
        let victim = Browser(portal)
        for (name, value) in attacker.jar { victim.setCookie(name, value) }
        try await victim.start()
        #expect(try await victim.get(Self.callback).status == .seeOther)
        expectOver(try await attacker.get("/portal/credential"))
    }

    @Test
    func `an answer is used once`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        _ = try await browser.get(Self.callback)
        expectOver(try await browser.get(Self.callback))
        #expect(portal.issuance.finished == 1)
        #expect(try await browser.get("/portal/credential").has("portal-received"))
    }

    @Test
    func `of many answers at once one is used`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { try await browser.get(Self.callback).status.code } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 303 }.count == 1 && portal.issuance.finished == 1)
    }

    @Test
    func `an answer after ten minutes is too late`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        portal.clock.advance(by: 600)
        expectOver(try await browser.get(Self.callback))
    }

    @Test
    func `whoever says no is told so kindly, and nothing is kept`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        let response = try await browser.get(
            "/portal/callback?error=access_denied&error_description=no&state=state-1")
        #expect(response.status == .ok && response.isProblem("denied"))
        #expect(portal.reports.all.isEmpty)
        #expect(try await portal.disk.visits().isEmpty)
    }

    @Test
    func `an issuer that refuses is told to the operator, and nothing is kept`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        portal.issuance.change { $0.finishRefusal = .issuer(reason: "credential: credential_request_denied") }
        let response = try await browser.get(Self.callback)
        #expect(response.status == .badGateway && response.isProblem("issuer"))
        let trouble = try #require(portal.reports.all.first)
        #expect(trouble.place == .issuer && response.text.contains(trouble.reference))
        #expect(!response.text.contains("credential_request_denied"))
        #expect(try await portal.disk.visits().isEmpty)
    }

    @Test
    func `a code that the provider does not take ends the visit`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        try await browser.start()
        #expect(try await browser.get("/portal/callback?code=stolen&state=state-1").isProblem("provider"))
        expectOver(try await browser.get(Self.callback))
    }

    @Test
    func `a credential that is too large to keep is refused`() async throws {
        let huge = ClaimTreeSample.oversized
        let portal = try TestPortal(huge)
        let browser = Browser(portal)
        try await browser.start()
        #expect(try await browser.get(Self.callback).isProblem("issuer"))
        #expect(try await portal.disk.visits().isEmpty)
    }

    @Test
    func `without a visit there is no credential`() async throws {
        let portal = try TestPortal()
        expectOver(try await Browser(portal).get("/portal/credential"))
        let browser = Browser(portal)
        browser.setCookie("__Host-vouchsafe-portal", "nonsense")
        expectOver(try await browser.get("/portal/credential"))
    }

    @Test
    func `what cannot be foreseen is a page with a reference`() async throws {
        let portal = try TestPortal()
        let browser = Browser(portal)
        let csrf = try await browser.get("/portal").csrf
        portal.disk.database.close()
        let response = try await browser.post(["csrf": csrf, "credential": "student"], to: "/portal/start")
        // A database that is away comes back.
        #expect(response.status == .serviceUnavailable && response.has("problem-page"))
        let trouble = try #require(portal.reports.all.first)
        #expect(trouble.place == .server && response.text.contains(trouble.reference))
        #expect(!response.text.contains(trouble.reason))
    }
}

enum ClaimTreeSample {
    static var oversized: CredentialInHand {
        CredentialInHand(
            text: String(repeating: "x", count: 5 << 20), format: "dc+sd-jwt", claims: ["given_name": "Ana"])
    }
}
