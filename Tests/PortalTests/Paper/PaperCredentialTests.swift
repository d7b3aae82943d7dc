import CredentialFormats
import Foundation
import TestSupport
import Testing
import Verifier
import WireFormats

@testable import Portal

@Suite("Credentials in a QR code")
struct PaperCredentialTests {
    private func paper(_ claims: ClaimTree) throws -> PaperCredential? {
        PaperCredential(try TestCredentials.inHand(claims))
    }

    private func text(_ name: String, _ length: Int, disclosable: Bool = true) -> Claim {
        Claim(name, .json(.string(String(repeating: "x", count: length))), isSelectivelyDisclosable: disclosable)
    }

    @Test
    func `what fits is left as it was issued`() throws {
        let credential = try TestCredentials.inHand(TestCredentials.student(with: []))
        let paper = try #require(PaperCredential(credential))
        #expect(paper.text == credential.text && paper.omitted.isEmpty)
    }

    @Test
    func `pictures are left out, also where they would fit`() async throws {
        let tiny = Claim("portrait", .json("data:image/png;base64,AA"), isSelectivelyDisclosable: true)
        let paper = try #require(try paper(TestCredentials.student(with: [tiny])))
        #expect(paper.omitted == [["portrait"]])
        let report = try await TestCredentials.verify(paper.text)
        #expect(report.isValid && report.content?.claims["portrait"] == nil)
        #expect(report.content?.claims["email"] == "ana@students.example")
    }

    @Test
    func `the largest are left out first, and no more than needed`() async throws {
        let claims = ClaimTree([text("a", 200), text("b", 1400), text("c", 150), text("d", 400)])
        let paper = try #require(try paper(claims))
        #expect(paper.omitted == [["b"]] && paper.text.utf8.count <= PaperCredential.maximumBytes)
        let report = try await TestCredentials.verify(paper.text)
        #expect(report.isValid && report.content?.claims.names.sorted() == ["a", "c", "d"])
    }

    @Test
    func `what is in a claim goes with it, and goes without saying`() async throws {
        let inner = ClaimTree([text("street", 40), text("town", 30)])
        let address = ClaimTree([
            Claim("home", .nested(inner), isSelectivelyDisclosable: true),
            text("note", 2600, disclosable: false),
        ])
        let paper = try #require(
            try paper(ClaimTree([Claim("address", .nested(address), isSelectivelyDisclosable: true), text("a", 20)])))
        #expect(paper.omitted == [["address"]])
        let report = try await TestCredentials.verify(paper.text)
        #expect(report.isValid && report.content?.claims.names == ["a"])
    }

    @Test
    func `claims in claims and elements of lists are left out by themselves`() async throws {
        let address = ClaimTree([text("street", 1500), text("town", 30)])
        let list = ClaimValue.array([
            .init(.json("French"), isSelectivelyDisclosable: true),
            .init(.json(.string(String(repeating: "y", count: 1600))), isSelectivelyDisclosable: true),
        ])
        let paper = try #require(
            try paper(
                ClaimTree([
                    Claim("address", .nested(address), isSelectivelyDisclosable: true), Claim("languages", list),
                ])))
        #expect(paper.omitted == [["address", "street"], ["languages"]])
        let report = try await TestCredentials.verify(paper.text)
        #expect(report.isValid && report.content?.claims["address"]?.object?.names == ["town"])
        #expect(report.content?.claims["languages"] == ["French"])
    }

    @Test
    func `what is signed and too large fits no code`() throws {
        #expect(try paper(ClaimTree([text("a", 2500, disclosable: false), text("b", 40)])) == nil)
        let picture = Claim("portrait", .json(.string(TestCredentials.portrait)))
        #expect(try paper(ClaimTree([picture])) == nil)
    }

    @Test(arguments: [(400, true), (5000, false)])
    func `a W3C credential fits as it is or not at all`(length: Int, fits: Bool) throws {
        let jwt = try TestCredentials.w3cJWT(ClaimTree([text("a", length)]))
        let paper = PaperCredential(CredentialInHand(text: jwt, format: "jwt_vc_json", claims: [:]))
        #expect(paper == nil || paper?.text == jwt)
        #expect((paper != nil) == fits)
    }

    @Test(arguments: ["~", "a~", "a.b.c~", "a.b.c~d", "not a credential~x~"])
    func `what is no SD-JWT fits no code`(text: String) {
        #expect(PaperCredential(CredentialInHand(text: text, format: "dc+sd-jwt", claims: [:])) == nil)
    }

    @Test
    func `a disclosure that belongs nowhere, or a key binding, fits no code`() throws {
        let whole = try TestCredentials.inHand(TestCredentials.student(with: [])).text
        for text in [whole + "WyJzYWx0IiwibmFtZSIsInZhbHVlIl0~", whole + "a.b.c"] {
            #expect(PaperCredential(CredentialInHand(text: text, format: "dc+sd-jwt", claims: [:])) == nil)
        }
    }

    @Test
    func `whatever is left out, the rest is valid`() async throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<40 {
            let claims = ClaimTree((0..<6).map { claim("c\($0)", depth: 0, &generator) })
            guard let paper = try paper(claims) else { continue }
            let report = try await TestCredentials.verify(paper.text)
            #expect(report.isValid && paper.text.utf8.count <= PaperCredential.maximumBytes)
        }
    }

    private func claim(_ name: String, depth: Int, _ generator: inout SeededGenerator) -> Claim {
        let isDisclosable = !generator.oneIn(3)
        if depth < 3, generator.oneIn(3) {
            let inner = (0..<Int.random(in: 1...3, using: &generator)).map {
                claim(name + "\($0)", depth: depth + 1, &generator)
            }
            return Claim(name, .nested(ClaimTree(inner)), isSelectivelyDisclosable: isDisclosable)
        }
        let length = Int.random(in: 0...600, using: &generator)
        return text(name, length, disclosable: isDisclosable)
    }
}
