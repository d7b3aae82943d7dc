import SQLStatements
package import TransparencyLog

/// The checkpoint that witnesses are asked about, and what they answered.
extension SQLLedger {
    nonisolated func candidate() async throws -> VerifiedCandidate? {
        try await rows.database.first(
            "SELECT size, root, checkpoint FROM ledger_checkpoints WHERE kind = 'candidate'", read: candidate)
    }

    private nonisolated func candidate(_ row: SQLRow) throws -> VerifiedCandidate {
        VerifiedCandidate(
            head: try LedgerRows.tree(size: row.integer(0), root: row.bytes(1)),
            note: try SignedNote(parsing: row.bytes(2)))
    }

    /// Asks about the head from now on, unless another process has chosen meanwhile.
    nonisolated func replaceCandidate(_ old: TreeHead?) async throws -> VerifiedCandidate? {
        guard let head = try await rows.head() else { throw LedgerFault.noHead }
        let new: [SQLValue] = [.integer(Int64(head.tree.size)), .bytes(head.tree.root.bytes), .bytes(head.checkpoint)]
        if let old {
            try await rows.database.write(
                SQLStatement(
                    """
                    UPDATE ledger_checkpoints SET size = $1, root = $2, checkpoint = $3
                    WHERE kind = 'candidate' AND size = $4 AND root = $5
                    """, parameters: new + [.integer(Int64(old.size)), .bytes(old.root.bytes)]))
        } else {
            try await rows.database.write(
                SQLStatement(
                    """
                    INSERT INTO ledger_checkpoints (kind, size, root, checkpoint) VALUES ('candidate', $1, $2, $3)
                    ON CONFLICT (kind) DO NOTHING
                    """, parameters: new))
        }
        return try await candidate()
    }

    /// The newest cosignature of a witness.
    nonisolated func cosignature(of witness: NoteKey) async throws -> (head: TreeHead, line: [UInt8])? {
        try await rows.database.first(
            "SELECT size, root, line FROM ledger_cosignatures WHERE witness = $1", .text(witness.text)
        ) { (try LedgerRows.tree(size: $0.integer(0), root: $0.bytes(1)), $0.bytes(2)) }
    }

    nonisolated func keep(_ signature: SignedNote.Signature, of witness: NoteKey, for head: TreeHead) async throws {
        try await rows.database.change(
            """
            INSERT INTO ledger_cosignatures (witness, size, root, line) VALUES ($1, $2, $3, $4)
            ON CONFLICT (witness) DO UPDATE SET size = EXCLUDED.size, root = EXCLUDED.root, line = EXCLUDED.line
            WHERE ledger_cosignatures.size <= EXCLUDED.size
            """, .text(witness.text), .integer(Int64(head.size)), .bytes(head.root.bytes),
            .bytes(Array(signature.line.utf8)))
    }

    /// Publishes a candidate once enough witnesses have cosigned it. A smaller one never replaces a larger one.
    ///
    /// - Returns: whether there are enough.
    nonisolated func publish(_ candidate: VerifiedCandidate) async throws -> Bool {
        var signatures = candidate.note.signatures
        for key in witnesses.keys {
            guard let (head, line) = try await cosignature(of: key), head == candidate.head else { continue }
            signatures += SignedNote.signatures(inLines: line) ?? []
        }
        let note = SignedNote(text: candidate.note.text, signatures: signatures).bytes
        guard (try? verifier.verify(note)) != nil else { return false }
        try await rows.database.change(
            """
            INSERT INTO ledger_checkpoints (kind, size, root, checkpoint) VALUES ('published', $1, $2, $3)
            ON CONFLICT (kind) DO UPDATE SET size = EXCLUDED.size, root = EXCLUDED.root,
                checkpoint = EXCLUDED.checkpoint
            WHERE ledger_checkpoints.size <= EXCLUDED.size
            """, .integer(Int64(candidate.head.size)), .bytes(candidate.head.root.bytes), .bytes(note))
        return true
    }

    /// The head of the log, whoever has seen it.
    package nonisolated func currentHead() async throws -> TreeHead {
        guard let head = try await rows.head() else { throw LedgerFault.noHead }
        return head.tree
    }
}

/// A checkpoint of this log that witnesses are asked about.
struct VerifiedCandidate: Sendable {
    let head: TreeHead
    let note: SignedNote
}
