package import Foundation
import WireFormats

/// Cosigns the heads of logs, each only if it goes on from the one before.
package struct Witness: Sendable {
    package let signer: NoteSigner
    package let logs: [NoteKey]
    let store: any WitnessStore
    let now: @Sendable () -> Date

    package init(
        signer: NoteSigner, logs: [NoteKey], store: any WitnessStore, now: @escaping @Sendable () -> Date
    ) {
        (self.signer, self.logs, self.store, self.now) = (signer, logs, store, now)
    }

    package enum Answer: Sendable, Equatable {
        /// 200, with the line of the cosignature.
        case cosigned([UInt8])
        case refused(WitnessDecision)
    }

    /// Answers `add-checkpoint`. What is cosigned is recorded before.
    package func add(_ body: [UInt8]) async throws -> Answer {
        // Another request may be first each time; the client then hears the size that this one found.
        for _ in 0..<Self.tries {
            let decision = try await WitnessDecision.decide(body, logs: logs) { try await store.head(of: $0) }
            guard case .advance(let checkpoint, let old) = decision else { return .refused(decision) }
            guard let request = AddCheckpointRequest(parsing: body) else { return .refused(.malformed) }
            let time = UInt64(max(1, now().timeIntervalSince1970))
            let cosignature = try signer.cosign(checkpoint.text, at: time)
            // Of what came with the checkpoint only the signatures of the log are kept.
            let own = logs.filter { $0.name.hasSameBytes(as: checkpoint.origin) }
            let kept = request.note.signatures.filter { signature in own.contains { $0.isNamed(by: signature) } }
            let note = SignedNote(text: checkpoint.text, signatures: kept + [cosignature])
            if try await store.advance(checkpoint.origin, from: old, to: checkpoint.head, note: note.bytes) {
                return .cosigned(Array(cosignature.line.utf8))
            }
        }
        throw WitnessBusy()
    }

    private static let tries = 16

    /// The newest cosigned checkpoint of a log, C2SP tlog-witness, "Monitor Retrieval Mechanism".
    package func checkpoint(originHash: [UInt8]) async throws -> [UInt8]? {
        try await store.checkpoint(originHash: originHash)
    }
}

/// Others were faster again and again.
package struct WitnessBusy: Error {}
