import TestSupport
import Testing
import WebAuthn
import WireFormats

@Suite("Verifying an assertion, WebAuthn Level 3 §7.2")
struct AssertionTests {
    private func refusal(
        by credential: StoredCredential? = nil, user: ExpectedUser = .known(TestAnswer.user),
        of change: (inout TestAnswer) -> Void = { _ in }
    ) -> WebAuthnRefusal? {
        var answer = TestAnswer.assertion()
        change(&answer)
        do {
            _ = try answer.assert(by: credential, user: user)
            return nil
        } catch {
            return error as? WebAuthnRefusal
        }
    }

    @Test(
        "An honest answer gives the counter, the user and whether the person was verified",
        arguments: [
            TestKey.p256, .ed25519,
        ])
    func honest(key: TestKey) throws {
        var answer = TestAnswer.assertion()
        answer.key = key
        for user in [ExpectedUser.known(TestAnswer.user), .discovered] {
            let assertion = try answer.assert(user: user)
            #expect(assertion.credentialID.bytes == answer.credentialID)
            #expect(assertion.userHandle == TestAnswer.user)
            #expect(assertion.signCount == 7)
            #expect(assertion.userVerified)
            #expect(!assertion.isBackedUp)
        }
    }

    @Test("Before it is verified, an answer names its credential and user")
    func unverified() throws {
        let answer = try UnverifiedAssertion(responseJSON: TestAnswer.assertion().assertionJSON())
        #expect(answer.credentialID.bytes == Array(100..<132))
        #expect(answer.userHandle == TestAnswer.user)
    }

    @Test("Where the user is known, the user handle may be absent; where not, it has to be there")
    func userHandle() {
        for absent: JSON? in [nil, .null] {
            #expect(refusal { $0.response = ["userHandle": absent] } == nil)
            #expect(refusal(user: .discovered) { $0.response = ["userHandle": absent] } == .missingUserHandle)
        }
        for malformed: JSON in ["", 1, "=", .string(Base64URL.encode([UInt8](repeating: 1, count: 65)))] {
            #expect(refusal { $0.response = ["userHandle": malformed] } == .malformedMember("userHandle"))
        }
    }

    @Test("Another user's credential, and an answer that states another user, are refused")
    func otherUser() throws {
        let other = try #require(UserHandle([1]))
        #expect(refusal(user: .known(other)) == .otherUser)
        let stated: [String: JSON?] = ["userHandle": .string(Base64URL.encode(other.bytes))]
        #expect(refusal { $0.response = stated } == .otherUser)
        #expect(refusal(user: .discovered) { $0.response = stated } == .otherUser)
        #expect(refusal(user: .known(other)) { $0.response = stated } == .otherUser)
    }

    @Test("An answer by another credential than the stored one is refused")
    func otherCredential() {
        #expect(refusal { $0.credentialID = Array(0..<32) } == .otherCredential)
    }

    @Test("A signature by another key, over other data, or in another form is refused")
    func signature() throws {
        #expect(refusal(by: try TestAnswer.stored(.ed25519)) == .invalidSignature)
        #expect(refusal { $0.signature = [] } == .invalidSignature)
        #expect(refusal { $0.signature = Array(repeating: 0, count: 64) } == .invalidSignature)
        let data = TestAnswer.assertion().signedData
        #expect(refusal { $0.signature = try? TestKey.p256.sign(data) } == .invalidSignature)
        let long = JSON.string(String(repeating: "A", count: 1368))
        #expect(refusal { $0.response = ["signature": long] } == .tooLarge("signature"))
    }

    @Test("A counter that does not grow is refused, unless there never was one")
    func counter() throws {
        for (stored, presented, isValid) in [
            (0, 0, true), (0, 1, true), (6, 7, true), (6, UInt32.max, true), (7, 7, false), (8, 7, false),
            (1, 0, false), (UInt32.max, 0, false),
        ] as [(UInt32, UInt32, Bool)] {
            let credential = try TestAnswer.stored(signCount: stored)
            let expected: WebAuthnRefusal? =
                isValid ? nil : .counterRegression(stored: stored, presented: presented)
            #expect(refusal(by: credential) { $0.signCount = presented } == expected)
        }
    }

    @Test("A credential's eligibility for backup does not change, its state may")
    func backup() throws {
        #expect(refusal { $0.flags |= 0b0_1000 } == .backupEligibilityChanged)
        let eligible = try TestAnswer.stored(isBackupEligible: true)
        #expect(refusal(by: eligible) == .backupEligibilityChanged)
        #expect(refusal(by: eligible) { $0.flags |= 0b0_1000 } == nil)
        #expect(refusal(by: eligible) { $0.flags |= 0b1_1000 } == nil)
        #expect(refusal(by: eligible) { $0.flags |= 0b1_0000 } == .inconsistentBackupFlags)
    }

    @Test("Missing and malformed members are refused by name")
    func members() {
        for name in ["clientDataJSON", "authenticatorData", "signature"] {
            for value: JSON? in [nil, 1, "a", "+"] {
                #expect(refusal { $0.response = [name: value] } == .malformedMember(name))
            }
        }
        let long = JSON.string(String(repeating: "A", count: 11_000))
        #expect(refusal { $0.response = ["authenticatorData": long] } == .tooLarge("authenticatorData"))
    }

    @Test("No change to the signed data or the signature is accepted")
    func mutations() throws {
        var generator = SeededGenerator(seed: 21)
        let answer = TestAnswer.assertion()
        let parts = try #require(try JSON(parsing: answer.assertionJSON())["response"]?.object)
        for name in ["clientDataJSON", "authenticatorData", "signature"] {
            let honest = try Base64URL.decode(try #require(parts[name]?.string))
            for _ in 0..<1500 {
                let changed = mutated(honest, using: &generator)
                guard changed != honest else { continue }
                var attempt = answer
                attempt.response = parts.members.reduce(into: [:]) { $0[$1.name] = $1.value }
                attempt.response[name] = .string(Base64URL.encode(changed))
                #expect(throws: WebAuthnRefusal.self) { try attempt.assert() }
            }
        }
    }
}
