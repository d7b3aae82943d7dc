package import DataSharing
package import TransparencyLog
package import WireFormats

/// What people share of their data, and who vouches for it, works with.
package struct SharingSettings: Sendable, Equatable {
    /// Who may register organizations.
    package enum Registration: String, Sendable, CaseIterable {
        /// The operator.
        case closed
        /// Anybody; the operator then approves.
        case open
    }

    package let registration: Registration
    /// How long the answers of markets are kept, sealed, for those who ask for them again.
    package let releaseLifetime: Duration
    /// How long a market may take to answer.
    package let marketTimeout: Duration
    /// Approved at every start.
    package let organizations: [DeclaredOrganization]
    /// Registered at every start if they differ from what there is. Version 0 stands for the next one.
    package let scopes: [ScopeDefinition]
    package let ledger: LedgerSettings
}

/// An organization of the configuration file.
package struct DeclaredOrganization: Sendable, Equatable {
    /// Checked already, but for keys that are in a file.
    package let document: JSONObject
    package let keysFile: String?
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
