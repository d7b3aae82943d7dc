import CredentialFormats
import Foundation
import HTTPTypes
import JOSE
import OAuth
import Portal
import PrintedCredential
import Storage
import Testing
import Verifier
import WireFormats

@testable import WebServer

@Suite("Taking a credential away")
struct DeliveryTests {
    // MARK: File

    @Test
    func `the file of a credential that is bound to no key is the credential`() async throws {
        let credential = try TestCredentials.inHand()
        let response = try await TestPortal(credential).received().deliver("file")
        #expect(response.text == credential.text)
        #expect(response.headers[.contentType] == "application/dc+sd-jwt")
        #expect(response.headers[.contentDisposition] == "attachment; filename=\"student.sd-jwt\"")
        #expect(response.headers[.xContentTypeOptions] == "nosniff")
        #expect(try await TestCredentials.verify(response.text).isValid)
    }

    @Test
    func `the file of a bound credential has its private key, with a warning`() async throws {
        let credential = try TestCredentials.inHand(bound: true)
        let response = try await TestPortal(credential).received().deliver("file", query: "?lang=fr")
        #expect(response.headers[.contentDisposition] == "attachment; filename=\"student.json\"")
        let json = try JSON(parsing: response.body, limits: JSONLimits(depth: 8, values: 100))
        #expect(json["credential"]?.string == credential.text)
        #expect(json["private_key"]?["d"] == .string(Base64URL.encode(TestCredentials.holder.rawRepresentation)))
        #expect(json["warning"]?.string?.hasPrefix("Gardez ce fichier secret") == true)
        let report = try await TestCredentials.verify(try #require(json["credential"]?.string))
        #expect(report.isValid && report.content?.holderKey == TestCredentials.holder.publicKey)
    }

    @Test
    func `a W3C credential is a file of its own type`() async throws {
        let text = try TestCredentials.w3cJWT(TestCredentials.student())
        let credential = CredentialInHand(text: text, format: "jwt_vc_json", claims: ["given_name": "Ana"])
        let response = try await TestPortal(credential).received().deliver("file")
        #expect(response.headers[.contentType] == "application/jwt" && response.text == text)
        #expect(response.headers[.contentDisposition] == "attachment; filename=\"student.jwt\"")
    }

    @Test(arguments: [
        ("../../etc/passwd", "------etc-passwd"), ("a\"b\r\nX: y", "a-b--X--y"), ("بطاقة", "credential"),
        ("student_card.v2", "student_card-v2"), (String(repeating: "a", count: 99), String(repeating: "a", count: 60)),
    ])
    func `files have harmless names`(id: String, name: String) throws {
        let held = HeldCredential(
            described: CatalogueCredential(id: id, name: LocalizedText("x"), issuer: LocalizedText("y")),
            credential: try TestCredentials.inHand(), receivedAt: TestCredentials.start,
            keptUntil: TestCredentials.start)
        #expect(held.textFile.name == name + ".sd-jwt")
    }

    // MARK: Paper

    @Test
    func `the page for the printer has a code that is a valid credential, and says what is not in it`() async throws {
        let credential = try TestCredentials.inHand()
        let response = try await TestPortal(credential).received().deliver("print")
        #expect(response.status == .ok && response.has("portal-print"))
        let paper = try #require(PaperCredential(credential))
        #expect(response.text.contains("d=\"\(try #require(QRCode(paper.text)).path)\""))
        let report = try await TestCredentials.verify(paper.text)
        #expect(report.isValid && report.content?.claims["given_name"] == "Ana")
        #expect(report.content?.claims["portrait"] == nil)
        #expect(response.text.contains("src=\"\(TestCredentials.portrait)\""), "it is on the paper all the same")
        #expect(response.part("portal-omitted")?.hasSuffix("\u{2068}Portrait\u{2069}") == true)
    }

    @Test
    func `the PDF is a file`() async throws {
        let response = try await TestPortal().received().deliver("pdf")
        #expect(response.headers[.contentType] == "application/pdf")
        #expect(response.headers[.contentDisposition] == "attachment; filename=\"student.pdf\"")
        #expect(response.text.hasPrefix("%PDF-1.7"))
        for shown in ["Student card", "Northmere University", "Ana", "Quay 12", "Yes", "For checking"] {
            #expect(response.text.contains(hexadecimal(shown)), "\(shown)")
        }
        #expect(!response.text.contains(hexadecimal("Portrait")), "pictures are not on it")
    }

    @Test
    func `the PDF says which of its claims the code lacks`() async throws {
        let thesis = Claim(
            "thesis", .json(.string(String(repeating: "word ", count: 150))), isSelectivelyDisclosable: true)
        let logo = Claim("logo", .json(.string("data:image/png;base64," + String(repeating: "A", count: 800))))
        let portal = try TestPortal(try TestCredentials.inHand(TestCredentials.student(with: [thesis, logo])))
        let response = try await portal.received().deliver("pdf")
        #expect(response.text.contains(hexadecimal("not in the code: thesis>")))
    }

    /// As text stands in a PDF; `>` ends it.
    private func hexadecimal(_ text: String) -> String {
        text.utf8.map { $0 == UInt8(ascii: ">") ? ">" : String($0, radix: 16, uppercase: true) }.joined()
    }

    @Test
    func `paper can be had as often as wanted`() async throws {
        let browser = try await TestPortal().received()
        for way in ["print", "pdf", "print", "pdf"] { #expect(try await browser.deliver(way).status == .ok) }
        #expect(try await browser.get("/portal/credential").has("portal-received"))
    }

    @Test
    func `a credential that fits no code is not offered on paper`() async throws {
        let claims = ClaimTree([Claim("thesis", .json(.string(String(repeating: "x", count: 3000))))])
        let browser = try await TestPortal(try TestCredentials.inHand(claims)).received()
        #expect(try await browser.get("/portal/credential").ways == ["wallet", "file", "email", "done"])
        for way in ["print", "pdf"] {
            let response = try await browser.deliver(way)
            #expect(response.status == .badRequest && response.text.contains("too large for paper"))
        }
    }

    @Test
    func `whatever is short enough for a code is drawn`() {
        for length in [1, 1310, 2331, 2332, PaperCredential.maximumBytes] {
            let text = String(repeating: "x", count: length)
            #expect(QRCode(text) != nil && PrintedCode(text, caption: "", side: 100) != nil)
        }
        let long = String(repeating: "x", count: PaperCredential.maximumBytes + 1)
        #expect(QRCode(long) == nil && PrintedCode(long, caption: "", side: 100) == nil)
    }

    @Test(arguments: ["ليان", "汐里", "Nguyễn", "Łukasz"])
    func `a name in letters that the PDF lacks is not offered as one`(name: String) async throws {
        let credential = try TestCredentials.inHand(TestCredentials.student(name: .string(name)))
        let browser = try await TestPortal(credential).received()
        #expect(try await browser.get("/portal/credential").ways == ["wallet", "file", "print", "email", "done"])
        #expect(try await browser.deliver("print").text.contains(name))
        #expect(try await browser.deliver("pdf").status == .badRequest)
    }

    @Test
    func `in a language whose letters the PDF lacks it is in English`() async throws {
        let response = try await TestPortal().received("uk").deliver("pdf", query: "?lang=uk")
        #expect(response.text.contains(hexadecimal("Student card")) && response.text.contains("/Lang (en)"))
        let french = try await TestPortal().received("fr").deliver("pdf", query: "?lang=fr")
        #expect(french.text.contains("/Lang (fr)"))
    }

    // MARK: Wallet

    @Test
    func `an offer is made with the person's own access`() async throws {
        let portal = try TestPortal()
        let response = try await portal.received().deliver("wallet")
        #expect(response.has("portal-done") && response.text.contains("482913"))
        #expect(
            response.text.contains(
                "href=\"openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffers%2F1\""))
        #expect(portal.offers.last?.id == "student" && portal.offers.last?.access == ["token": "at-secret"])
        #expect(response.ways == ["done"])
    }

    @Test
    func `an issuer that makes no offers for others is not asked for any`() async throws {
        let portal = try TestPortal()
        portal.offers.change { $0.areMade = false }
        let browser = try await portal.received()
        #expect(try await browser.get("/portal/credential").ways.contains("wallet") == false)
        #expect(try await browser.deliver("wallet").text.contains("could not be made"))
        #expect(portal.offers.count == 0)
        let without = try await TestPortal(makesOffers: false).received()
        #expect(try await without.get("/portal/credential").ways.contains("wallet") == false)
    }

    @Test
    func `an issuer that turns out to make none is not offered again`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        portal.offers.change { $0.refusal = .notMadeHere }
        let response = try await browser.deliver("wallet")
        #expect(response.status == .badGateway && response.ways == ["file", "print", "pdf", "email", "done"])
        #expect(portal.reports.all.isEmpty)
    }

