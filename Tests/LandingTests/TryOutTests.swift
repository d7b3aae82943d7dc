import CredentialIssuer
import Foundation
import HTTPTypes
import OAuth
import OpenID4VCI
import Testing
import WireFormats

@testable import WebServer

@Suite("Trying it out")
struct TryOutTests {
    @Test("The form makes an offer for that person and credential, and leads to its page")
    func makesOffer() async throws {
        let landing = try Landing()
        let response = try await landing.post()
        let offer = try #require(landing.store.offers.first)
        #expect(response.status == .seeOther)
        #expect(response.headers[.location] == "/try/" + offer.id.text)
        #expect(response.headers[.setCookie] == nil)
        #expect(offer.subject == .registry(id: "p1"))
        #expect(offer.credentialConfigurationIDs == ["student-id"])
        #expect(offer.txCodeMAC == nil)
    }

    @Test("The page shows code, link and command of one offer")
    func offerPage() async throws {
        let landing = try Landing()
        let page = try await landing.get(try await landing.makeOffer())
        let id = try #require(landing.store.offers.first).id.text
        let link = CredentialOfferLink.byReference(uri: Landing.address + "/offers/" + id).text
        #expect(page.status == .ok)
        #expect(page.text.contains("href=\"\(link)\" data-test=\"offer-link\""))
        #expect(page.part("command") == "vouchsafe wallet accept &#39;\(link)&#39;")
        #expect(page.text.contains("Student ID\u{2069} for \u{2068}Anna Berg"))
        #expect(page.part("offer-status") == "Waiting for a wallet.")
        #expect(page.part("tx-code") == nil)
        #expect(page.text.contains("<time datetime=\"2025-06-15T15:16Z\">"))
    }

    @Test("The link by value holds the whole offer")
    func byValue() async throws {
        let landing = try Landing()
        let page = try await landing.get(try await landing.makeOffer())
        let link = try #require(page.part("offer-link-by-value"))
        guard case .byValue(let offer) = try CredentialOfferLink(parsing: link) else {
            Issue.record("not by value")
            return
        }
        #expect(offer.credentialIssuer == Landing.address)
        #expect(offer.preAuthorizedCode != nil)
    }

    @Test("The transaction code is in a cookie for that page only, and shown again on every visit")
    func txCode() async throws {
        let landing = try Landing()
        let response = try await landing.post("person=p1&credential=student-id&use_tx_code=yes")
        let path = try #require(response.headers[.location])
        let cookie = try #require(response.headers[.setCookie])
        let match = try #require(cookie.wholeMatch(of: /tx_code=([0-9]{6}); (.*)/))
        #expect(match.output.2 == "Path=\(path); Max-Age=600; HttpOnly; SameSite=Strict; Secure")
        let code = String(match.output.1)
        #expect(!path.contains(code))
        for _ in 1...2 {
            let page = try await landing.get(path, [.cookie: "other=1; tx_code=\(code)"])
            #expect(page.part("tx-code") == code)
            #expect(page.part("command")?.hasSuffix(" --tx-code " + code) == true)
        }
    }

    @Test("Another browser is told that there is a code, and a made-up cookie shows nothing")
    func txCodeElsewhere() async throws {
        let landing = try Landing()
        let path = try await landing.makeOffer("person=p1&credential=student-id&use_tx_code=yes")
        for cookies: HTTPFields in [[:], [.cookie: "tx_code=<b>"], [.cookie: "tx_code="], [.cookie: "tx_code"]] {
            let page = try await landing.get(path, cookies)
            #expect(page.part("tx-code") == nil)
            #expect(page.text.contains("only the browser that made the offer shows"))
        }
    }

    @Test("A cookie does not give a code to an offer that has none")
    func needlessCookie() async throws {
        let landing = try Landing()
        let page = try await landing.get(try await landing.makeOffer(), [.cookie: "tx_code=123456"])
        #expect(!page.text.contains("123456"))
    }

    @Test("Only a cookie for a secure address is marked so")
    func plainCookie() async throws {
        let landing = try Landing(address: "http://localhost:8080")
        let response = try await landing.post(
            "person=p1&credential=student-id&use_tx_code=yes", [.origin: "http://localhost:8080"])
        #expect(response.headers[.setCookie]?.contains("Secure") == false)
    }
}

@Suite("Forms that are refused")
struct TryOutRefusalTests {
    @Test(
        "A form from another site does nothing",
        arguments: [
            [.secFetchSite: "cross-site"], [.secFetchSite: "same-site"], [.origin: "https://evil.example"],
            [.origin: "null"], [.origin: "http://northmere.example"], [.origin: "https://northmere.example:8443"],
            [.secFetchSite: "same-origin", .origin: "https://northmere.example.evil.example"],
        ] as [HTTPFields])
    func crossSite(headers: HTTPFields) async throws {
        let landing = try Landing()
        let response = try await landing.post("person=p1&credential=student-id", headers)
        #expect(response.status == .forbidden)
        #expect(response.text.contains(#"data-problem="cross_site""#))
        #expect(landing.store.offers.isEmpty)
    }

    @Test("Programs that are no browsers, and forms sent again from the history, are served")
    func notCrossSite() async throws {
        let landing = try Landing(address: "https://Northmere.example:443")
        #expect(try await landing.post().status == .seeOther)
        #expect(try await landing.post("person=p1&credential=student-id", [.secFetchSite: "none"]).status == .seeOther)
        let bare = EndpointRequest(
            method: .post, headers: [.contentType: "application/x-www-form-urlencoded"],
            body: Array("person=p1&credential=student-id".utf8))
        guard case .route(let route, _) = landing.table.match(.post, "/try") else { throw Landing.NoRoute() }
        #expect(try await route.handler(bare, "").status == .seeOther)
    }

    @Test(
        "What does not name a try-out person and a credential is refused",
        arguments: [
            ("", "unknown_person"), ("person=p2&credential=student-id", "unknown_person"),
            ("person=p1", "unknown_credential"), ("person=p1&credential=other", "unknown_credential"),
            ("person=p1&person=p1&credential=student-id", "not_a_form"), ("person=%zz", "not_a_form"),
            ("person=p1&credential=library-card", "claims_unavailable"),
        ])
    func badForms(form: String, problem: String) async throws {
        let landing = try Landing()
        let response = try await landing.post(form)
        #expect(response.status == .badRequest)
        #expect(response.text.contains("data-problem=\"\(problem)\""))
        #expect(landing.store.offers.isEmpty)
    }

    @Test("Only forms are read")
    func mediaType() async throws {
        let response = try await Landing().post("{}", [.contentType: "text/plain"])
        #expect(response.text.contains(#"data-problem="not_a_form""#))
    }

    @Test("A person of the registry who is not for trying is refused like a stranger")
    func onlyTryOutPeople() async throws {
        let landing = try Landing(people: [TryOutPerson(id: "someone-else", name: "X")])
        #expect(try await landing.post().text.contains(#"data-problem="unknown_person""#))
    }
}

extension Landing {
    func post(_ form: String, _ changes: HTTPFields) async throws -> EndpointResponse {
        try await post(form, to: "/try", changes)
    }
}
