import CredentialIssuer
import OAuth
import Testing

@testable import WebServer

@Suite("Text that looks like markup")
struct EscapingTests {
    private static let hostile = #"<script>alert(1)</script>"'&"#

    @Test("Names of people, issuer and credentials are shown, not run")
    func names() async throws {
        let configuration = CredentialConfiguration(
            id: "student-id", format: .sdJWTVC(vct: "x", decoys: 0), scope: nil, validity: .seconds(1),
            isKeyBound: true,
            display: [CredentialDisplay(name: Self.hostile, locale: "en", description: Self.hostile)],
            claims: [Landing.claim("given_name", .text(from: "name"), Self.hostile)])
        let landing = try Landing(
            issuer: Self.hostile, people: [TryOutPerson(id: "p1", name: Self.hostile)],
            configurations: [configuration])
        for path in ["/", try await landing.makeOffer()] {
            let html = try await landing.get(path).text
            #expect(!html.contains("<script>"))
            #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"))
        }
    }

    @Test("A quotation mark with an accent does not end an attribute")
    func combiningCharacters() {
        let escaped = HTMLEscaping().escapeText("\"\u{301} onfocus=\"\u{308}x <\u{200D}b")
        #expect(!escaped.unicodeScalars.contains("\"") && !escaped.unicodeScalars.contains("<"))
        #expect(escaped == "&quot;\u{301} onfocus=&quot;\u{308}x &lt;\u{200D}b")
    }

    @Test("That is how templates escape, in partial templates too")
    func templates() async throws {
        let name = "\"\u{301} onfocus=x"
        let configuration = CredentialConfiguration(
            id: "student-id", format: .sdJWTVC(vct: "x", decoys: 0), scope: nil, validity: .seconds(1),
            isKeyBound: true,
            display: [CredentialDisplay(name: name, locale: "en", logoURI: "data:image/png,\"\u{301} onfocus=x")],
            claims: [])
        let html = try await Landing(issuer: name, configurations: [configuration]).get("/").text
        #expect(html.unicodeScalars.split(separator: "\u{301}").dropLast().allSatisfy { $0.last == ";" })
        #expect(html.contains("data:image/png,&quot;\u{301} onfocus=x"))
    }

    @Test("Braces in a name stay what they are")
    func braces() async throws {
        let texts = try PageTexts(language: "en", file: Array(#"{"k": "{a} and {b}, {c"}"#.utf8))
        #expect(texts.text("k", ["a": "{b}", "b": "{{a}}"]) == "\u{2068}{b}\u{2069} and \u{2068}{{a}}\u{2069}, {c")
        let landing = try Landing(people: [TryOutPerson(id: "p1", name: "{{t.skip}}{credential}")])
        #expect(try await landing.get("/").text.contains("<bdi>{{t.skip}}{credential}</bdi>"))
    }

    @Test("Only colours get into the style sheet")
    func colours() {
        let display = ["#123", "#aabbcc", "red;}*{x", "#12345g", "#1234", "##123", "#\u{FF11}23", nil].map {
            CredentialDisplay(name: "x", locale: "en", backgroundColor: $0)
        }
        let configuration = CredentialConfiguration(
            id: "x", format: .sdJWTVC(vct: "x", decoys: 0), scope: nil, validity: .seconds(1), isKeyBound: false,
            display: display, claims: [])
        let sheet = CardStyle.sheet(for: [CredentialCard(configuration: configuration, position: 0)])
        #expect(
            sheet == """
                .card-0-0 { --card: #123; --card-text: #fff; --card-shade: #000; }
                .card-0-1 { --card: #aabbcc; --card-text: #000; --card-shade: #fff; }

                """)
    }
}
