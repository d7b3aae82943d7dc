import Crypto
import Testing

@testable import KeyStore

@Suite("Changing the key-encryption key")
struct KeyResealingTests {
    let records = RecordsInMemory()

    func ring(_ byte: UInt8) async throws -> KeyRing {
        try await KeyRing.open(
            records: records, sealedBy: Samples.keyEncryptionKey(byte), issuer: Samples.issuer(), now: Samples.now)
    }

    @Test("The same keys open with the new key-encryption key, and no longer with the old one")
    func reseals() async throws {
        let before = try await ring(7)
        let count = await records.records.count
        let outcome = try await KeyResealing(records: records)
            .reseal(from: Samples.keyEncryptionKey(7), to: Samples.keyEncryptionKey(8))
        #expect(outcome == (count, count))
        let after = try await ring(8)
        #expect(after.signingKeys.map(\.keyID) == before.signingKeys.map(\.keyID))
        #expect(after.dataKey == before.dataKey && after.ticketKey == before.ticketKey)
        #expect(await records.records.count == count)
        await #expect(throws: KeyRingFault.self) { try await ring(7) }
    }

    @Test("What the new one opens already is left, and a key that was made meanwhile is caught up with")
    func again() async throws {
        _ = try await ring(7)
        let resealing = KeyResealing(records: records)
        let (old, new) = try (Samples.keyEncryptionKey(7), Samples.keyEncryptionKey(8))
        let count = await records.records.count
        _ = try await resealing.reseal(from: old, to: new)
        let stored = await records.records
        #expect(try await resealing.reseal(from: old, to: new) == (count, 0))
        #expect(await records.records == stored)
        let late = stored[0].changed(generation: 2)
        #expect(await records.insertIfAbsent(late.changed(sealedPrivate: old.seal([1], label: late.label))))
        #expect(try await resealing.reseal(from: old, to: new) == (count + 1, 1))
        for record in await records.records { #expect(throws: Never.self) { try new.open(record) } }
    }

    @Test("A wrong old key, or a store that has changed, leaves everything as it was")
    func refuses() async throws {
        _ = try await ring(7)
        let stored = await records.records
        await #expect(throws: KeyRingFault.self) {
            try await KeyResealing(records: records)
                .reseal(from: Samples.keyEncryptionKey(9), to: Samples.keyEncryptionKey(8))
        }
        await #expect(throws: KeyRingFault.recordsChanged) {
            try await KeyResealing(records: ChangingRecords(records: stored))
                .reseal(from: Samples.keyEncryptionKey(7), to: Samples.keyEncryptionKey(8))
        }
        #expect(await records.records == stored)
    }

    @Test("A derived key is the HMAC of a fixed message; whoever makes it the same way has the same key")
    func derived() throws {
        let secret = SymmetricKey(data: [UInt8](repeating: 3, count: 32))
        var asked: [[UInt8]] = []
        let key = try KeyEncryptionKey { message in
            asked.append(message)
            return Array(HMAC<SHA256>.authenticationCode(for: message, using: secret))
        }
        #expect(asked == [Array("\0\0\0\u{1}vouchsafe key-encryption key\0version 1\0\0\u{1}\0".utf8)])
        let code = Array(HMAC<SHA256>.authenticationCode(for: asked[0], using: secret))
        #expect(try KeyEncryptionKey { _ in code }.open(key.seal([1], label: "x"), label: "x") == [1])
        #expect(throws: KeyEncryptionKeyFault.wrongLength(20, path: nil)) {
            try KeyEncryptionKey { _ in [UInt8](repeating: 0, count: 20) }
        }
    }
}

private struct ChangingRecords: ResealableKeyRecords {
    let records: [SealedKeyRecord]
    func all() async -> [SealedKeyRecord] { records }
    func insertIfAbsent(_ record: SealedKeyRecord) async -> Bool { true }
    func retire(purpose: KeyPurpose, generation: Int, at instant: Int64) async {}
    func replaceAll(_ keys: [ResealedKey]) async -> Bool { false }
}
