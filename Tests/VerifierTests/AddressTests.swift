import Testing

@testable import Verifier

@Suite("Addresses that may be fetched")
struct AddressTests {
    @Test(
        "https anywhere, http to this machine",
        arguments: [
            ("https://Example.ORG", "https://example.org/"),
            ("https://example.org:443/a?b#c", "https://example.org/a?b"),
            ("http://localhost:8080/x", "http://localhost:8080/x"), ("HTTP://127.0.0.53", "http://127.0.0.53/"),
            ("http://[::1]:80", "http://[::1]/"), ("https://10.0.0.1?q", "https://10.0.0.1/?q"),
        ])
    func accepted(text: String, normal: String) throws {
        #expect(try WebAddress(text).text == normal)
    }

    @Test(
        "Everything else is refused for its reason",
        arguments: [
            ("http://example.org", WebAddress.Malformation.notEncrypted), ("http://localhost.example", .notEncrypted),
            ("http://10.0.0.1", .notEncrypted), ("ftp://example.org", .scheme), ("example.org", .scheme), ("", .scheme),
            ("https://", .host), ("https:///path", .host), ("https://a@b", .host), ("https://a..b", .host),
            ("https://2130706433", .host), ("https://0x7f.1", .host), ("https://127.1", .host),
            ("https://1.2.3.04", .host),
            ("https://256.1.1.1", .host), ("https://[fe80::1%25eth0]", .host), ("https://[localhost]", .host),
            ("https://a%2eb", .host), ("https://a:0", .port), ("https://a:65536", .port), ("https://a:", .port),
            ("https://a:+1", .port), ("https://a b", .character), ("https://a\n", .character),
            ("https://a\\b", .character),
            ("https://é.example", .character), ("https://[::1]x", .port), ("https://[::1", .host),
        ])
    func refused(text: String, reason: WebAddress.Malformation) {
        #expect(throws: reason) { try WebAddress(text) }
    }

    @Test(
        "did:web names where its document is",
        arguments: [
            ("did:web:example.org", "https://example.org/.well-known/did.json"),
            ("did:web:example.org%3A3000:user:ana", "https://example.org:3000/user/ana/did.json"),
            ("did:web:localhost%3a8080", "http://localhost:8080/.well-known/did.json"),
        ])
    func didWeb(did: String, address: String) {
        #expect(DIDWeb(did)?.documentAddress == address)
    }

    @Test("What deceives or commands a terminal is taken out of text")
    func printable() {
        #expect("a\u{1B}[31mb\u{202E}c\r\nd\u{0}\u{9B}e".printable() == "a [31mbc  d  e")
        #expect("می\u{200C}خواهم\u{2028}".printable() == "می\u{200C}خواهم ")
        #expect(String(repeating: "x", count: 400).printable(limit: 10) == "xxxxxxxxxx…")
        #expect(("a" + String(repeating: "\u{301}", count: 9000)).printable(limit: 10).utf8.count < 100)
    }
}
