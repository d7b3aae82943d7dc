import Testing
import Verifier

@testable import WalletClient

@Suite("References on pages")
struct URLReferenceTests {
    @Test(
        "A reference is resolved as a browser does",
        arguments: [
            ("", "https://a.example/b/c?d=e"), ("#f", "https://a.example/b/c?d=e"), ("?g", "https://a.example/b/c?g"),
            ("/h", "https://a.example/h"), ("h/i", "https://a.example/b/h/i"), ("/", "https://a.example/"),
            ("//o.example/x", "https://o.example/x"), ("https://o.example?y", "https://o.example/?y"),
            ("/x?u=https://o.example", "https://a.example/x?u=https://o.example"),
            ("x?u=a:b", "https://a.example/b/x?u=a:b"), ("http://localhost:1/", "http://localhost:1/"),
        ])
    func resolved(reference: String, address: String) throws {
        let base = try WebAddress("https://a.example/b/c?d=e")
        #expect(URLReference.resolve(reference, against: base)?.text == address)
    }

    @Test(
        "What leads to no address of the web is none",
        arguments: [
            "javascript:alert(1)", "data:text/html,x", "wallet://callback", "http://o.example/", "mailto:a@b",
            "https://", "/a b", "/\u{E9}",
        ])
    func refused(reference: String) throws {
        let base = try WebAddress("https://a.example/b/c?d=e")
        #expect(URLReference.resolve(reference, against: base) == nil)
    }
}
