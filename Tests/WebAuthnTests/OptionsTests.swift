import Testing
import WebAuthn
import WireFormats

@Suite("Options for the browser, WebAuthn Level 3 §5.4 and §5.5")
struct OptionsTests {
    private let descriptor = CredentialDescriptor(
        id: CredentialID(Array(repeating: 0xFB, count: 16))!, transports: ["hybrid", "internal"])

    @Test("Registration asks for a discoverable credential with user verification and no attestation")
    func registration() {
        let options = RegistrationOptions(
            relyingParty: TestAnswer.relyingParty,
            user: PasskeyUser(handle: TestAnswer.user, name: "ana", displayName: "Ana \"A\" Núñez"),
            challenge: TestAnswer.challenge, excludeCredentials: [descriptor], hints: [.clientDevice, .hybrid])
        let expected: JSON = [
            "rp": ["id": "login.example.org", "name": "Example"],
            "user": ["id": "YWNjb3VudCAxNw", "name": "ana", "displayName": "Ana \"A\" Núñez"],
            "challenge": "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA",
            "pubKeyCredParams": [
                ["type": "public-key", "alg": -7], ["type": "public-key", "alg": -8],
                ["type": "public-key", "alg": -257],
            ],
            "timeout": 300_000,
            "excludeCredentials": [
                ["type": "public-key", "id": "-_v7-_v7-_v7-_v7-_v7-w", "transports": ["hybrid", "internal"]]
            ],
            "authenticatorSelection": [
                "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
            ],
            "hints": ["client-device", "hybrid"],
            "attestation": "none",
        ]
        #expect(options.json == expected)
    }

    @Test("An assertion names the account's credentials, or none")
    func assertion() {
        var options = AssertionOptions(
            relyingParty: TestAnswer.relyingParty, challenge: TestAnswer.challenge,
            allowCredentials: [CredentialDescriptor(id: descriptor.id)], userVerification: .preferred,
            timeout: .milliseconds(60_500), hints: [.securityKey])
        let expected: JSON = [
            "challenge": "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA", "timeout": 60_500,
            "rpId": "login.example.org",
            "allowCredentials": [["type": "public-key", "id": "-_v7-_v7-_v7-_v7-_v7-w"]],
            "userVerification": "preferred", "hints": ["security-key"],
        ]
        #expect(options.json == expected)
        options = AssertionOptions(
            relyingParty: TestAnswer.relyingParty, challenge: TestAnswer.challenge, allowCredentials: [],
            userVerification: .required)
        #expect(options.json["allowCredentials"] == [])
        #expect(options.json["userVerification"] == "required")
    }

    @Test("Challenges and user handles are fresh and long enough")
    func random() {
        #expect(CeremonyChallenge.random().bytes.count == 32)
        #expect(CeremonyChallenge.random().bytes != CeremonyChallenge.random().bytes)
        #expect(CeremonyChallenge(Array(repeating: 0, count: 15)) == nil)
        #expect(UserHandle.random().bytes.count == 32)
        #expect(UserHandle.random() != UserHandle.random())
        #expect(UserHandle([]) == nil)
        #expect(UserHandle(Array(repeating: 0, count: 64)) != nil)
        #expect(UserHandle(Array(repeating: 0, count: 65)) == nil)
    }
}

@Suite("Relying party, WebAuthn Level 3 §4")
struct RelyingPartyTests {
    private func fault(_ id: String, _ origins: [String]) -> RelyingPartyFault? {
        do throws(RelyingPartyFault) {
            _ = try RelyingParty(id: id, origins: origins, name: "Example")
            return nil
        } catch {
            return error
        }
    }

    @Test("Origins are those of the identifier and of hosts below it")
    func valid() {
        #expect(fault("example.org", ["https://example.org", "https://a.b.example.org:8443"]) == nil)
        #expect(fault("localhost", ["http://localhost:8080", "https://localhost", "http://x.localhost"]) == nil)
        #expect(fault("xn--bcher-kva.example", ["https://xn--bcher-kva.example"]) == nil)
    }

    @Test(
        "An identifier that is no host name in lower case is refused",
        arguments: [
            "", "Example.org", "https://example.org", "example.org:443", "a..b", ".a", "a.", "-a.b", "a-.b",
            "bücher.de",
            "127.0.0.1", "[::1]", "exa mple.org", String(repeating: "a", count: 64),
        ])
    func malformedID(id: String) {
        #expect(fault(id, ["https://example.org"]) == .malformedID)
    }

    @Test(
        "An origin in another than its only serialization, or not secure, is refused",
        arguments: [
            "https://example.org/", "https://example.org:443", "https://EXAMPLE.org", "http://example.org",
            "example.org",
            "https://example.org:", "https://example.org:08443", "https://example.org:70000",
            "https://user@example.org",
            "https://example.org:1:2", "ftp://example.org", "https://", "http://localhost:80", "null", "",
        ])
    func malformedOrigin(origin: String) {
        #expect(fault("example.org", ["https://example.org", origin]) == .malformedOrigin(origin))
    }

    @Test("A party without origins, or with one elsewhere, is refused")
    func origins() {
        #expect(fault("example.org", []) == .noOrigin)
        for origin in ["https://example.com", "https://notexample.org", "https://org"] {
            #expect(fault("example.org", [origin]) == .originOutsideID(origin))
        }
    }
}
