import Foundation
import TestSupport
import Testing
import WireFormats

@testable import Portal

@Suite("Visits at rest")
struct SealingTests {
    private func states() throws -> [VisitState] {
        let begun = BegunVisit(
            credential: TestCredentials.described,
            issuance: BegunIssuance(address: "https://a.example", state: "s", record: ["x": [1, nil, "y"]]),
            language: "fr")
        let bare = CredentialInHand(text: "a.b.c", format: "jwt_vc_json", claims: [:])
        return [
            .begun(begun), .making,
            .received(
                HeldCredential(
                    described: TestCredentials.described, credential: try TestCredentials.inHand(bound: true),
                    receivedAt: TestCredentials.start, keptUntil: TestCredentials.start.addingTimeInterval(600),
                    isOffered: true, offersLeft: 2, lettersLeft: 0)),
            .received(
                HeldCredential(
                    described: CatalogueCredential(
                        id: "x", name: TestCredentials.text("x"), issuer: TestCredentials.text("y")),
                    credential: bare, receivedAt: TestCredentials.start, keptUntil: TestCredentials.start)),
        ]
    }

    @Test
    func `are read as they were written`() throws {
        for state in try states() { #expect(VisitState(parsing: state.encoded) == state) }
    }

    @Test
    func `are nothing if they are damaged`() throws {
        for text in ["", "{}", "[]", "{\"making\":false}", "{\"begun\":{}}", "{\"making\":true,\"begun\":{}}"] {
            #expect(VisitState(parsing: Array(text.utf8)) == nil)
        }
        var generator = SeededGenerator(seed: 7)
        for state in try states() {
            for _ in 0..<200 {
                var bytes = state.encoded
                bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
                #expect(VisitState(parsing: bytes) == nil)
            }
        }
    }

    @Test
    func `open with the secret that sealed them alone`() {
        let (secret, other) = (VisitSecret(), VisitSecret())
        let sealed = secret.seal([1, 2, 3])
        #expect(secret.open(sealed) == [1, 2, 3] && other.open(sealed) == nil)
        #expect(secret.seal([1, 2, 3]) != sealed, "no two seals are alike")
        for position in sealed.indices {
            var changed = sealed
            changed[position] ^= 1
            #expect(secret.open(changed) == nil)
        }
        #expect(secret.open([]) == nil && secret.open(Array(sealed.dropLast())) == nil)
    }

    @Test
    func `secrets are told apart, and are nothing else than they were`() throws {
        let (secret, other) = (VisitSecret(), VisitSecret())
        let copy = try #require(VisitSecret(secret.text))
        #expect(copy.visitID == secret.visitID && copy.csrf == secret.csrf)
        #expect(other.visitID != secret.visitID && other.csrf != secret.csrf)
        #expect(secret.hasSent(csrf: secret.csrf) && !secret.hasSent(csrf: other.csrf) && !secret.hasSent(csrf: nil))
        for text in ["", "x", String(secret.text.dropLast()), secret.text + "AA", secret.text + "=", "!" + secret.text]
        {
            #expect(VisitSecret(text) == nil)
        }
    }
}
