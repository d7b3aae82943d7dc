import DataSharing
import OAuth
package import TransparencyLog
import WireFormats

/// Shows that something stands in the ledger.
package struct LedgerLookups: Sendable {
    package enum Trust: Sendable {
        /// The log's key and its witnesses, as this provider was told of them.
        case log(LedgerVerifier, origin: String)
        /// None was configured: commitments are recomputed, and the place in the log is the hub's word.
        case unverified
    }

    package let trust: Trust
    private let proof: @Sendable (_ index: Int64) async throws(ReceivedScopeRefusal) -> [UInt8]

    /// - Parameter proof: fetches the tlog-proof of an entry, such as from `/sharing/ledger/proof/{index}`.
    package init(
        trust: Trust, proof: @escaping @Sendable (_ index: Int64) async throws(ReceivedScopeRefusal) -> [UInt8]
    ) {
        (self.trust, self.proof) = (trust, proof)
    }

    /// What was found out about one entry.
    package struct Finding: Sendable, Equatable {
        package let log: String
        package let index: Int64
        /// Nil where the log is not verified.
        package let checkpointSize: UInt64?
        /// Names of the witnesses that have seen it.
        package let witnesses: [String]
        package let root: [UInt8]?
        /// The hash of the entry.
        package let leaf: TreeHash
    }

    /// - Parameters:
    ///   - kind: of the entry.
    ///   - by: whose it is.
    ///   - bytes: what it commits to.
    ///   - signature: what it must show; nil if nothing.
    func verify(
        _ reference: LedgerReference, kind: LedgerEntry.Kind, by: String, commitsTo bytes: [UInt8],
        signature: [UInt8]?
    ) async throws(ReceivedScopeRefusal) -> Finding {
        guard let entry = try? LedgerEntry(parsing: reference.entry), entry.kind == kind, entry.by == by,
            reference.salt.count == SaltedCommitment.saltByteCount,
            entry.commitment.verify(bytes, salt: reference.salt), entry.signature == signature
        else { throw .otherEntry }
        guard case .log(let verifier, let origin) = trust else {
            return Finding(
                log: reference.log, index: reference.index, checkpointSize: nil, witnesses: [], root: nil,
                leaf: .leaf(reference.entry))
        }
        guard reference.log.hasSameBytes(as: origin) else { throw .otherLog }
        let text = if let given = reference.proof { Array(given.utf8) } else { try await proof(reference.index) }
        do throws(LedgerRefusal) {
            let verified = try verifier.verify(
                LedgerReceipt(entry: reference.entry, index: UInt64(reference.index), proof: text))
            return Finding(
                log: verified.log.name, index: reference.index, checkpointSize: verified.head.size,
                witnesses: verified.witnesses.map(\.key.name), root: verified.head.root.bytes,
                leaf: .leaf(reference.entry))
        } catch {
            throw .ledger(error)
        }
    }
}
