import CredentialFormats
import Crypto
import Foundation
import JOSE
import Testing
import WireFormats

@testable import KeyStore

@Suite("Opening the key ring")
struct KeyRingTests {
    @Test("The first start makes one key of each purpose")
    func firstStart() async throws {
        let records = RecordsInMemory()
        let ring = try await Samples.ring(records)
        let made = await records.records
        #expect(Set(made.map(\.purpose)) == Set(KeyPurpose.allCases))
        #expect(made.count == KeyPurpose.allCases.count)
        #expect(made.allSatisfy { $0.generation == 1 && $0.createdAt == 1_768_478_400 && $0.retiredAt == nil })
        #expect(ring.signingKeys.count == 1)
        #expect(ring.ticketKey.bitCount == 256 && ring.codeKey.bitCount == 256 && ring.dataKey.bitCount == 256)
        #expect(Set([ring.ticketKey, ring.codeKey, ring.dataKey].map(bytes)).count == 3)
    }

    func bytes(_ key: SymmetricKey) -> [UInt8] {
        key.withUnsafeBytes { Array($0) }
    }

    @Test("A restart has the same keys and adds none")
    func restart() async throws {
        let records = RecordsInMemory()
        let first = try await Samples.ring(records)
        let stored = await records.records
        let second = try await Samples.ring(records, now: Samples.later(.days(100)))
        #expect(await records.records == stored)
        #expect(second.signingKeys.map(\.keyID) == first.signingKeys.map(\.keyID))
        #expect(second.ticketKey == first.ticketKey)
        #expect(second.codeKey == first.codeKey)
        #expect(second.dataKey == first.dataKey)
        #expect(second.developmentRoot == first.developmentRoot)
        let sealed = first.dataSealer.seal([1, 2], context: "x")
        #expect(try second.dataSealer.open(sealed, context: "x") == [1, 2])
    }

    @Test("No stored record shows a private key")
    func sealedRecords() async throws {
        let records = RecordsInMemory()
        let ring = try await Samples.ring(records)
        let secrets = [
            ring.signingKeys[0].privateKey.rawRepresentation, bytes(ring.ticketKey), bytes(ring.dataKey),
        ]
        for record in await records.records {
            let ciphertext = Array(record.sealedPrivate.dropFirst(13).dropLast(16))
            #expect(record.algorithm == "RS256" ? ciphertext.count > 1000 : ciphertext.count == 32)
            #expect(!secrets.contains(ciphertext))
        }
    }

    @Test("The kid is the JWK thumbprint, and the current key signs what its public key verifies")
    func signs() async throws {
        let ring = try await Samples.ring()
        let key = try ring.issuerKey(at: Samples.now)
        let current = try ring.currentSigningKey(at: Samples.now)
        #expect(key.keyID == Base64URL.encode(current.publicKey.thumbprint))
        #expect(key.issuerURL == "https://issuer.example/university")
        #expect(key.issuerDID == "did:web:issuer.example:university")
        #expect(key.certificateChain == current.certificateChain)
        let signature = try key.signer.sign([1, 2, 3])
        #expect(current.publicKey.isValidSignature(signature, for: [1, 2, 3]))
    }

