import Crypto
import Foundation
import TestSupport
import Testing
import TransparencyLog
import WireFormats

@Suite("Notes, checkpoints and proofs: published vectors", .enabled(if: Vectors.arePresent))
struct NoteVectorTests {
    @Test("signed notes verify or not as published")
    func notes() throws {
        for one in try #require(Vectors.read("tlog/signed-notes.json").array) {
            let bytes = Array(one["note"]!.string!.utf8)
            let note = try SignedNote(parsing: bytes)
            #expect(note.bytes == bytes)
            guard let valid = one["valid"]?.bool else { continue }
            let key = try NoteKey(parsing: one["verifier_key"]!.string!)
            #expect(key.text == one["verifier_key"]!.string!)
            let verified = (try? note.verify(with: [key])) ?? []
            #expect(!verified.isEmpty == valid, "\(one["name"]?.string ?? "")")
        }
    }

    @Test("the bodies of checkpoints are read strictly; their root has 32 bytes")
    func bodies() throws {
        for one in try #require(Vectors.read("tlog/checkpoint-body-parse.json")["cases"]?.array) {
            let text = one["text"]!.string!
            if one["valid"]!.bool! {
                #expect(throws: CheckpointMalformation.root) { try Checkpoint(parsing: text) }
                let checkpoint = try Checkpoint(
                    parsing: text.replacing(one["hash_base64"]!.string!, with: TreeHash.emptyRoot.base64))
                #expect(checkpoint.origin == one["origin_line"]!.string!)
                #expect(checkpoint.head.size == UInt64(one["size"]!.integer!))
            } else {
                #expect(throws: CheckpointMalformation.self, "\(one["name"]?.string ?? "")") {
                    try Checkpoint(parsing: text)
                }
            }
        }
    }

    @Test("a published log has the published roots and signatures")
    func log() throws {
        let log = try Vectors.read("tlog/tessera-log.json")
        let key = try NoteKey(parsing: log["verifier_key"]!.string!)
        let verifier = try #require(CheckpointVerifier(log: key, witnesses: .none))
        var edge = RightEdge.empty
        var entries = log["entries_utf8"]!.array!.map { Array($0.string!.utf8) }[...]
        for one in log["checkpoints"]!.array! {
            let size = UInt64(one["size"]!.integer!)
            while edge.size < size { _ = edge.append([.leaf(entries.removeFirst())]) }
            let text = one["checkpoint"]!.string!
            let checkpoint = try verifier.verify(Array(text.utf8))
            #expect(checkpoint.head == edge.head)
            #expect(checkpoint.checkpoint.text + "\n" == text.prefix(checkpoint.checkpoint.text.count + 1))
        }
    }

    @Test("tlog-proofs are read, or refused, and written as they were")
    func proofs() throws {
        for one in try #require(Vectors.read("tlog/tlog-proof-parse.json").array) {
            let bytes = Array(one["text"]!.string!.utf8)
            guard one["valid"]!.bool! else {
                #expect(throws: TLogProofMalformation.self, "\(one["name"]!.string!)") {
                    try TLogProof(parsing: bytes)
                }
                continue
            }
            let proof = try TLogProof(parsing: bytes)
            #expect(proof.bytes == bytes)
            #expect(proof.proof.index == UInt64(one["index"]!.integer!))
            #expect(proof.proof.hashes.map(\.base64) == one["hashes"]!.array!.map { $0.string! })
            #expect(proof.extra.map { Base64.encode($0) } == one["extra_base64"]!.string)
            #expect(proof.checkpoint == Array(one["checkpoint"]!.string!.utf8))
        }
    }

    @Test("complete generated proofs verify or not, and are made again byte for byte")
    func complete() throws {
        let vectors = try Vectors.read("tlog/generated-tlog-proofs.json")
        let logKey = try NoteKey(parsing: vectors["log_verifier_key"]!.string!)
        let witnessKey = try NoteKey(parsing: vectors["witness_verifier_key"]!.string!)
        let log = try Self.signer(vectors["log_seed_hex"]!.string!, .ed25519, logKey)
        let witness = try Self.signer(vectors["witness_seed_hex"]!.string!, .cosignature, witnessKey)
        let verifier = try #require(
            CheckpointVerifier(log: logKey, witnesses: WitnessPolicy([witnessKey], quorum: 1)))
        for one in vectors["cases"]!.array! {
            let text = Array(one["proof_text"]!.string!.utf8)
            let leaf = TreeHash.leaf(try #require(Hex.decode(one["leaf_data_hex"]!.string!)))
            let isValid = try Self.verifies(text, leaf, verifier)
            #expect(isValid == one["valid"]!.bool!, "\(one["name"]!.string!)")
            guard isValid else { continue }
            let proof = try TLogProof(parsing: text)
            let checkpoint = try Checkpoint(parsing: SignedNote(parsing: proof.checkpoint).text)
            let note = SignedNote(
                text: checkpoint.text,
                signatures: [
                    try log.sign(checkpoint.text),
                    try witness.cosign(checkpoint.text, at: UInt64(one["witness_time"]!.integer!)),
                ])
            #expect(note.bytes == proof.checkpoint)
            #expect(try verifier.verify(note.bytes).cosignatures.first?.time == UInt64(one["witness_time"]!.integer!))
        }
    }

    private static func signer(_ seed: String, _ type: NoteSignatureType, _ key: NoteKey) throws -> NoteSigner {
        let privateKey = try Curve25519.Signing.PrivateKey(rawRepresentation: #require(Hex.decode(seed)))
        let signer = try #require(NoteSigner(name: key.name, type: type, privateKey: privateKey))
        #expect(signer.key == key)
        return signer
    }

    private static func verifies(_ text: [UInt8], _ leaf: TreeHash, _ verifier: CheckpointVerifier) throws -> Bool {
        guard let proof = try? TLogProof(parsing: text), let checkpoint = try? verifier.verify(proof.checkpoint)
        else { return false }
        return proof.proof.verify(leaf, size: checkpoint.head.size, root: checkpoint.head.root)
    }
}
