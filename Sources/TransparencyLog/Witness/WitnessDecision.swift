import WireFormats

/// What a witness makes of a request, C2SP tlog-witness, "add-checkpoint". Nothing is recorded or signed yet.
package enum WitnessDecision: Sendable, Equatable {
    /// The checkpoint may be cosigned once it is recorded in place of `old`, which may be the same.
    case advance(Checkpoint, from: TreeHead?)
    /// 400: the request is malformed, or says that the old tree is larger than the new one.
    case malformed
    /// 403: not signed with the key that this log is known by.
    case notSignedByLog
    /// 404: no log of this origin is known.
    case unknownLog
    /// 409: the witness has another size than the request says.
    case otherSize(UInt64)
    /// 422: the trees are not consistent, or the proof does not show that they are.
    case inconsistent

    /// - Parameter recorded: the newest head that this witness has cosigned for an origin.
    package static func decide(
        _ body: [UInt8], logs: [NoteKey], recorded: (_ origin: String) async throws -> TreeHead?
    ) async rethrows -> WitnessDecision {
        guard let request = AddCheckpointRequest(parsing: body),
            let checkpoint = try? Checkpoint(parsing: request.note.text)
        else { return .malformed }
        let keys = logs.filter { $0.type == .ed25519 && $0.name.hasSameBytes(as: checkpoint.origin) }
        guard !keys.isEmpty else { return .unknownLog }
        guard let verified = try? request.note.verify(with: keys), !verified.isEmpty else { return .notSignedByLog }
        guard request.oldSize <= checkpoint.head.size else { return .malformed }
        let old = try await recorded(checkpoint.origin)
        guard request.oldSize == old?.size ?? 0 else { return .otherSize(old?.size ?? 0) }
        guard request.proof.verifyGrowth(from: old ?? .empty, to: checkpoint.head) else { return .inconsistent }
        return .advance(checkpoint, from: old)
    }
}

/// Where a witness keeps the newest head of each log that it has cosigned.
package protocol WitnessStore: Sendable {
    func head(of origin: String) async throws -> TreeHead?

    /// Records a head in place of another, durable when this returns.
    ///
    /// - Parameter old: nil if there must be none yet.
    /// - Returns: false, and nothing is recorded, if the recorded head is not `old` any more.
    func advance(_ origin: String, from old: TreeHead?, to head: TreeHead, note: [UInt8]) async throws -> Bool

    /// The newest checkpoint with its cosignature, by the SHA-256 hash of its origin.
    func checkpoint(originHash: [UInt8]) async throws -> [UInt8]?
}
