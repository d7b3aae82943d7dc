import Testing
import WebAuthn
import WireFormats

@Suite("Authenticator data, WebAuthn Level 3 §6.1")
struct AuthenticatorDataTests {
    private func registrationRefusal(
        _ userVerification: UserVerificationRequirement = .required, _ change: (inout TestAnswer) -> Void
    ) -> WebAuthnRefusal? {
        var answer = TestAnswer.registration()
        change(&answer)
        do throws(WebAuthnRefusal) {
            _ = try answer.register(userVerification)
            return nil
        } catch {
            return error
        }
    }

    private func assertionRefusal(
        _ userVerification: UserVerificationRequirement = .required, _ change: (inout TestAnswer) -> Void
    ) -> WebAuthnRefusal? {
        var answer = TestAnswer.assertion()
        change(&answer)
        do {
            _ = try answer.assert(userVerification)
            return nil
        } catch {
            return error as? WebAuthnRefusal
        }
    }

    @Test("A credential of another relying party is refused", arguments: ["example.org", "login.example.org.", ""])
    func relyingParty(id: String) {
        #expect(registrationRefusal { $0.relyingPartyID = id } == .wrongRelyingParty)
        #expect(assertionRefusal { $0.relyingPartyID = id } == .wrongRelyingParty)
    }

    @Test("Without a person's presence nothing is accepted")
    func userPresence() {
        #expect(registrationRefusal { $0.flags &= ~1 } == .userNotPresent)
        #expect(assertionRefusal { $0.flags &= ~1 } == .userNotPresent)
    }

    @Test("Without user verification an answer is accepted only if it was not required")
    func userVerification() {
        #expect(registrationRefusal { $0.flags &= ~4 } == .userNotVerified)
        #expect(assertionRefusal { $0.flags &= ~4 } == .userNotVerified)
        for requirement in [UserVerificationRequirement.preferred, .discouraged] {
            #expect(registrationRefusal(requirement) { $0.flags &= ~4 } == nil)
            #expect(assertionRefusal(requirement) { $0.flags &= ~4 } == nil)
        }
    }

    @Test("Reserved flags are ignored")
    func reservedFlags() {
        #expect(registrationRefusal { $0.flags |= 0b10_0010 } == nil)
        #expect(assertionRefusal { $0.flags |= 0b10_0010 } == nil)
    }

    @Test("Data shorter than hash, flags and counter is refused", arguments: [0, 1, 32, 36])
    func short(count: Int) {
        let honest = TestAnswer.assertion().signedData
        #expect(
            assertionRefusal { $0.authenticatorData = Array(honest[..<count]) } == .malformedAuthenticatorData)
        #expect(
            registrationRefusal { $0.authenticatorData = Array(honest[..<count]) } == .malformedAuthenticatorData)
    }

    @Test("Every cut of an honest registration is refused")
    func cuts() {
        let honest = TestAnswer.registration().signedData
        for count in 0..<honest.count {
            #expect(registrationRefusal { $0.authenticatorData = Array(honest[..<count]) } != nil)
        }
    }

    @Test("Bytes that no flag announces are refused")
    func trailingBytes() {
        #expect(registrationRefusal { $0.tail = [0] } == .malformedAuthenticatorData)
        #expect(assertionRefusal { $0.tail = [0] } == .malformedAuthenticatorData)
        let extensions = CBORValue.map([(.text("credProtect"), .integer(2))]).encoded
        #expect(registrationRefusal { $0.tail = extensions } == .malformedAuthenticatorData)
        #expect(
            assertionRefusal {
                $0.flags |= 0x80
                $0.tail = extensions + [0]
            } == .malformedAuthenticatorData)
    }

    @Test("Extensions that nobody asked for are read and ignored")
    func extensions() {
        let extensions = CBORValue.map([
            (.text("credProtect"), .integer(2)), (.text("hmac-secret"), .raw([0xF5])),
            (.text("uvm"), .array([.array([.integer(2), .integer(4), .integer(2)])])),
        ]).encoded
        let change = { (answer: inout TestAnswer) in
            answer.flags |= 0x80
            answer.tail = extensions
        }
        #expect(registrationRefusal(.required, change) == nil)
        #expect(assertionRefusal(.required, change) == nil)
    }

    @Test("Announced extensions that are missing, malformed or no map are refused")
    func malformedExtensions() {
        #expect(assertionRefusal { $0.flags |= 0x80 } == .malformedExtensions(.unexpectedEnd))
        #expect(
            registrationRefusal {
                $0.flags |= 0x80
                $0.tail = [0xA1, 0x61]
            } == .malformedExtensions(.unexpectedEnd))
        #expect(
            assertionRefusal {
                $0.flags |= 0x80
                $0.tail = [0x80]
            } == .malformedAuthenticatorData)
    }

    @Test("An assertion with a new credential is refused")
    func attestedCredentialInAssertion() {
        #expect(assertionRefusal { $0.flags |= 0x40 } == .unexpectedAttestedCredential)
    }
}
