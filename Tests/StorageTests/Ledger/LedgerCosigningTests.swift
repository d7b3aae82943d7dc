import Crypto
import Foundation
import Storage
import Synchronization
import Testing
import TransparencyLog

@Suite("Cosigned checkpoints")
struct LedgerCosigningTests {
    let sample: SampleLedger
    let signers = ["one", "two", "three"].map {
        NoteSigner(name: "witness.example/" + $0, type: .cosignature, privateKey: .init())!
    }
    let witnesses: Witnesses

    init() async throws {
        sample = try await SampleLedger()
        witnesses = Witnesses(signers: signers)
    }

    /// Witnesses in memory, that can be down.
    final class Witnesses: Sendable {
        let signers: [NoteSigner]
        let down = Mutex<Set<String>>([])
        let asked = Mutex<Int>(0)
        private let stores: [String: MemoryStore]

        init(signers: [NoteSigner]) {
            self.signers = signers
            stores = Dictionary(uniqueKeysWithValues: signers.map { ($0.key.name, MemoryStore()) })
        }

        final class MemoryStore: WitnessStore {
            let heads = Mutex<[String: TreeHead]>([:])
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

        struct Down: Error {}

        func show(_ head: TreeHead, of origin: String, to name: String) {
            stores[name]!.heads.withLock { $0[origin] = head }
        }

        func ask(_ key: NoteKey, _ log: NoteKey, _ body: [UInt8]) async throws -> WitnessAnswer {
            asked.withLock { $0 += 1 }
            if down.withLock({ $0.contains(key.name) }) { throw Down() }
            let signer = signers.first { $0.key == key }!
            let witness = Witness(signer: signer, logs: [log], store: stores[key.name]!, now: { TestDatabase.now })
            switch try await witness.add(body) {
            case .cosigned(let lines): return WitnessAnswer(status: 200, contentType: nil, body: lines)
            case .refused(.otherSize(let size)): return .otherSize(size)
            case .refused(.inconsistent): return .refused(status: 422)
            case .refused: return .refused(status: 400)
            }
        }
    }

    private func ledger(quorum: Int, other: Bool = false, keys: [NoteKey]? = nil) async throws -> SQLLedger {
        try await sample.open(
            other ? sample.test.otherProcess : nil,
            witnesses: WitnessPolicy(keys ?? signers.map(\.key), quorum: quorum))
    }

    private func cosigning(_ ledger: SQLLedger) -> LedgerCosigning {
        let witnesses = witnesses
        return LedgerCosigning(ledger: ledger) { try await witnesses.ask($0, ledger.logKey, $1) }
    }

    private func append(_ ledger: SQLLedger, _ count: Int) async throws {
        try await sample.push((0..<count).map { try SampleLedger.pending($0) })
        try await ledger.integrateAll()
    }

    @Test("a head is published once enough witnesses have cosigned it, and the next goes on from it")
    func publishes() async throws {
        let ledger = try await ledger(quorum: 3)
        let cosigning = cosigning(ledger)
        try await append(ledger, 5)
        #expect(try await ledger.published() == nil)
        #expect(try await cosigning.round().published?.size == 5)
        #expect(try await ledger.published()?.cosignatures.count == 3)
        let asked = witnesses.asked.withLock { $0 }
        #expect(asked == 3)
        #expect(try await cosigning.round().published?.size == 5)
        #expect(witnesses.asked.withLock { $0 } == asked)
        try await append(ledger, 300)
        #expect(try await cosigning.round().published?.size == 305)
        // It knew the sizes that the witnesses had.
        #expect(witnesses.asked.withLock { $0 } == 6)
        let proof = try #require(try await ledger.proof(304))
        let entry = try await ledger.servedEntries()[304]
        let verifier = try #require(LedgerVerifier(logKey: ledger.logKey, witnesses: ledger.witnesses))
        #expect(try verifier.verify(entry, proof: proof).witnesses.count == 3)
    }

    @Test("with a witness down the published head stays, and catches up when it is back")
    func down() async throws {
        let ledger = try await ledger(quorum: 3)
        let cosigning = cosigning(ledger)
        try await append(ledger, 2)
        _ = try await cosigning.round()
        witnesses.down.withLock { $0 = ["witness.example/two"] }
        for size in 3...5 {
            try await append(ledger, 1)
            let round = try await cosigning.round()
            #expect(round.published?.size == 2, "\(size)")
            #expect(round.failures.map(\.witness) == ["witness.example/two"])
        }
        witnesses.down.withLock { $0 = [] }
        #expect(try await cosigning.round().published?.size == 3)
        #expect(try await cosigning.round().published?.size == 5)
        #expect(try await ledger.published()?.head.size == 5)
    }

