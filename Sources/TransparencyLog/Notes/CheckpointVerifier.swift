import WireFormats

/// Believes a checkpoint that a known log has signed and enough known witnesses have cosigned.
package struct CheckpointVerifier: Sendable {
    package let log: NoteKey
    package let witnesses: WitnessPolicy

    /// - Returns: nil if the key is not one of a log.
    package init?(log: NoteKey, witnesses: WitnessPolicy) {
        guard log.type == .ed25519 else { return nil }
        (self.log, self.witnesses) = (log, witnesses)
    }

    /// - Throws: ``CheckpointRefusal``.
    package func verify(_ bytes: [UInt8]) throws(CheckpointRefusal) -> VerifiedCheckpoint {
        let note: SignedNote
        do { note = try SignedNote(parsing: bytes) } catch { throw .note(error) }
        let checkpoint: Checkpoint
        do { checkpoint = try Checkpoint(parsing: note.text) } catch { throw .checkpoint(error) }
        guard checkpoint.origin.hasSameBytes(as: log.name) else { throw .otherOrigin(checkpoint.origin) }
        guard checkpoint.head.isPossible else { throw .impossibleRoot }
        let verified: [SignedNote.Verified]
        do {
            verified = try note.verify(with: [log] + witnesses.keys)
        } catch {
            switch error {
            case .wrongSignature(let name): throw .wrongSignature(name)
            }
        }
        guard verified.contains(where: { $0.key == log }) else { throw .notSignedByLog }
        let cosignatures = verified.filter { $0.key.type == .cosignature }
        guard cosignatures.count >= witnesses.quorum else {
            throw .tooFewWitnesses(have: cosignatures.count, need: witnesses.quorum)
        }
        return VerifiedCheckpoint(checkpoint: checkpoint, note: note, cosignatures: cosignatures)
    }
}

/// A checkpoint that a ``CheckpointVerifier`` believed.
package struct VerifiedCheckpoint: Sendable {
    package let checkpoint: Checkpoint
    package let note: SignedNote
    /// Of known witnesses.
    package let cosignatures: [SignedNote.Verified]

    init(checkpoint: Checkpoint, note: SignedNote, cosignatures: [SignedNote.Verified]) {
        (self.checkpoint, self.note, self.cosignatures) = (checkpoint, note, cosignatures)
    }

    package var head: TreeHead { checkpoint.head }
}

/// Why a checkpoint is not believed.
package enum CheckpointRefusal: Error, Equatable, CustomStringConvertible {
    case note(NoteMalformation)
    case checkpoint(CheckpointMalformation)
    case otherOrigin(String)
    /// A tree without leaves has one root only.
    case impossibleRoot
    case wrongSignature(String)
    case notSignedByLog
    case tooFewWitnesses(have: Int, need: Int)

    package var description: String {
        switch self {
        case .note(let fault): "the checkpoint is no signed note (\(fault))"
        case .checkpoint(let fault): "the note is no checkpoint (\(fault))"
        case .otherOrigin(let origin): "the checkpoint is of another log, \(origin)"
        case .impossibleRoot: "the checkpoint gives a log without entries a root that it cannot have"
        case .wrongSignature(let name): "the checkpoint's signature of \(name) is not by its key"
        case .notSignedByLog: "the checkpoint is not signed with the log's key"
        case .tooFewWitnesses(let have, let need):
            "the checkpoint has \(have) of the \(need) witnesses' cosignatures that are needed"
        }
    }
}

/// How many of which witnesses must have cosigned.
package struct WitnessPolicy: Sendable, Equatable {
    package let keys: [NoteKey]
    package let quorum: Int

    package static let none = WitnessPolicy(unchecked: [], quorum: 0)

    private init(unchecked keys: [NoteKey], quorum: Int) {
        (self.keys, self.quorum) = (keys, quorum)
    }

    /// - Throws: ``WitnessPolicyFault``.
    package init(_ keys: [NoteKey], quorum: Int) throws(WitnessPolicyFault) {
        if let log = keys.first(where: { $0.type != .cosignature }) { throw .notWitness(log.name) }
        // One key under two names would count twice.
        guard Set(keys.map(\.publicKey)).count == keys.count else { throw .repeatedKey }
        guard (0...keys.count).contains(quorum) else { throw .quorum(quorum, of: keys.count) }
        self.init(unchecked: keys, quorum: quorum)
    }
}

/// Why no policy can be made.
package enum WitnessPolicyFault: Error, Equatable, CustomStringConvertible {
    case notWitness(String)
    case repeatedKey
    case quorum(Int, of: Int)

    package var description: String {
        switch self {
        case .notWitness(let name): "the key of \(name) is a log's, not a witness's (its type is 1, not 4)"
        case .repeatedKey: "two witnesses have the same key"
        case .quorum(let quorum, let count): "a quorum of \(quorum) is not possible with \(count) witnesses"
        }
    }
}
