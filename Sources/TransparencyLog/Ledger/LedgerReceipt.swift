package import WireFormats

/// What whoever had an entry made keeps: the entry, where it stands, and the proof.
package struct LedgerReceipt: Sendable, Equatable {
    package let entry: [UInt8]
    package let index: UInt64
    /// A tlog-proof.
    package let proof: [UInt8]

    package init(entry: [UInt8], index: UInt64, proof: [UInt8]) {
        (self.entry, self.index, self.proof) = (entry, index, proof)
    }

    /// The entry's bytes in base64url, its index and the proof's text.
    package var json: JSONObject {
        [
            "entry": .string(Base64URL.encode(entry)), "index": .integer(Int64(index)),
            "proof": .string(String(decoding: proof, as: UTF8.self)),
        ]
    }

    /// - Returns: nil if a member is missing or of another kind.
    package init?(_ json: JSONObject) {
        guard let entry = json["entry"]?.string.flatMap({ try? Base64URL.decode($0) }),
            let index = json["index"]?.integer.flatMap(UInt64.init(exactly:)), let proof = json["proof"]?.string
        else { return nil }
        self.init(entry: entry, index: index, proof: Array(proof.utf8))
    }
}

/// Believes receipts of one log.
package struct LedgerVerifier: Sendable {
    let checkpoints: CheckpointVerifier

    /// - Returns: nil if the key is not one of a log.
    package init?(logKey: NoteKey, witnesses: WitnessPolicy) {
        guard let checkpoints = CheckpointVerifier(log: logKey, witnesses: witnesses) else { return nil }
        self.checkpoints = checkpoints
    }

    /// - Throws: ``LedgerRefusal``.
    package func verify(_ receipt: LedgerReceipt) throws(LedgerRefusal) -> VerifiedLedgerEntry {
        let verified = try verify(receipt.entry, proof: receipt.proof)
        guard verified.index == receipt.index else { throw .otherIndex }
        return verified
    }

    /// - Throws: ``LedgerRefusal``.
    package func verify(_ entry: [UInt8], proof text: [UInt8]) throws(LedgerRefusal) -> VerifiedLedgerEntry {
        let parsed: LedgerEntry
        do { parsed = try LedgerEntry(parsing: entry) } catch { throw .entry(error) }
        let proof: TLogProof
        do { proof = try TLogProof(parsing: text) } catch { throw .proof(error) }
        let checkpoint: VerifiedCheckpoint
        do { checkpoint = try checkpoints.verify(proof.checkpoint) } catch { throw .checkpoint(error) }
        guard proof.proof.verify(.leaf(entry), size: checkpoint.head.size, root: checkpoint.head.root) else {
            throw .notIncluded
        }
        return VerifiedLedgerEntry(
            entry: parsed, index: proof.proof.index, head: checkpoint.head, log: checkpoints.log,
            witnesses: checkpoint.cosignatures)
    }
}

/// An entry that stands in the log, and what that rests on.
package struct VerifiedLedgerEntry: Sendable {
    package let entry: LedgerEntry
    package let index: UInt64
    /// Of the tree that it was shown to be in.
    package let head: TreeHead
    package let log: NoteKey
    /// Who has seen that tree, and when.
    package let witnesses: [SignedNote.Verified]

    init(entry: LedgerEntry, index: UInt64, head: TreeHead, log: NoteKey, witnesses: [SignedNote.Verified]) {
        (self.entry, self.index, self.head, self.log, self.witnesses) = (entry, index, head, log, witnesses)
    }

    /// By when the entry was there at the latest, as the first of the witnesses says: seconds since 1970, nil if none
    /// was asked for.
    package var seenBy: UInt64? { witnesses.compactMap(\.time).min() }
}

/// Why a receipt is not believed.
package enum LedgerRefusal: Error, Equatable, CustomStringConvertible {
    case entry(LedgerEntryMalformation)
    case proof(TLogProofMalformation)
    case checkpoint(CheckpointRefusal)
    /// The proof is of another entry, or of none.
    case notIncluded
    case otherIndex

    package var description: String {
        switch self {
        case .entry(let fault): "the ledger entry is malformed: \(fault.rawValue)"
        case .proof(let fault): "the ledger's proof is malformed (\(fault))"
        case .checkpoint(let refusal): refusal.description
        case .notIncluded: "the proof does not show this entry in the log"
        case .otherIndex: "the proof is of another index than the receipt says"
        }
    }
}
