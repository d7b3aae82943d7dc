package import TransparencyLog

/// Has witnesses cosign the heads of the ledger, and publishes what enough of them have cosigned.
///
/// All processes ask about one checkpoint, kept in the database, until enough have cosigned it: with a checkpoint each,
/// witnesses that are asked in different orders could each be ahead of the other for ever.
package struct LedgerCosigning: Sendable {
    package typealias Ask = @Sendable (_ witness: NoteKey, _ body: [UInt8]) async throws -> WitnessAnswer

    let ledger: SQLLedger
    let patience: Duration
    let ask: Ask

    /// - Parameters:
    ///   - patience: how long the others are waited for once enough witnesses have cosigned.
    ///   - ask: sends `add-checkpoint` to a witness, within a limit of time of its own.
    package init(ledger: SQLLedger, patience: Duration = .seconds(1), ask: @escaping Ask) {
        (self.ledger, self.patience, self.ask) = (ledger, patience, ask)
    }

    package struct Failure: Sendable, Hashable, CustomStringConvertible {
        package let witness: String
        package let description: String
    }

    package struct Round: Sendable {
        /// The newest tree that is published now.
        package let published: TreeHead?
        package let failures: [Failure]
    }

    /// Asks every witness that has not cosigned the checkpoint yet, all at once.
    package func round() async throws -> Round {
        let published = try await ledger.published()?.head
        guard let candidate = try await candidate(after: published) else {
            return Round(published: published, failures: [])
        }
        var isPublished = try await ledger.publish(candidate)
        let failures = try await withThrowingTaskGroup(of: Asked.self) { group in
            for witness in ledger.witnesses.keys {
                group.addTask { .answered(try await cosign(candidate, by: witness)) }
            }
            defer { group.cancelAll() }
            var failures: [Failure] = []
            var open = ledger.witnesses.keys.count
            while open > 0, case .answered(let failure)? = try await group.next() {
                open -= 1
                if let failure { failures.append(failure) }
                guard failure == nil else { continue }
                // Those that come after the quorum are added.
                let wasPublished = isPublished
                isPublished = try await ledger.publish(candidate) || wasPublished
                guard isPublished, !wasPublished else { continue }
                // A slow one does not hold up the next head.
                group.addTask { [patience] in
                    try? await Task.sleep(for: patience)
                    return .patienceIsOver
                }
            }
            return failures
        }
        return Round(
            published: isPublished ? candidate.head : published, failures: failures.sorted { $0.witness < $1.witness })
    }

    private enum Asked {
        case answered(Failure?)
        case patienceIsOver
    }

    /// What to ask about; nil if the head is published already.
    private func candidate(after published: TreeHead?) async throws -> VerifiedCandidate? {
        let known = try await ledger.candidate()
        guard let published else {
            return if let known { known } else { try await ledger.replaceCandidate(nil) }
        }
        if try await ledger.currentHead() == published { return nil }
        if let known, known.head.size > published.size { return known }
        return try await ledger.replaceCandidate(known?.head)
    }

    private func cosign(_ candidate: VerifiedCandidate, by witness: NoteKey) async throws -> Failure? {
        let last = try await ledger.cosignature(of: witness)?.head
        if last == candidate.head { return nil }
        var old = last.map { min($0.size, candidate.head.size) } ?? 0
        for _ in 0..<Self.tries {
            guard let proof = try await ledger.consistency(from: old, to: candidate.head.size) else { return nil }
            let request = AddCheckpointRequest(oldSize: old, proof: proof, note: candidate.note)
            let answer: WitnessAnswer
            do {
                answer = try await ask(witness, request.bytes)
            } catch {
                return Failure(witness: witness.name, description: "\(error)")
            }
            switch answer {
            case .signatures(let signatures):
                return try await keep(signatures, of: witness, for: candidate)
            case .otherSize(let size):
                if size > candidate.head.size { return try await overtaken(candidate, witness, size) }
                old = size
            case .refused(let status):
                return Failure(
                    witness: witness.name,
                    description: status == 422 ? "refuses: it has seen another tree (422)" : "answers \(status)")
            case .malformed:
                return Failure(witness: witness.name, description: "answers what the protocol does not have")
            }
        }
        return Failure(witness: witness.name, description: "names another size each time")
    }

    private static let tries = 4

    private func keep(
        _ signatures: [SignedNote.Signature], of witness: NoteKey, for candidate: VerifiedCandidate
    ) async throws -> Failure? {
        let note = SignedNote(text: candidate.note.text, signatures: signatures)
        guard let own = signatures.first(where: { $0.name == witness.name && $0.keyID == witness.keyID }),
            let verified = try? note.verify(with: [witness]), !verified.isEmpty
        else { return Failure(witness: witness.name, description: "has not signed with its key") }
        try await ledger.keep(own, of: witness, for: candidate.head)
        return nil
    }

    /// The witness was shown a later tree, so it will not cosign this one any more.
    private func overtaken(
        _ candidate: VerifiedCandidate, _ witness: NoteKey, _ size: UInt64
    ) async throws -> Failure? {
        guard try await ledger.currentHead().size >= size else {
            return Failure(
                witness: witness.name,
                description: "has cosigned \(size) entries, more than this ledger has: its database is not the newest")
        }
        _ = try await ledger.replaceCandidate(candidate.head)
        return nil
    }
}
