import Crypto
import DataSharing
import Foundation
import JOSE
import SQLStatements
import SharingHub
import Storage
import Synchronization
import TestDatabases
import Testing
import TransparencyLog
import WireFormats

/// A hub's real ledger with three witnesses, of which two must have seen it.
struct LoggedWorld {
    static let now = Date(timeIntervalSince1970: Double(ExchangeWorld.now))
    static let origin = "hub.example/sharing/ledger"

    let database: any SQLDatabase
    let ledger: SQLLedger
    let witnesses: [NoteSigner]
    let policy: WitnessPolicy
    private let stores = [MemoryStore(), MemoryStore()]

    init() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "logged-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = try await TestStore.fresh(in: folder).open(at: Self.now, logger: .silent)
        witnesses = ["one", "two", "three"].map {
            NoteSigner(name: "witness.example/" + $0, type: .cosignature, privateKey: .init())!
        }
        policy = try WitnessPolicy(witnesses.map(\.key), quorum: 2)
        ledger = try await SQLLedger.open(
            database, key: .init(), origin: Self.origin, witnesses: policy, now: { Self.now })
    }

    /// Puts an entry into the log, and has the two first witnesses see it.
    func log(_ value: LoggedValue) async throws -> LedgerReference {
        let pending = PendingLedgerEntry(entry: value.entry)
        try await database.write(pending.statement(at: Self.now))
        try await publish()
        let index = try #require(try await ledger.knownIndex(of: pending.id))
        let proof = try #require(try await ledger.proof(index))
        return LedgerReference(
            log: Self.origin, index: Int64(index), entry: value.entry.bytes, salt: value.salt,
            proof: String(decoding: proof, as: UTF8.self))
    }

    func publish() async throws {
        while try await ledger.integrate() != .nothing {}
        let (log, signers, stores) = (ledger.logKey, witnesses.prefix(2), stores)
        let cosigning = LedgerCosigning(ledger: ledger, patience: .zero) { key, body in
            guard let index = signers.firstIndex(where: { $0.key == key }) else { return .refused(status: 503) }
            let witness = Witness(signer: signers[index], logs: [log], store: stores[index], now: { Self.now })
            let lines: [UInt8]
            switch try await witness.add(body) {
            case .cosigned(let cosigned): lines = cosigned
            case .refused(.otherSize(let size)): return .otherSize(size)
            case .refused: return .refused(status: 422)
            }
            return WitnessAnswer(status: 200, contentType: nil, body: lines)
        }
        _ = try await cosigning.round()
    }

    func verifier(quorum: Int = 2, keys: [NoteKey]? = nil, log: NoteKey? = nil) throws -> LedgerVerifier {
        try #require(
            LedgerVerifier(
                logKey: log ?? ledger.logKey, witnesses: try WitnessPolicy(keys ?? policy.keys, quorum: quorum)))
    }
}

private final class MemoryStore: WitnessStore {
    private let heads = Mutex<[String: TreeHead]>([:])

    func head(of origin: String) async throws -> TreeHead? { heads.withLock { $0[origin] } }
    func advance(_ origin: String, from old: TreeHead?, to head: TreeHead, note: [UInt8]) async throws -> Bool {
        heads.withLock { heads in
            guard heads[origin] == old else { return false }
            heads[origin] = head
            return true
        }
    }
    func checkpoint(originHash: [UInt8]) async throws -> [UInt8]? { nil }
}
