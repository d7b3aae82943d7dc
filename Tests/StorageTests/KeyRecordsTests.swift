import Foundation
import KeyStore
import Testing

@testable import Storage

@Suite("Sealed keys in the database")
struct KeyRecordsTests {
    static func key(_ byte: UInt8) throws -> KeyEncryptionKey {
        try KeyEncryptionKey(base64: Data(repeating: byte, count: 32).base64EncodedString())
    }

    static func ring(_ records: SQLKeyRecords, _ byte: UInt8) async throws -> KeyRing {
        try await KeyRing.open(
            records: records, sealedBy: key(byte),
            issuer: IssuerIdentity(url: "https://issuer.example.org", organizationName: "Example"),
            now: TestDatabase.now)
    }

    @Test("All are sealed anew, and what they had sealed still opens")
    func reseal() async throws {
        let fixture = try await TestDatabase()
        let records = SQLKeyRecords(database: fixture.database)
        let sealed = fixture.sealer.seal([1, 2], context: "x")
        let outcome = try await KeyResealing(records: records).reseal(from: Self.key(7), to: Self.key(8))
        #expect(outcome.total > 0 && outcome.resealed == outcome.total)
        let other = SQLKeyRecords(database: fixture.otherProcess)
        #expect(try await Self.ring(other, 8).dataSealer.open(sealed, context: "x") == [1, 2])
        await #expect(throws: KeyRingFault.self) { try await Self.ring(other, 7) }
    }

    @Test("If another process has added or replaced a key meanwhile, nothing is changed")
    func meanwhile() async throws {
        let fixture = try await TestDatabase()
        let records = SQLKeyRecords(database: fixture.database)
        let before = try await records.all()
        let resealed = before.map { ResealedKey(record: $0, sealedPrivate: [9]) }
        _ = try await Self.ring(SQLKeyRecords(database: fixture.otherProcess), 7)
            .rotate(now: TestDatabase.now, activationDelay: .zero)
        let added = try await records.all()
        #expect(added.count == before.count + 1)
        #expect(try await !records.replaceAll(resealed))
        #expect(try await records.all() == added)
        let others = added.map { ResealedKey(record: $0, sealedPrivate: [9]) }
        #expect(try await records.replaceAll(others))
        #expect(try await !records.replaceAll(others))
    }
}
