import TestSupport
import Testing
import WebAuthn
import WireFormats

@Suite("Registering a credential, WebAuthn Level 3 §7.1")
struct RegistrationTests {
    private func refusal(of change: (inout TestAnswer) -> Void) -> WebAuthnRefusal? {
        var answer = TestAnswer.registration()
        change(&answer)
        do throws(WebAuthnRefusal) {
            _ = try answer.register()
            return nil
        } catch {
            return error
        }
    }

    @Test("An honest answer gives the credential and what is known of it", arguments: [TestKey.p256, .ed25519])
    func honest(key: TestKey) throws {
        var answer = TestAnswer.registration()
        answer.key = key
        let registration = try answer.register()
        #expect(registration.credentialID.bytes == answer.credentialID)
        #expect(registration.publicKey.coseKey == CBORValue.map(key.coseKey).encoded)
        #expect(registration.signCount == 7)
        #expect(registration.userVerified)
        #expect(!registration.isBackupEligible)
        #expect(!registration.isBackedUp)
        #expect(registration.transports == ["hybrid", "internal"])
        #expect(registration.aaguid == answer.aaguid)
        #expect(registration.attestationFormat == "none")
        let stored = StoredCredential(registration, of: TestAnswer.user)
        #expect(stored.id == registration.credentialID)
        #expect(stored.userHandle == TestAnswer.user)
        #expect(stored.signCount == 7)
    }

    @Test("A credential that lives on several devices says so")
    func backup() throws {
        var answer = TestAnswer.registration()
        answer.flags |= 0b1_1000
        let registration = try answer.register()
        #expect(registration.isBackupEligible)
        #expect(registration.isBackedUp)
        #expect(refusal { $0.flags |= 0b1_0000 } == .inconsistentBackupFlags)
    }

    @Test(
        "A statement of another format is read and ignored",
        arguments: [
            ("packed", CBORValue.map([(.text("alg"), .integer(-7)), (.text("sig"), .bytes([1]))])),
            ("compound", .array([.map([(.text("fmt"), .text("packed")), (.text("attStmt"), .map([]))])])),
        ])
    func otherAttestation(format: String, statement: CBORValue) throws {
        var answer = TestAnswer.registration()
        (answer.format, answer.statement) = (.text(format), statement)
        #expect(try answer.register().attestationFormat == format)
    }