    @Test("with a quorum below all, one that is down is not missed")
    func quorum() async throws {
        let ledger = try await ledger(quorum: 2)
        witnesses.down.withLock { $0 = ["witness.example/one"] }
        try await append(ledger, 2)
        let round = try await cosigning(ledger).round()
        #expect(round.published?.size == 2)
        #expect(round.failures.count == 1)
        // Whoever cosigned after the quorum is there too.
        witnesses.down.withLock { $0 = [] }
        try await append(ledger, 1)
        #expect(try await cosigning(ledger).round().published?.size == 3)
        #expect(try await ledger.published()?.cosignatures.count == 3)
    }

    @Test("two processes publish one sequence, whoever asks whom first")
    func twoProcesses() async throws {
        let (first, second) = (try await ledger(quorum: 3), try await ledger(quorum: 3, other: true))
        let rounds = [cosigning(first), cosigning(second)]
        var last: UInt64 = 0
        for _ in 0..<10 {
            try await append(first, 3)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for cosigning in rounds { group.addTask { _ = try await cosigning.round() } }
                try await group.waitForAll()
            }
            let size = try #require(try await second.published()?.head.size)
            #expect(size >= last)
            last = size
        }
        for _ in 0..<3 { for cosigning in rounds { _ = try await cosigning.round() } }
        #expect(try await second.published()?.head.size == 30)
    }

    @Test(
        "a witness that saw a later head has it asked about; one that saw more than there is, or another tree, is told")
    func ahead() async throws {
        let ledger = try await ledger(quorum: 3)
        let cosigning = cosigning(ledger)
        try await append(ledger, 2)
        witnesses.down.withLock { $0 = ["witness.example/two"] }
        _ = try await cosigning.round()
        try await append(ledger, 5)
        witnesses.down.withLock { $0 = [] }
        witnesses.show(try await ledger.currentHead(), of: ledger.origin, to: "witness.example/two")
        _ = try await cosigning.round()
        #expect(try await cosigning.round().published?.size == 7)
        try await append(ledger, 1)
        witnesses.show(TreeHead(size: 99, root: .emptyRoot), of: ledger.origin, to: "witness.example/one")
        witnesses.show(TreeHead(size: 7, root: .emptyRoot), of: ledger.origin, to: "witness.example/three")
        let round = try await cosigning.round()
        #expect(round.published?.size == 7)
        #expect(round.failures.map(\.witness) == ["witness.example/one", "witness.example/three"])
        #expect(round.failures[0].description.contains("99 entries"))
        #expect(round.failures[1].description.contains("another tree"))
    }

    @Test("what was published with fewer witnesses is not published any more when more are asked for, until they sign")
    func stricter() async throws {
        let ledger = try await ledger(quorum: 1, keys: [signers[0].key])
        try await append(ledger, 2)
        _ = try await cosigning(ledger).round()
        #expect(try await ledger.published()?.head.size == 2)
        let stricter = try await self.ledger(quorum: 2)
        #expect(try await stricter.published() == nil)
        #expect(try await cosigning(stricter).round().published?.size == 2)
        #expect(try await stricter.published()?.cosignatures.count ?? 0 >= 2)
    }

    @Test("answers that the protocol does not have are told from those it has")
    func answers() {
        let size = "text/x.tlog.size"
        #expect(WitnessAnswer(status: 409, contentType: size, body: Array("12\n".utf8)) == .otherSize(12))
        #expect(WitnessAnswer(status: 409, contentType: "text/plain", body: Array("12\n".utf8)) == .malformed)
        #expect(WitnessAnswer(status: 409, contentType: size, body: Array("12".utf8)) == .malformed)
        #expect(WitnessAnswer(status: 200, contentType: nil, body: Array("ok\n".utf8)) == .malformed)
        #expect(WitnessAnswer(status: 422, contentType: nil, body: []) == .refused(status: 422))
    }

    @Test("a witness's record over SQL goes on only from what it was")
    func witnessStore() async throws {
        let store = SQLWitnessStore(database: sample.test.database)
        let (one, two) = (TreeHead(size: 1, root: .leaf([1])), TreeHead(size: 2, root: .leaf([2])))
        #expect(try await store.head(of: "log") == nil)
        #expect(try await store.advance("log", from: nil, to: one, note: [1]))
        #expect(try await !store.advance("log", from: nil, to: two, note: [1]))
        #expect(try await !store.advance("log", from: two, to: one, note: [1]))
        #expect(try await store.advance("log", from: one, to: two, note: [2]))
        #expect(try await store.head(of: "log") == two)
        #expect(try await store.checkpoint(originHash: Array(SHA256.hash(data: Array("log".utf8)))) == [2])
        #expect(try await store.checkpoint(originHash: [1]) == nil)
    }
}
