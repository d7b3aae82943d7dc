import OAuth
import Testing

@Suite("Proof key for code exchange")
struct PKCETests {
    @Test("The example of RFC 7636 Appendix B comes out")
    func published() throws {
        let verifier = try CodeVerifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(verifier.challenge.text == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        let challenge = try CodeChallenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", method: "S256")
        #expect(challenge.matches(verifier))
    }

    @Test("A fresh verifier has 43 characters, and no two are alike")
    func fresh() throws {
        let verifiers = (0..<50).map { _ in CodeVerifier() }
        #expect(Set(verifiers.map(\.text)).count == 50)
        for verifier in verifiers {
            #expect(verifier.text.utf8.count == 43)
            #expect(try CodeVerifier(verifier.text) == verifier)
            #expect(verifier.challenge.matches(verifier))
            #expect(!verifier.challenge.matches(CodeVerifier()))
        }
    }

    @Test("A verifier has 43 to 128 unreserved characters", arguments: [43, 44, 127, 128])
    func lengths(count: Int) throws {
        let text = String("aZ09-._~".cycled(to: count))
        #expect(try CodeVerifier(text).text == text)
    }

    @Test(
        "Any other verifier is refused",
        arguments: [
            "", String(repeating: "a", count: 42), String(repeating: "a", count: 129),
            String(repeating: "a", count: 42) + "+", String(repeating: "a", count: 42) + "é",
            String(repeating: "a", count: 42) + " ", String(repeating: "a", count: 42) + "\n",
        ])
    func malformedVerifier(text: String) {
        #expect(throws: PKCERefusal.malformedVerifier) { try CodeVerifier(text) }
    }

    @Test("Method plain is a refusal of its own, stated or implied", arguments: ["plain", nil])
    func plain(method: String?) {
        #expect(throws: PKCERefusal.plainMethod) {
            try CodeChallenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", method: method)
        }
    }

    @Test("Another method is refused", arguments: ["s256", "S512", "", "S256 "])
    func unsupportedMethod(method: String) {
        #expect(throws: PKCERefusal.unsupportedMethod) {
            try CodeChallenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", method: method)
        }
    }

    @Test(
        "A challenge that is no 43 characters of base64url is refused",
        arguments: [
            "", "a", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMA", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            // Its last two bits are not zero.
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN",
        ])
    func malformedChallenge(text: String) {
        #expect(throws: PKCERefusal.malformedChallenge) { try CodeChallenge(text, method: "S256") }
    }

    @Test("The token endpoint wants the verifier if there was a challenge, and none if there was none")
    func exchange() throws {
        let verifier = CodeVerifier()
        try CodeChallenge.check(verifier: verifier.text, against: verifier.challenge)
        try CodeChallenge.check(verifier: nil, against: nil)
        for (text, challenge, refusal) in [
            (nil, verifier.challenge, .missingVerifier), (verifier.text, nil, .verifierWithoutChallenge),
            (CodeVerifier().text, verifier.challenge, .wrongVerifier),
            ("short", verifier.challenge, .malformedVerifier),
        ] as [(String?, CodeChallenge?, PKCERefusal)] {
            #expect(throws: refusal) { try CodeChallenge.check(verifier: text, against: challenge) }
            #expect(refusal.wire.code == "invalid_grant")
        }
    }
}

extension String {
    fileprivate func cycled(to count: Int) -> String {
        String((0..<count).map { self[index(startIndex, offsetBy: $0 % self.count)] })
    }
}
