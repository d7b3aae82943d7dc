/// What a log asks a witness, C2SP tlog-witness, "add-checkpoint".
package struct AddCheckpointRequest: Sendable, Equatable {
    package let oldSize: UInt64
    package let proof: ConsistencyProof
    /// The checkpoint, a signed note.
    package let note: SignedNote

    package init(oldSize: UInt64, proof: ConsistencyProof, note: SignedNote) {
        (self.oldSize, self.proof, self.note) = (oldSize, proof, note)
    }

    /// Bytes.
    package static let maximumBytes = SignedNote.maximumBytes + 4096

    /// - Returns: nil for what is malformed, which is answered with 400.
    package init?(parsing body: [UInt8]) {
        var lines = ProofLines(body)
        guard body.count <= Self.maximumBytes, let first = lines.next(), first.hasPrefix("old "),
            let size = TreeSize.parse(first.dropFirst(4)),
            let hashes = lines.hashes(atMost: ConsistencyProof.maximumCount),
            let note = try? SignedNote(parsing: Array(lines.rest))
        else { return nil }
        self.init(oldSize: size, proof: ConsistencyProof(hashes), note: note)
    }

    package var bytes: [UInt8] {
        var text = "old \(oldSize)\n"
        for hash in proof.hashes { text += hash.base64 + "\n" }
        return Array((text + "\n").utf8) + note.bytes
    }
}
