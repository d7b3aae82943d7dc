import TestSupport
import Testing
import WebAuthn
import WireFormats

@Suite("Client data, WebAuthn Level 3 §5.8.1")
struct ClientDataTests {
    /// What both ceremonies say to client data with one member replaced or removed.
    private func refusal(_ name: String, _ value: JSON?) throws -> WebAuthnRefusal? {
        var registration = TestAnswer.registration()
        registration.clientData[name] = value
        let first = refusal { try registration.register() }
        var assertion = TestAnswer.assertion()
        assertion.clientData[name] = value
        let second = refusal { try assertion.assert() }
        #expect(first == second)
        return second
    }

    private func refusal(_ attempt: () throws -> some Any) -> WebAuthnRefusal? {
        do {
            _ = try attempt()
            return nil
        } catch {
            return error as? WebAuthnRefusal
        }
    }

    @Test("Members that newer clients add are ignored")
    func extraMembers() throws {
        #expect(try refusal("other_keys_can_be_added_here", "x") == nil)
        #expect(try refusal("tokenBinding", ["status": "supported"]) == nil)
        #expect(try refusal("crossOrigin", nil) == nil)
    }

    @Test("Data of the other ceremony, or of none, is refused")
    func ceremony() throws {
        var registration = TestAnswer.registration()
        registration.clientData["type"] = "webauthn.get"
        #expect(refusal { try registration.register() } == .wrongCeremony)
        var assertion = TestAnswer.assertion()
        assertion.clientData["type"] = "webauthn.create"
        #expect(refusal { try assertion.assert() } == .wrongCeremony)
        #expect(try refusal("type", "payment.get") == .wrongCeremony)
        #expect(try refusal("type", nil) == .malformedClientData)
    }

    @Test("Another challenge is refused, also one that begins alike")
    func challenge() throws {
        for bytes in [Array(2...33), Array(1...31), Array(1...33), [UInt8]()] as [[UInt8]] {
            #expect(try refusal("challenge", .string(Base64URL.encode(bytes))) == .wrongChallenge)
        }
        let honest = Base64URL.encode(TestAnswer.challenge.bytes)
        for value: JSON? in [nil, 1, .string(honest + "="), "AQIDB"] {
            #expect(try refusal("challenge", value) == .malformedClientData)
        }
    }

    @Test("Each origin of the relying party is one, and nothing else is")
    func origin() throws {
        #expect(try refusal("origin", "https://a.login.example.org:8443") == nil)
        for origin in [
            "http://login.example.org", "https://login.example.org/", "https://login.example.org:443",
            "https://example.org", "https://login.example.org.evil.example", "https://a.login.example.org",
            "https://LOGIN.example.org", "https://evil.example/https://login.example.org", "null", "",
            "https://login.example.o\u{0072}\u{0301}g", "android:apk-key-hash:AAAA",
        ] {
            #expect(try refusal("origin", .string(origin)) == .wrongOrigin)
        }
        #expect(try refusal("origin", nil) == .malformedClientData)
    }

    @Test("A page in a frame of another origin is refused")
    func crossOrigin() throws {
        #expect(try refusal("crossOrigin", true) == .crossOrigin)
        #expect(try refusal("crossOrigin", "false") == .malformedClientData)
        #expect(try refusal("topOrigin", "https://login.example.org") == .crossOrigin)
        #expect(try refusal("topOrigin", nil) == nil)
    }

    @Test(
        "What is no JSON object, or says something twice, is refused",
        arguments: [
            "", "[]", "null", "{\"type\":\"webauthn.get\"", "\u{FEFF}{\"type\":\"webauthn.get\"}",
            "{\"type\":\"webauthn.get\",\"type\":\"webauthn.get\"}",
        ])
    func malformed(text: String) {
        var assertion = TestAnswer.assertion()
        assertion.response = ["clientDataJSON": .string(Base64URL.encode(text.bytes))]
        #expect(refusal { try assertion.assert() } == .malformedClientData)
    }
}
