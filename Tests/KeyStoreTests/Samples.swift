import Foundation

@testable import KeyStore

/// Sealed keys in memory. Nothing waits between looking and adding, so an insertion is atomic.
actor RecordsInMemory: ResealableKeyRecords {
    private(set) var records: [SealedKeyRecord]

    init(_ records: [SealedKeyRecord] = []) {
        self.records = records
    }

    func all() -> [SealedKeyRecord] {
        // In no useful order, as the protocol allows.
        records.reversed()
    }

    func insertIfAbsent(_ record: SealedKeyRecord) -> Bool {
        let taken = records.contains { $0.purpose == record.purpose && $0.generation == record.generation }
        if !taken { records.append(record) }
        return !taken
    }

    func retire(purpose: KeyPurpose, generation: Int, at instant: Int64) {
        records = records.map { record in
            guard record.purpose == purpose, record.generation == generation else { return record }
            return record.changed(retiredAt: min(record.retiredAt ?? instant, instant))
        }
    }

    func replaceAll(_ keys: [ResealedKey]) -> Bool {
        guard keys.count == records.count, keys.allSatisfy({ records.contains($0.record) }) else { return false }
        records = keys.map { $0.record.changed(sealedPrivate: $0.sealedPrivate) }
        return true
    }
}

extension SealedKeyRecord {
    /// The record with some fields replaced.
    func changed(
        generation: Int? = nil, keyID: String? = nil, sealedPrivate: [UInt8]? = nil,
        certificateChain: [[UInt8]]? = nil, retiredAt: Int64? = nil
    ) -> SealedKeyRecord {
        SealedKeyRecord(
            purpose: purpose, generation: generation ?? self.generation, keyID: keyID ?? self.keyID,
            algorithm: algorithm, sealedPrivate: sealedPrivate ?? self.sealedPrivate,
            certificateChain: certificateChain ?? self.certificateChain, createdAt: createdAt,
            activeFrom: activeFrom, retiredAt: retiredAt ?? self.retiredAt)
    }
}

enum Samples {
    /// 2026-01-15T12:00:00Z
    static let now = Date(timeIntervalSince1970: 1_768_478_400)

    static func later(_ duration: Duration) -> Date {
        now.advanced(by: duration)
    }

    static func keyEncryptionKey(_ byte: UInt8 = 7) throws -> KeyEncryptionKey {
        try KeyEncryptionKey(base64: Data(repeating: byte, count: 32).base64EncodedString())
    }

    static func issuer(_ url: String = "https://issuer.example/university") throws -> IssuerIdentity {
        try IssuerIdentity(url: url, organizationName: "University of Søndermark")
    }

    static func ring(
        _ records: any SealedKeyRecords = RecordsInMemory(), issuer: IssuerIdentity? = nil, now: Date = Samples.now
    ) async throws -> KeyRing {
        try await KeyRing.open(
            records: records, sealedBy: keyEncryptionKey(), issuer: issuer ?? Samples.issuer(), now: now)
    }
}

extension Duration {
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}

/// Runs `body` with the path of a new directory that is removed afterwards.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory.path)
}