    @Test
    func `an offer that fails is told to both, and can be tried again`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        portal.offers.change { $0.refusal = .refused(reason: "status 500") }
        let response = try await browser.deliver("wallet")
        #expect(response.text.contains("could not be made") && !response.text.contains("status 500"))
        #expect(portal.reports.all.map(\.reason) == ["status 500"])
        portal.offers.change { $0.refusal = nil }
        #expect(try await browser.deliver("wallet").has("portal-offer-link"))
    }

    @Test
    func `offers are few`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        for _ in 0..<5 { #expect(try await browser.deliver("wallet").has("portal-offer-link")) }
        #expect(try await browser.get("/portal/credential").ways.contains("wallet") == false)
        #expect(try await browser.deliver("wallet").status == .badGateway)
        #expect(portal.offers.count == 5)
    }

    @Test
    func `pressing twice at once does no harm`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        let csrf = try await browser.get("/portal/credential").csrf
        let shown = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await browser.post(["csrf": csrf, "way": "wallet"], to: "/portal/deliver")
                        .has("portal-offer-link")
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(shown == [true, true, true] && portal.offers.count == 3)
    }

    // MARK: E-mail

    @Test
    func `a letter goes to the address on record and nowhere else`() async throws {
        let portal = try TestPortal()
        let response = try await portal.received().deliver("email", ["email": "thief@evil.example"])
        #expect(response.has("portal-done") && response.text.contains("a…@students.example"))
        #expect(!response.text.contains("ana@students.example") && !response.text.contains("thief"))
        let letter = try #require(portal.mail.sent.first)
        #expect(portal.mail.sent.count == 1 && letter.recipient.text == "ana@students.example")
        #expect(letter.subject == "Student card" && letter.text.contains("Northmere University"))
        #expect(letter.enclosures.map(\.name) == ["student.sd-jwt", "student.pdf"])
    }

    @Test
    func `a letter never has the private key`() async throws {
        let portal = try TestPortal(try TestCredentials.inHand(bound: true))
        _ = try await portal.received().deliver("email")
        let letter = try #require(portal.mail.sent.first)
        #expect(letter.enclosures.map(\.name) == ["student.sd-jwt", "student.pdf"])
        let secret = Base64URL.encode(TestCredentials.holder.rawRepresentation)
        for enclosure in letter.enclosures {
            #expect(!String(decoding: enclosure.bytes, as: UTF8.self).contains(secret))
        }
        #expect(letter.text.contains("not sent by e-mail") && !letter.text.contains(secret))
    }

    @Test
    func `a letter is in the visitor's language, with a name in one line`() async throws {
        let described = CatalogueCredential(
            id: "student", name: LocalizedText("Card\r\nBcc: thief@evil.example"), issuer: LocalizedText("Uni"))
        let portal = try TestPortal(catalogue: FakeCatalogue(entries: [described]))
        _ = try await portal.received("fr").deliver("email", query: "?lang=fr")
        let letter = try #require(portal.mail.sent.first)
        #expect(letter.subject == "Card  Bcc: thief@evil.example")
        #expect(letter.text.hasPrefix("Bonjour"))
    }

    @Test
    func `without an address on record, or a postman, there are no letters`() async throws {
        let nobody = try TestPortal(try TestCredentials.inHand(email: nil))
        let browser = try await nobody.received()
        #expect(try await browser.get("/portal/credential").ways.contains("email") == false)
        #expect(try await browser.deliver("email", ["email": "thief@evil.example"]).status == .badGateway)
        #expect(nobody.mail.sent.isEmpty)
        let without = try await TestPortal(sendsLetters: false).received()
        #expect(try await without.get("/portal/credential").ways.contains("email") == false)
        #expect(try await without.deliver("email").status == .badGateway)
    }

    @Test
    func `a letter that is not taken is told to both`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        portal.mail.fail(PortalMailRefusal(reason: "the mail server cannot be reached"))
        let response = try await browser.deliver("email")
        #expect(response.status == .badGateway && response.text.contains("could not be sent"))
        #expect(portal.reports.all.map(\.place) == [.mail])
        portal.mail.fail(nil)
        #expect(try await browser.deliver("email").has("portal-done"))
    }

    @Test
    func `letters are few`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        for _ in 0..<3 { #expect(try await browser.deliver("email").has("portal-done")) }
        #expect(try await browser.get("/portal/credential").ways.contains("email") == false)
        #expect(try await browser.deliver("email").status == .badGateway)
        #expect(portal.mail.sent.count == 3)
    }

    // MARK: The end

    @Test
    func `done leaves nothing`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        let response = try await browser.deliver("done")
        #expect(response.status == .ok && response.text.contains("Nothing of your credential is kept here"))
        #expect(browser.jar.isEmpty)
        #expect(try await portal.disk.visits().isEmpty)
    }

    @Test
    func `somebody who has kept the cookie finds nothing when it is done`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        let copy = Browser(portal)
        for (name, value) in browser.jar { copy.setCookie(name, value) }
        #expect(try await copy.get("/portal/credential").has("portal-received"))
        _ = try await browser.deliver("done")
        #expect(try await copy.get("/portal/credential").isProblem("over"))
    }

    @Test
    func `after ten minutes it is over by itself, and soon deleted`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        let csrf = try await browser.get("/portal/credential").csrf
        portal.clock.advance(by: 600)
        #expect(try await browser.get("/portal/credential").isProblem("over"))
        for way in ["wallet", "file", "print", "pdf", "email", "done"] {
            let response = try await browser.post(["csrf": csrf, "way": way], to: "/portal/deliver")
            #expect(response.isProblem("over"))
        }
        #expect(try await portal.store.sweep(at: portal.clock.now) == 1)
        #expect(try await portal.disk.visits().isEmpty)
    }

    @Test
    func `what is delivered does not lengthen the time`() async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        portal.clock.advance(by: 590)
        _ = try await browser.deliver("wallet")
        portal.clock.advance(by: 10)
        #expect(try await browser.get("/portal/credential").isProblem("over"))
    }

    // MARK: Forms

    @Test(arguments: ["", "wallets", "DONE", "file\u{0}"])
    func `a way that there is not is refused`(way: String) async throws {
        #expect(try await TestPortal().received().deliver(way).isProblem("cross_site"))
    }

    @Test(arguments: ["wallet", "file", "print", "pdf", "email", "done"])
    func `a form from elsewhere delivers nothing`(way: String) async throws {
        let portal = try TestPortal()
        let browser = try await portal.received()
        let csrf = try await browser.get("/portal/credential").csrf
        let others = try await Browser(portal).get("/portal").csrf
        let forms: [(String, HTTPFields)] = [(csrf, [.origin: "https://evil.example"]), ("", [:]), (others, [:])]
        for (value, headers) in forms {
            let response = try await browser.post(["csrf": value, "way": way], to: "/portal/deliver", headers)
            #expect(response.status == .forbidden && response.isProblem("cross_site"))
        }
        #expect(portal.offers.count == 0 && portal.mail.sent.isEmpty)
        #expect(try await portal.disk.visits().count == 1)
    }

    @Test
    func `a visit that has no credential yet delivers nothing`() async throws {
        let browser = Browser(try TestPortal())
        try await browser.start()
        let csrf = try await browser.get("/portal").csrf
        #expect(try await browser.post(["csrf": csrf, "way": "file"], to: "/portal/deliver").isProblem("over"))
    }
}

extension EndpointResponse {
    /// The text inside the element with that `data-test`, which has none of its own kind inside.
    fileprivate func part(_ name: String) -> String? {
        let parts = text.split(separator: " data-test=\"\(name)\"", maxSplits: 1)
        guard parts.count == 2, let open = parts[1].firstIndex(of: ">"), let end = parts[1].firstRange(of: "</p>")
        else { return nil }
        return String(parts[1][parts[1].index(after: open)..<end.lowerBound])
    }
}
