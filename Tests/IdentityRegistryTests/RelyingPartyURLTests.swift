import IdentityRegistry
import Testing
import WebAuthn

@Suite("Whom passkeys are made for")
struct RelyingPartyURLTests {
    @Test(
        "The public address says it",
        arguments: [
            ("https://issuer.example.org", "issuer.example.org", "https://issuer.example.org"),
            ("https://issuer.example.org/tenant/a", "issuer.example.org", "https://issuer.example.org"),
            ("https://Issuer.Example.org:8443", "issuer.example.org", "https://issuer.example.org:8443"),
            ("https://issuer.example.org:443", "issuer.example.org", "https://issuer.example.org"),
            ("http://localhost:8080", "localhost", "http://localhost:8080"),
            ("http://localhost", "localhost", "http://localhost"),
        ])
    func party(url: String, id: String, origin: String) {
        let party = RelyingParty(publicURL: url, name: "Example")
        #expect(party?.id == id)
        #expect(party?.origins == [origin])
    }

    @Test(
        "Where browsers make no passkeys there is none",
        arguments: [
            "http://issuer.example.org", "https://192.0.2.7", "http://127.0.0.1:8080", "https://[::1]", "x", "",
        ])
    func none(url: String) {
        #expect(RelyingParty(publicURL: url, name: "Example") == nil)
    }
}
