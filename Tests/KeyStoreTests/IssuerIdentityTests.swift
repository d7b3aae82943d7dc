import Testing

@testable import KeyStore

@Suite("Issuer identity")
struct IssuerIdentityTests {
    struct Derivation: CustomTestStringConvertible {
        let url: String
        let did: String
        let host: String
        let documentPath: String
        var testDescription: String { url }
    }

    static let derivations = [
        Derivation(
            url: "http://localhost:8080", did: "did:web:localhost%3A8080", host: "localhost",
            documentPath: "/.well-known/did.json"),
        Derivation(
            url: "https://issuer.example", did: "did:web:issuer.example", host: "issuer.example",
            documentPath: "/.well-known/did.json"),
        Derivation(
            url: "https://issuer.example/", did: "did:web:issuer.example", host: "issuer.example",
            documentPath: "/.well-known/did.json"),
        Derivation(
            url: "https://Issuer.Example/Registrar", did: "did:web:issuer.example:Registrar",
            host: "issuer.example", documentPath: "/Registrar/did.json"),
        Derivation(
            url: "https://issuer.example:8443/a/b/", did: "did:web:issuer.example%3A8443:a:b",
            host: "issuer.example", documentPath: "/a/b/did.json"),
        Derivation(
            url: "https://issuer.example/a%20b/~c:d", did: "did:web:issuer.example:a%20b:%7Ec%3Ad",
            host: "issuer.example", documentPath: "/a%20b/%7Ec%3Ad/did.json"),
        Derivation(
            url: "https://xn--sndermark-l8a.example", did: "did:web:xn--sndermark-l8a.example",
            host: "xn--sndermark-l8a.example", documentPath: "/.well-known/did.json"),
        Derivation(
            url: "http://127.0.0.1:8080", did: "did:web:127.0.0.1%3A8080", host: "127.0.0.1",
            documentPath: "/.well-known/did.json"),
        Derivation(
            url: "http://[::1]:8080", did: "did:web:%5B%3A%3A1%5D%3A8080", host: "::1",
            documentPath: "/.well-known/did.json"),
    ]

    @Test("The DID, the host and the place of the DID document follow from the URL", arguments: derivations)
    func derivation(expected: Derivation) throws {
        let identity = try IssuerIdentity(url: expected.url, organizationName: "University")
        #expect(identity.url == expected.url)
        #expect(identity.did == expected.did)
        #expect(identity.host == expected.host)
        #expect(identity.didDocumentPath == expected.documentPath)
    }

    @Test(
        "What is no web URL is refused",
        arguments: [
            "", "issuer.example", "ftp://issuer.example", "https://", "https:///path", "did:web:issuer.example",
            "https://søndermark.example", "https://issuer.example/a b", "https://issuer.example:x", "https://a%2Fb",
        ])
    func notWebURL(url: String) {
        #expect(throws: IssuerIdentityFault.notWebURL(url)) {
            try IssuerIdentity(url: url, organizationName: "University")
        }
    }

    @Test(
        "Query, fragment and user name are refused",
        arguments: [
            "https://issuer.example?tenant=1", "https://issuer.example/?", "https://issuer.example#a",
            "https://user@issuer.example", "https://user:pass@issuer.example",
        ])
    func surplus(url: String) {
        #expect(throws: IssuerIdentityFault.surplusPart(url)) {
            try IssuerIdentity(url: url, organizationName: "University")
        }
    }

    @Test("An organization has a name")
    func organization() {
        #expect(throws: IssuerIdentityFault.missingOrganizationName) {
            try IssuerIdentity(url: "https://issuer.example", organizationName: " ")
        }
    }
}
