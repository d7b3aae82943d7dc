import CredentialFormats
import Crypto
import Foundation
import JOSE
import Testing
import X509

@testable import KeyStore

@Suite("Rotation of signing keys")
struct RotationTests {
    @Test("The next key is published at once and signs after the delay; the old one stays published")
    func rotation() async throws {
        let records = RecordsInMemory()
        let before = try await Samples.ring(records)
        let old = try before.currentSigningKey(at: Samples.now)
        let after = try await before.rotate(now: Samples.now, activationDelay: .seconds(600))
        let new = try #require(after.signingKeys.last)
        #expect(after.signingKeys.map(\.generation) == [1, 2])
        #expect(after.signingKeys[0].keyID == old.keyID)
        #expect(new.keyID != old.keyID)
        #expect(try after.currentSigningKey(at: Samples.later(.seconds(599))).keyID == old.keyID)
        #expect(try after.currentSigningKey(at: Samples.later(.seconds(600))).keyID == new.keyID)
        #expect(before.signingKeys.count == 1)
        #expect(try await before.reload(now: Samples.now).signingKeys.map(\.keyID) == after.signingKeys.map(\.keyID))
    }

    @Test("Rotating with an outdated ring makes a key all the same")
    func outdatedRing() async throws {
        let records = RecordsInMemory()
        let first = try await Samples.ring(records)
        _ = try await first.rotate(now: Samples.now, activationDelay: .zero)
        let third = try await first.rotate(now: Samples.now, activationDelay: .zero)
        #expect(third.signingKeys.map(\.generation) == [1, 2, 3])
        #expect(try third.currentSigningKey(at: Samples.now).generation == 3)
    }

    @Test("Rotations that meet agree on the keys")
    func racingRotations() async throws {
        let records = RecordsInMemory()
        let ring = try await Samples.ring(records)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { _ = try await ring.rotate(now: Samples.now, activationDelay: .seconds(60)) }
            }
            try await group.waitForAll()
        }
        let generations = try await ring.reload(now: Samples.now).signingKeys.map(\.generation)
        #expect((2...5).contains(generations.count))
        #expect(generations == Array(1...generations.count))
    }

    @Test("A retired key is not published any more, and a new one takes its place if none is left")
    func retirement() async throws {
        let ring = try await Samples.ring()
        let rotated = try await ring.rotate(now: Samples.now, activationDelay: .zero)
        let one = try await rotated.retire(generation: 1, at: Samples.now, now: Samples.now)
        #expect(one.signingKeys.map(\.generation) == [2])
        let replaced = try await one.retire(generation: 2, at: Samples.now, now: Samples.now)
        #expect(replaced.signingKeys.map(\.generation) == [3])
        #expect(try replaced.currentSigningKey(at: Samples.now).generation == 3)
    }

    @Test("A key that will retire signs until then")
    func futureRetirement() async throws {
        let ring = try await Samples.ring()
        let rotated = try await ring.rotate(now: Samples.now, activationDelay: .days(2))
        let marked = try await rotated.retire(generation: 1, at: Samples.later(.days(1)), now: Samples.now)
        #expect(try marked.currentSigningKey(at: Samples.now).generation == 1)
        #expect(throws: KeyRingFault.noUsableSigningKey(at: Samples.later(.days(1)))) {
            try marked.currentSigningKey(at: Samples.later(.days(1)))
        }
    }
}

@Suite("Signing keys whose certificate ends or does not fit")
struct CertificateRenewalTests {
    @Test("30 days before the end a new key is made, which waits for a day")
    func renewal() async throws {
        let records = RecordsInMemory()
        let ring = try await Samples.ring(records)
        let expires = try ring.signingCertificateExpires(at: Samples.now)
        let before = expires.advanced(by: .zero - .days(30))
        #expect(try await Samples.ring(records, now: before).signingKeys.count == 1)
        let after = before.advanced(by: .seconds(1))
        let renewed = try await Samples.ring(records, now: after)
        #expect(renewed.signingKeys.map(\.generation) == [1, 2])
        #expect(try renewed.currentSigningKey(at: after).generation == 1)
        #expect(try renewed.currentSigningKey(at: after.advanced(by: .days(1))).generation == 2)
        #expect(try await Samples.ring(records, now: after).signingKeys.count == 2)
    }

