package import TransparencyLog

/// What people share of their data, and who vouches for it, works with.
package struct SharingSettings: Sendable, Equatable {
    package let ledger: LedgerSettings
}

/// What the ledger works with.
package struct LedgerSettings: Sendable, Equatable {
    package struct Witness: Sendable, Equatable {
        package let key: NoteKey
        /// The submission prefix, without final slash.
        package let url: String
    }

    package let witnesses: [Witness]
    /// How many witnesses must have cosigned a checkpoint before it is published.
    package let quorum: Int
    /// How often witnesses are asked at most.
    package let interval: Duration
    /// The chains that the ledger is anchored in; no place twice.
    package let anchors: [AnchorSettings]
}
