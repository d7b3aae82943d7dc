package import Anchoring

/// A chain that the ledger is anchored in.
package struct AnchorSettings: Sendable, Equatable {
    package let chain: Chain
    /// Where the node is asked.
    package let rpc: String
    /// With `name:password`, or a bearer token, in its first line; nil if the node wants neither.
    package let credentialsFile: String?
    /// How many blocks make an anchor final, its own counted.
    package let confirmations: Int
    /// The least time between anchors.
    package let interval: Duration
    /// How long a transaction may wait before another pays more.
    package let stuckAfter: Duration

    package enum Chain: Sendable, Equatable {
        case evm(EVM)
        case bitcoin(Bitcoin)
    }

    package struct EVM: Sendable, Equatable {
        package let chainID: UInt64
        /// Nil until it is deployed.
        package let contract: EthereumAddress?
        /// Nil if the environment has the key.
        package let keyFile: String?
        /// Wei for each unit of gas.
        package let maxFee: UInt64
    }

    package struct Bitcoin: Sendable, Equatable {
        /// The hash of the first block, 32 bytes.
        package let genesis: [UInt8]
        /// Nil for the node's only wallet.
        package let wallet: String?
        /// Satoshi for each anchor.
        package let maxFee: UInt64
    }

    /// Nil if there is no contract yet.
    package var place: AnchorPlace? {
        switch chain {
        case .evm(let evm): evm.contract.map { .evm(chainID: evm.chainID, contract: $0) }
        case .bitcoin(let bitcoin): .bitcoin(genesis: bitcoin.genesis)
        }
    }
}