    @Test("After the end nothing is signed with it; opening makes a key that signs at once")
    func expired() async throws {
        let records = RecordsInMemory()
        let ring = try await Samples.ring(records)
        let late = Samples.later(.days(500))
        #expect(throws: KeyRingFault.noUsableSigningKey(at: late)) { try ring.issuerKey(at: late) }
        let opened = try await ring.reload(now: late)
        #expect(opened.signingKeys.map(\.generation) == [1, 2])
        #expect(try opened.issuerKey(at: late).keyID == opened.signingKeys[1].keyID)
    }

    @Test("An issuer at another URL signs with a certificate that names it, and goes back to the old one")
    func movedIssuer() async throws {
        let records = RecordsInMemory()
        let here = try Samples.issuer("http://localhost:8080")
        let there = try Samples.issuer("http://localhost:9090")
        let first = try await Samples.ring(records, issuer: here)
        let second = try await Samples.ring(records, issuer: there)
        #expect(second.signingKeys.map(\.generation) == [1, 2])
        #expect(try second.currentSigningKey(at: Samples.now).generation == 2)
        let third = try await Samples.ring(records, issuer: here)
        #expect(third.signingKeys.count == 2)
        #expect(
            try third.currentSigningKey(at: Samples.now).keyID == first.currentSigningKey(at: Samples.now).keyID)
    }

    @Test("A process whose clock is behind uses the same key")
    func clockBehind() async throws {
        let records = RecordsInMemory()
        let ring = try await Samples.ring(records)
        let behind = try await Samples.ring(records, now: Samples.later(.seconds(-60)))
        #expect(behind.signingKeys.map(\.keyID) == ring.signingKeys.map(\.keyID))
    }

    @Test("Keys made while the clock was years ahead are followed by ones that are valid now")
    func clockWasAhead() async throws {
        let records = RecordsInMemory()
        _ = try await Samples.ring(records, now: Samples.later(.days(2000)))
        let ring = try await Samples.ring(records)
        #expect(ring.signingKeys.map(\.generation) == [1, 2])
        #expect(try ring.currentSigningKey(at: Samples.now).generation == 2)
        #expect(ring.developmentRoots.count == 2)
    }

    @Test("A root that would end before a new certificate does is followed by another; both stay known")
    func rootRenewal() async throws {
        let records = RecordsInMemory()
        let first = try await Samples.ring(records)
        let late = Samples.later(.days(3652 - 300))
        let second = try await Samples.ring(records, now: late)
        #expect(second.developmentRoots.count == 2)
        #expect(second.developmentRoot != first.developmentRoot)
        #expect(second.developmentRoots[1] == first.developmentRoot)
        #expect(try second.signingCertificateExpires(at: late) > late.advanced(by: .days(390)))
        #expect(try await Samples.ring(records, now: late).signingKeys.count == 2)
    }

    /// The records of an issuer whose signing key was certified by somebody else.
    func importedRecords() async throws -> RecordsInMemory {
        let records = RecordsInMemory()
        let ring = try await Samples.ring(records)
        let authority = try DevelopmentAuthority.make(
            key: P256.Signing.PrivateKey(), organizationName: "Some authority", at: Samples.now)
        let certificate = try authority.certify(
            ring.signingKeys[0].publicKey, of: Samples.issuer(), at: Samples.now)
        let der = try certificate.der
        return RecordsInMemory(
            await records.records.map { record in
                record.purpose == .credentialSigning ? record.changed(certificateChain: [der]) : record
            })
    }

    @Test("A certificate of another authority is used, and not renewed by us")
    func imported() async throws {
        let records = try await importedRecords()
        let nearEnd = Samples.later(.days(390))
        let ring = try await Samples.ring(records, now: nearEnd)
        #expect(ring.signingKeys.count == 1)
        #expect(try ring.currentSigningKey(at: nearEnd).generation == 1)
    }

    @Test("When such a certificate has expired the start is refused with a message")
    func importedExpired() async throws {
        let records = try await importedRecords()
        let error = await #expect(throws: KeyRingFault.self) {
            try await Samples.ring(records, now: Samples.later(.days(398)))
        }
        #expect(error.map { "\($0)" }?.contains("expired on 2027-02-16T11:00:00Z") == true)
    }
}
