import Crypto
import Foundation
import Synchronization
import Testing
import TransparencyLog

/// Heads in memory; may let another request be first.
final class MemoryWitnessStore: WitnessStore {
    let heads = Mutex<[String: TreeHead]>([:])
    /// What another request records between this one's look and its write.
    let interference = Mutex<TreeHead?>(nil)

    func head(of origin: String) async throws -> TreeHead? { heads.withLock { $0[origin] } }

    func advance(_ origin: String, from old: TreeHead?, to head: TreeHead, note: [UInt8]) async throws -> Bool {
        let other = interference.withLock { other in
            defer { other = nil }
            return other
        }
        return heads.withLock { heads in
            if let other { heads[origin] = other }
            guard heads[origin] == old else { return false }
            heads[origin] = head
            return true
        }
    }

    func checkpoint(originHash: [UInt8]) async throws -> [UInt8]? { nil }
}

@Suite("Witness, C2SP tlog-witness add-checkpoint")
struct WitnessTests {
    let signer = NoteSigner(name: "witness.example/w", type: .cosignature, privateKey: .init())!
    let log = NoteSigner(name: "log.example/l", type: .ed25519, privateKey: .init())!
    let store = MemoryWitnessStore()
    var witness: Witness {
        Witness(signer: signer, logs: [log.key], store: store, now: { Date(timeIntervalSince1970: 1_800_000_000) })
    }

    static func tree(_ count: Int, fork: Bool = false) -> TiledLog {
        var log = TiledLog()
        log.append((0..<count).map { .leaf(Array("\(fork && $0 == 1 ? "x" : "")\($0)".utf8)) })
        return log
    }

    func request(_ tree: TiledLog, old: Int, by signer: NoteSigner? = nil, proof: [TreeHash]? = nil) throws -> [UInt8] {
        let plan = ProofPlan.consistency(from: UInt64(old), to: max(UInt64(old), tree.edge.size))!
        let hashes = try proof ?? plan.hashes(from: tree.tiles)
        let checkpoint = Checkpoint(origin: (signer ?? log).key.name, head: tree.edge.head)
        return AddCheckpointRequest(
            oldSize: UInt64(old), proof: ConsistencyProof(hashes), note: try checkpoint.signed(by: signer ?? log)
        ).bytes
    }

    @Test("heads that go on are cosigned, and the same one again")
    func cosigns() async throws {
        for (old, new) in [(0, 3), (3, 3), (3, 700), (700, 701)] {
            let body = try request(Self.tree(new), old: old)
            guard case .cosigned(let lines) = try await witness.add(body) else {
                Issue.record("\(new) was not cosigned")
                continue
            }
            let note = try #require(AddCheckpointRequest(parsing: body)).note
            let cosigned = SignedNote(
                text: note.text, signatures: note.signatures + (SignedNote.signatures(inLines: lines) ?? []))
            #expect(try cosigned.verify(with: [signer.key]).map(\.time) == [1_800_000_000])
            #expect(store.heads.withLock { $0["log.example/l"]?.size } == UInt64(new))
        }
    }

    @Test("whatever else is refused, each with its status, and nothing is recorded")
    func refuses() async throws {
        let five = Self.tree(5)
        _ = try await witness.add(request(five, old: 0))
        let stranger = NoteSigner(name: "log.example/other", type: .ed25519, privateKey: .init())!
        let imitation = NoteSigner(name: "log.example/l", type: .ed25519, privateKey: .init())!
        let good = try request(Self.tree(9), old: 5)
        let text = Checkpoint(origin: log.key.name, head: Self.tree(9).edge.head).text
        let broken = AddCheckpointRequest(
            oldSize: 5, proof: try #require(AddCheckpointRequest(parsing: good)).proof,
            note: SignedNote(text: text, signatures: [try log.sign(text + "more\n")])
        ).bytes
        let cases: [(String, [UInt8], WitnessDecision)] = [
            ("not a request", Array("old 5\n".utf8), .malformed),
            ("leading zero", Array("old 05".utf8) + good.dropFirst(5), .malformed),
            ("unknown log", try request(Self.tree(9), old: 5, by: stranger), .unknownLog),
            ("not its key", try request(Self.tree(9), old: 5, by: imitation), .notSignedByLog),
            ("wrong signature", broken, .notSignedByLog),
            ("old larger than new", try request(Self.tree(3), old: 5, proof: []), .malformed),
            ("other old size", try request(Self.tree(9), old: 4), .otherSize(5)),
            ("old size zero", try request(Self.tree(9), old: 0), .otherSize(5)),
            ("smaller tree", try request(Self.tree(4), old: 4), .otherSize(5)),
            ("no proof", try request(Self.tree(9), old: 5, proof: []), .inconsistent),
            ("another tree", try request(Self.tree(9, fork: true), old: 5), .inconsistent),
            ("another tree of the same size", try request(Self.tree(5, fork: true), old: 5), .inconsistent),
        ]
        for (name, body, decision) in cases {
            #expect(try await witness.add(body) == .refused(decision), "\(name)")
            #expect(store.heads.withLock { $0["log.example/l"] } == five.edge.head, "\(name)")
        }
        #expect(AddCheckpointRequest(parsing: good)?.bytes == good)
    }

    @Test("for a log it has not seen: a proof from nothing, and an impossible empty tree, are refused")
    func first() async throws {
        let proof = [TreeHash.emptyRoot]
        #expect(try await witness.add(request(Self.tree(3), old: 0, proof: proof)) == .refused(.inconsistent))
        let wrong = Checkpoint(origin: log.key.name, head: TreeHead(size: 0, root: .leaf([])))
        let body = AddCheckpointRequest(oldSize: 0, proof: ConsistencyProof([]), note: try wrong.signed(by: log)).bytes
        #expect(try await witness.add(body) == .refused(.inconsistent))
    }

    @Test("a request that was overtaken hears the size that is recorded now")
    func overtaken() async throws {
        store.interference.withLock { $0 = Self.tree(7).edge.head }
        #expect(try await witness.add(request(Self.tree(3), old: 0)) == .refused(.otherSize(7)))
    }
}