    @Test("The attestation object has its three members, whatever their order, with their types")
    func attestationObject() throws {
        let members: [(CBORValue, CBORValue)] = [
            (.text("authData"), .bytes(TestAnswer.registration().signedData)), (.text("attStmt"), .map([])),
            (.text("fmt"), .text("none")),
        ]
        #expect(refusal { $0.attestationObject = CBORValue.map(members).encoded } == nil)
        for (index, name) in ["authData", "attStmt", "fmt"].enumerated() {
            var missing = members
            missing.remove(at: index)
            #expect(
                refusal { $0.attestationObject = CBORValue.map(missing).encoded } == .attestationObjectMember(name))
            var wrong = members
            wrong[index].1 = .integer(1)
            #expect(refusal { $0.attestationObject = CBORValue.map(wrong).encoded } == .attestationObjectMember(name))
        }
        let name = String(repeating: "f", count: 33)
        #expect(refusal { $0.format = .text(name) } == .attestationObjectMember("fmt"))
        #expect(refusal { $0.format = .text("") } == .attestationObjectMember("fmt"))
        #expect(refusal { $0.attestationObject = CBORValue.array([]).encoded } == .attestationObjectNotMap)
        #expect(
            refusal { $0.attestationObject = CBORValue.map(members).encoded + [0] }
                == .malformedAttestationObject(.trailingBytes))
        #expect(refusal { $0.attestationObject = [] } == .malformedAttestationObject(.unexpectedEnd))
    }

    @Test("Attestation none has an empty statement")
    func statementOfNone() {
        #expect(
            refusal { $0.statement = .map([(.text("alg"), .integer(-7))]) } == .unexpectedAttestationStatement)
    }

    @Test("The identifier of the answer is the one that the authenticator wrote")
    func credentialID() {
        let other = JSON.string(Base64URL.encode(Array(0..<32)))
        #expect(refusal { $0.envelope = ["id": other, "rawId": other] } == .credentialIDMismatch)
        #expect(refusal { $0.envelope = ["id": other] } == .malformedMember("id"))
        #expect(refusal { $0.envelope = ["id": nil] } == .malformedMember("id"))
        #expect(refusal { $0.envelope = ["rawId": nil] } == .malformedMember("rawId"))
        #expect(refusal { $0.envelope = ["rawId": "a=", "id": "a="] } == .malformedMember("rawId"))
    }

    @Test("Identifiers have 16 to 1023 bytes", arguments: [(15, false), (16, true), (1023, true), (1024, false)])
    func credentialIDLength(count: Int, isValid: Bool) {
        let refusal = refusal { $0.credentialID = Array(repeating: 5, count: count) }
        #expect(refusal == (isValid ? nil : .malformedMember("rawId")))
        let id = JSON.string(Base64URL.encode(Array(100..<132)))
        let signed = self.refusal {
            $0.credentialID = Array(repeating: 5, count: count)
            $0.envelope = ["id": id, "rawId": id]
        }
        #expect(signed == (isValid ? .credentialIDMismatch : .malformedAuthenticatorData))
    }

    @Test("An answer without a new credential is refused")
    func noCredential() {
        #expect(refusal { $0.flags &= ~0x40 } == .missingAttestedCredential)
    }

    @Test("Transports are short names, kept even if unknown")
    func transports() throws {
        var answer = TestAnswer.registration()
        answer.response = ["transports": ["smart-card", "x-2030"]]
        #expect(try answer.register().transports == ["smart-card", "x-2030"])
        answer.response = ["transports": nil]
        #expect(try answer.register().transports.isEmpty)
        let wrong: [JSON] = [
            "usb", [1], [""], ["USB"], ["a b"], [.string(String(repeating: "a", count: 33))],
            .array(Array(repeating: "usb", count: 17)),
        ]
        for value in wrong {
            #expect(refusal { $0.response = ["transports": value] } == .malformedMember("transports"))
        }
    }

    @Test("An answer that is no JSON object, or none of a credential, is refused")
    func envelope() {
        for text in ["", "[]", "{", "{}}", "{\"type\":\"public-key\",\"type\":\"public-key\"}"] {
            #expect(throws: WebAuthnRefusal.notJSONObject) {
                try VerifiedRegistration(
                    responseJSON: text.bytes, challenge: TestAnswer.challenge, relyingParty: TestAnswer.relyingParty,
                    userVerification: .required)
            }
        }
        #expect(refusal { $0.envelope = ["type": "password"] } == .malformedMember("type"))
        #expect(refusal { $0.envelope = ["type": nil] } == .malformedMember("type"))
        #expect(refusal { $0.envelope = ["response": nil] } == .malformedMember("response"))
        #expect(refusal { $0.envelope = ["response": "x"] } == .malformedMember("response"))
        for name in ["clientDataJSON", "attestationObject"] {
            for value: JSON? in [nil, 1, "a", "a+b/", "AA=="] {
                #expect(refusal { $0.response = [name: value] } == .malformedMember(name))
            }
        }
    }

    @Test("Sizes are bounded")
    func sizes() {
        let filler = JSON.string(String(repeating: "a", count: 64 * 1024))
        #expect(refusal { $0.envelope = ["x": filler] } == .tooLarge("answer"))
        let long = JSON.string(String(repeating: "A", count: 11_000))
        #expect(refusal { $0.response = ["clientDataJSON": long] } == .tooLarge("clientDataJSON"))
    }

    @Test("Every byte of an answer can be changed without anything but a refusal or the same credential")
    func mutations() throws {
        var generator = SeededGenerator(seed: 20)
        let answer = TestAnswer.registration()
        let honest = CBORValue.map([
            (.text("fmt"), .text("none")), (.text("attStmt"), .map([])), (.text("authData"), .bytes(answer.signedData)),
        ]).encoded
        for _ in 0..<1500 {
            var changed = answer
            changed.attestationObject = mutated(honest, using: &generator)
            do throws(WebAuthnRefusal) {
                let registration = try changed.register()
                #expect(registration.credentialID.bytes == answer.credentialID)
            } catch {
                #expect(!error.reason.isEmpty)
            }
            let json = mutated(answer.registrationJSON(), using: &generator)
            do throws(WebAuthnRefusal) {
                _ = try VerifiedRegistration(
                    responseJSON: json, challenge: TestAnswer.challenge, relyingParty: TestAnswer.relyingParty,
                    userVerification: .required)
            } catch {
                #expect(!error.reason.isEmpty)
            }
        }
    }
}

/// `bytes` with a few of them changed, removed or added.
func mutated(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
    var changed = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) where !changed.isEmpty {
        let position = Int.random(in: 0..<changed.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: changed.remove(at: position)
        case 1: changed.insert(UInt8.random(in: 0...255, using: &generator), at: position)
        case 2: changed.removeLast(min(changed.count, Int.random(in: 1...40, using: &generator)))
        case 3: changed[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        default: changed[position] = UInt8.random(in: 0...255, using: &generator)
        }
    }
    return changed
}
