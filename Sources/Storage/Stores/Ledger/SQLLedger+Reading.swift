import SQLStatements
import Synchronization
package import TransparencyLog

extension SQLLedger: PublishedLedger {
    /// The newest checkpoint that is to be believed: the head, or with witnesses the newest that enough of them cosigned.
    /// Nil until they have.
    package nonisolated func published() async throws -> VerifiedCheckpoint? {
        let note =
            if witnesses.quorum == 0 {
                try await rows.head()?.checkpoint
            } else {
                try await rows.database.first("SELECT checkpoint FROM ledger_checkpoints WHERE kind = 'published'") {
                    $0.bytes(0)
                }
            }
        guard let note else { return nil }
        // What was published when fewer were asked for may not be enough any more.
        return try? accepted.verified(note, by: verifier)
    }

    nonisolated var verifier: CheckpointVerifier {
        guard let verifier = CheckpointVerifier(log: logKey, witnesses: witnesses) else {
            fatalError("the signer of a ledger has the key of a log")
        }
        return verifier
    }

    /// That an entry is in the log, as a tlog-proof for the published checkpoint; nil while that does not have it.
    package nonisolated func proof(_ index: UInt64) async throws -> [UInt8]? {
        guard let published = try await published(),
            let plan = ProofPlan.inclusion(of: index, in: published.head.size)
        else { return nil }
        let hashes = try plan.hashes(from: try await rows.tiles(plan.tiles))
        return TLogProof(
            proof: InclusionProof(index: index, hashes: hashes), checkpoint: published.note.bytes
        ).bytes
    }

    /// That a tree began with a smaller one.
    package nonisolated func consistency(from old: UInt64, to new: UInt64) async throws -> ConsistencyProof? {
        guard let plan = ProofPlan.consistency(from: old, to: new) else { return nil }
        return ConsistencyProof(try plan.hashes(from: try await rows.tiles(plan.tiles)))
    }

    /// The bytes of an entry that the published checkpoint has.
    package nonisolated func receipt(_ index: UInt64) async throws -> LedgerReceipt? {
        guard let proof = try await proof(index), let entry = try await rows.entries(index..<index + 1).first else {
            return nil
        }
        return LedgerReceipt(entry: entry, index: index, proof: proof)
    }

    /// What a tile's path stands for in the published tree; nil if that has no such tile.
    ///
    /// A tile that has become wider since serves as the narrower one that it began with.
    package nonisolated func content(of path: TilePath) async throws -> [UInt8]? {
        let level = if case .hashes(let level) = path.content { level } else { 0 }
        let coordinate = TileCoordinate(level: level, number: path.number)
        guard let published = try await published(), coordinate.width(in: published.head.size) >= path.width else {
            return nil
        }
        switch path.content {
        case .hashes:
            guard let tile = try await rows.tiles([coordinate])[coordinate], tile.hashes.count >= path.width else {
                throw TileMissing(tile: coordinate)
            }
            return HashTile(Array(tile.hashes.prefix(path.width))).bytes
        case .entries:
            let start = path.number * UInt64(TileCoordinate.width)
            let entries = try await rows.entries(start..<start + UInt64(path.width))
            guard entries.count == path.width else { throw TileMissing(tile: coordinate) }
            return EntryBundle(entries).bytes
        }
    }
}

/// The last checkpoint whose signatures were verified, since it is asked for again and again.
final class AcceptedCheckpoint: Sendable {
    private let last = Mutex<(note: [UInt8], verified: VerifiedCheckpoint)?>(nil)

    func verified(_ note: [UInt8], by verifier: CheckpointVerifier) throws(CheckpointRefusal) -> VerifiedCheckpoint {
        if let known = last.withLock({ $0 }), known.note == note { return known.verified }
        let verified = try verifier.verify(note)
        last.withLock { $0 = (note, verified) }
        return verified
    }
}
