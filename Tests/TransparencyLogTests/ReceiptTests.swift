import Crypto
import Testing
import TransparencyLog

/// A log with three entries and two witnesses.
struct SampleLog {
    let log = NoteSigner(name: "log.example/l", type: .ed25519, privateKey: .init())!
    let witnesses = ["one", "two"].map {
        NoteSigner(name: "witness.example/" + $0, type: .cosignature, privateKey: .init())!
    }
    let entries: [LedgerEntry]
    var tiles = TiledLog()

    init() throws {
        entries = try (0..<3).map { number in
            try LedgerEntry(.digest, by: "acme", commitment: SaltedCommitment.make(to: [UInt8(number)]).commitment)
        }
        tiles.append(entries.map { .leaf($0.bytes) })
    }

    func checkpoint(by signers: [NoteSigner]) throws -> SignedNote {
        let text = Checkpoint(origin: log.key.name, head: tiles.edge.head).text
        return SignedNote(
            text: text,
            signatures: [try log.sign(text)]
                + (try signers.enumerated().map { try $1.cosign(text, at: 1_800_000_000 + UInt64($0)) }))
    }

    func receipt(_ index: Int, by signers: [NoteSigner]) throws -> LedgerReceipt {
        let plan = ProofPlan.inclusion(of: UInt64(index), in: 3)!
        let proof = InclusionProof(index: UInt64(index), hashes: try plan.hashes(from: tiles.tiles))
        return LedgerReceipt(
            entry: entries[index].bytes, index: UInt64(index),
            proof: TLogProof(proof: proof, checkpoint: try checkpoint(by: signers).bytes).bytes)
    }

    func verifier(quorum: Int) throws -> LedgerVerifier {
        LedgerVerifier(logKey: log.key, witnesses: try WitnessPolicy(witnesses.map(\.key), quorum: quorum))!
    }
}

@Suite("Receipts")
struct ReceiptTests {
    let sample: SampleLog
    init() throws { sample = try SampleLog() }

    @Test("a receipt says what it relies on")
    func verifies() throws {
        let receipt = try sample.receipt(1, by: sample.witnesses)
        #expect(LedgerReceipt(receipt.json) == receipt)
        let verified = try sample.verifier(quorum: 2).verify(receipt)
        #expect(verified.entry == sample.entries[1])
        #expect(verified.head == sample.tiles.edge.head)
        #expect(verified.log == sample.log.key)
        #expect(verified.witnesses.map(\.key) == sample.witnesses.map(\.key))
        #expect(verified.seenBy == 1_800_000_000)
    }

    @Test("too few witnesses, or one that counts twice, are not enough")
    func quorum() throws {
        let one = try sample.receipt(1, by: [sample.witnesses[0], sample.witnesses[0]])
        #expect(throws: LedgerRefusal.checkpoint(.tooFewWitnesses(have: 1, need: 2))) {
            try sample.verifier(quorum: 2).verify(one)
        }
        #expect(try sample.verifier(quorum: 1).verify(one).witnesses.count == 1)
        #expect(throws: WitnessPolicyFault.self) { try sample.verifier(quorum: 3) }
        #expect(throws: WitnessPolicyFault.self) { try WitnessPolicy([sample.log.key], quorum: 1) }
        let again = NoteKey(name: "other.example", type: .cosignature, publicKey: sample.witnesses[0].key.publicKey)!
        #expect(throws: WitnessPolicyFault.repeatedKey) {
            try WitnessPolicy([sample.witnesses[0].key, again], quorum: 2)
        }
    }

    @Test("another entry, another index, another log, a witness's wrong signature")
    func refusals() throws {
        let verifier = try sample.verifier(quorum: 0)
        let receipt = try sample.receipt(1, by: [])
        #expect(throws: LedgerRefusal.notIncluded) {
            try verifier.verify(LedgerReceipt(entry: sample.entries[0].bytes, index: 1, proof: receipt.proof))
        }
        #expect(throws: LedgerRefusal.otherIndex) {
            try verifier.verify(LedgerReceipt(entry: receipt.entry, index: 2, proof: receipt.proof))
        }
        let other = NoteSigner(name: "log.example/m", type: .ed25519, privateKey: .init())!
        #expect(throws: LedgerRefusal.checkpoint(.otherOrigin("log.example/l"))) {
            try LedgerVerifier(logKey: other.key, witnesses: .none)!.verify(receipt)
        }
        let imitation = NoteSigner(name: "log.example/l", type: .ed25519, privateKey: .init())!
        #expect(throws: LedgerRefusal.checkpoint(.notSignedByLog)) {
            try LedgerVerifier(logKey: imitation.key, witnesses: .none)!.verify(receipt)
        }
        #expect(LedgerVerifier(logKey: sample.witnesses[0].key, witnesses: .none) == nil)
        let text = Checkpoint(origin: "log.example/l", head: sample.tiles.edge.head).text
        var wrong = try sample.witnesses[0].cosign(text, at: 5).bytes
        wrong[7] = 6
        let key = sample.witnesses[0].key
        let note = SignedNote(
            text: text,
            signatures: [try sample.log.sign(text), .init(name: key.name, keyID: key.keyID, bytes: wrong)])
        let proof = try TLogProof(parsing: receipt.proof)
        #expect(throws: LedgerRefusal.checkpoint(.wrongSignature(key.name))) {
            try verifier.verify(receipt.entry, proof: TLogProof(proof: proof.proof, checkpoint: note.bytes).bytes)
        }
    }
}
