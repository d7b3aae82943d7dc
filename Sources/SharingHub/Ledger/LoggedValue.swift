package import DataSharing
import OAuth
package import TransparencyLog

/// An entry for the ledger together with the salt of its commitment, which the ledger does not get.
package struct LoggedValue: Sendable, Equatable {
    package let entry: LedgerEntry
    package let salt: [UInt8]

    /// A new entry about `bytes`, with a salt of its own.
    package init(
        _ kind: LedgerEntry.Kind, by organization: OrganizationID, about bytes: [UInt8], signature: [UInt8]? = nil
    ) throws(LedgerEntryMalformation) {
        let (commitment, salt) = SaltedCommitment.make(to: bytes)
        entry = try LedgerEntry(kind, by: organization.text, commitment: commitment, signature: signature)
        self.salt = salt
    }
}

/// What is in the ledger, or will be shortly, as it was stored.
package struct LoggedPlace: Sendable, Equatable {
    /// Names the entry before it has an index: 16 bytes.
    package let pendingID: [UInt8]
    package let entry: [UInt8]
    package let salt: [UInt8]

    package init(pendingID: [UInt8], entry: [UInt8], salt: [UInt8]) {
        self.pendingID = pendingID
        self.entry = entry
        self.salt = salt
    }
}

/// The ledger, as whoever has entries in it asks for them.
package protocol LedgerPlaces: Sendable {
    /// The log's origin.
    var origin: String { get }

    /// The indices of entries by their pending identifiers, in their order; nil for those that have none after `limit`.
    func indices(of pendingIDs: [[UInt8]], within limit: Duration) async throws -> [UInt64?]

    /// The texts of tlog-proofs for the published checkpoint, in the order of `indices`; nil for what it does not cover.
    func proofs(_ indices: [UInt64]) async throws -> [String?]
}

extension LedgerPlaces {
    /// References to what was stored, in its order.
    ///
    /// - Parameters:
    ///   - limit: how long to wait for indices.
    ///   - withProofs: whether to prove what the published checkpoint covers.
    package func references(
        to places: [LoggedPlace], within limit: Duration = .zero, withProofs: Bool = false
    ) async throws -> [PushedPlace] {
        guard !places.isEmpty else { return [] }
        let indices = try await indices(of: places.map(\.pendingID), within: limit)
        var proofs: [UInt64: String] = [:]
        if withProofs {
            let known = indices.compactMap(\.self)
            for (index, proof) in zip(known, try await self.proofs(known)) { proofs[index] = proof }
        }
        return zip(places, indices).map { place, index in
            PushedPlace(
                log: origin, index: index, entry: place.entry, salt: place.salt, proof: index.flatMap { proofs[$0] })
        }
    }
}