    @Test("Several processes that start at once have the same keys")
    func racingOpens() async throws {
        let records = RecordsInMemory()
        let rings = try await withThrowingTaskGroup(of: KeyRing.self) { group in
            for _ in 0..<8 { group.addTask { try await Samples.ring(records) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(await records.records.count == KeyPurpose.allCases.count)
        #expect(Set(rings.map { $0.signingKeys.map(\.keyID) }).count == 1)
        #expect(Set(rings.map { bytes($0.ticketKey) }).count == 1)
        #expect(Set(rings.map { bytes($0.dataKey) }).count == 1)
        #expect(Set(rings.map(\.developmentRoot.certificate)).count == 1)
    }

    @Test("Who comes second with every key takes the first one's")
    func lostRaces() async throws {
        let rival = RecordsInMemory()
        let expected = try await Samples.ring(rival)
        let records = RecordsWithRival(rival: await rival.records)
        let ring = try await Samples.ring(records)
        #expect(ring.signingKeys.map(\.keyID) == expected.signingKeys.map(\.keyID))
        #expect(ring.dataKey == expected.dataKey)
        #expect(await records.refused == KeyPurpose.allCases.count)
    }

    @Test("A store that forgets is an error, not an endless loop")
    func forgetful() async throws {
        await #expect(throws: KeyRingFault.recordsLost) { try await Samples.ring(ForgetfulRecords()) }
    }

    @Test("The keys of another key-encryption key do not open, and nothing is added to them")
    func otherKeyEncryptionKey() async throws {
        let records = RecordsInMemory()
        _ = try await Samples.ring(records)
        let stored = await records.records
        await #expect(throws: KeyRingFault.self) {
            try await KeyRing.open(
                records: records, sealedBy: Samples.keyEncryptionKey(8), issuer: Samples.issuer(), now: Samples.now)
        }
        #expect(await records.records == stored)
    }

    @Test("A sealed key in the record of another purpose or generation does not open")
    func swappedRecords() async throws {
        let records = RecordsInMemory()
        _ = try await Samples.ring(records)
        var stored = await records.records
        let ticket = try #require(stored.firstIndex { $0.purpose == .ticketAuthentication })
        let data = try #require(stored.first { $0.purpose == .dataEncryption })
        stored[ticket] = stored[ticket].changed(sealedPrivate: data.sealedPrivate)
        await #expect(throws: KeyRingFault.sealedByAnotherKey(.ticketAuthentication, generation: 1)) {
            try await Samples.ring(RecordsInMemory(stored))
        }
        let moved = [data.changed(generation: 2)]
        await #expect(throws: KeyRingFault.sealedByAnotherKey(.dataEncryption, generation: 2)) {
            try await Samples.ring(RecordsInMemory(moved))
        }
    }

    @Test("A signing key with the certificate of another, with none, or with rubbish does not open")
    func certificateMismatch() async throws {
        let records = RecordsInMemory()
        let ring = try await Samples.ring(records)
        let other = try await Samples.ring()
        for chain in [other.signingKeys[0].certificateChain, [], [[0x30, 0x00]], [ring.developmentRoot.certificate]] {
            let altered = await records.records.map { record in
                record.purpose == .credentialSigning ? record.changed(certificateChain: chain) : record
            }
            await #expect(throws: KeyRingFault.certificateMismatch(.credentialSigning, generation: 1)) {
                try await Samples.ring(RecordsInMemory(altered))
            }
        }
    }

    @Test("Data sealed before a second data key existed still opens")
    func secondDataKey() async throws {
        let records = RecordsInMemory()
        let old = try await Samples.ring(records)
        let secret = [UInt8](repeating: 3, count: 32)
        let label = SealedKeyRecord.label(
            purpose: .dataEncryption, generation: 2, keyID: "data-encryption-2", algorithm: "A256GCM")
        let added = SealedKeyRecord(
            purpose: .dataEncryption, generation: 2, keyID: "data-encryption-2", algorithm: "A256GCM",
            sealedPrivate: try Samples.keyEncryptionKey().seal(secret, label: label), certificateChain: [],
            createdAt: 0, activeFrom: 0, retiredAt: nil)
        #expect(await records.insertIfAbsent(added))
        let new = try await old.reload(now: Samples.now)
        #expect(bytes(new.dataKey) == secret)
        #expect(try new.dataSealer.open(old.dataSealer.seal([7], context: "x"), context: "x") == [7])
    }

    @Test("Descriptions show key IDs only")
    func redacted() async throws {
        let ring = try await Samples.ring()
        var dumped = ""
        dump(ring, to: &dumped)
        #expect(dumped.utf8.count < 200)
        #expect("\(ring.signingKeys)".utf8.count < 200)
        #expect("\(ring)".contains(ring.signingKeys[0].keyID))
    }
}

/// A store to which another process adds its record just before each insertion.
private actor RecordsWithRival: SealedKeyRecords {
    private let rival: [SealedKeyRecord]
    private var records: [SealedKeyRecord] = []
    private(set) var refused = 0

    init(rival: [SealedKeyRecord]) {
        self.rival = rival
    }

    func all() -> [SealedKeyRecord] { records }

    func insertIfAbsent(_ record: SealedKeyRecord) -> Bool {
        records += rival.filter { $0.purpose == record.purpose && $0.generation == record.generation }
        refused += 1
        return false
    }

    func retire(purpose: KeyPurpose, generation: Int, at instant: Int64) {}
}

private struct ForgetfulRecords: SealedKeyRecords {
    func all() async -> [SealedKeyRecord] { [] }
    func insertIfAbsent(_ record: SealedKeyRecord) async -> Bool { true }
    func retire(purpose: KeyPurpose, generation: Int, at instant: Int64) async {}
}
