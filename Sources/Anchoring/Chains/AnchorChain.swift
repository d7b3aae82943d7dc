/// A chain that anchors are looked up in, through a node.
package protocol AnchorChainReader: Sendable {
    var place: AnchorPlace { get }

    /// Refuses a node of another chain.
    func checkNode() async throws(AnchorFailure)

    /// What the chain itself says of a transaction, whatever anybody claims of it.
    ///
    /// - Parameter hint: where it was seen last.
    func find(
        _ transaction: AnchorTransactionID, hint: AnchorBlock?
    ) async throws(AnchorFailure) -> ChainRecord
}

/// A chain that anchors are put into.
package protocol AnchorChain: AnchorChainReader {
    /// A transaction, signed and not sent: it is recorded first.
    func prepare(_ commitment: AnchorCommitment) async throws(AnchorFailure) -> PreparedAnchor

    /// A transaction that can be mined instead of these and pays more; nil if they pay as much as is permitted.
    ///
    /// - Parameter stuck: not empty; all of one slot.
    func replacement(for stuck: [PreparedAnchor]) async throws(AnchorFailure) -> PreparedAnchor?

    /// Hands a transaction to the node. Handing it over again changes nothing.
    func broadcast(_ prepared: PreparedAnchor) async throws(AnchorFailure) -> Broadcast
}

/// Where anchors are: a chain, and in it the contract, if it is one that has contracts.
package enum AnchorPlace: Sendable, Hashable {
    case evm(chainID: UInt64, contract: EthereumAddress)
    /// The hash of the first block as it is written, 32 bytes: the last byte of the digest first.
    case bitcoin(genesis: [UInt8])

    package enum Kind: String, Sendable, CaseIterable {
        case evm, bitcoin
    }

    package var kind: Kind {
        switch self {
        case .evm: .evm
        case .bitcoin: .bitcoin
        }
    }

    package var chainID: String {
        switch self {
        case .evm(let chainID, _): String(chainID)
        case .bitcoin(let genesis): Hexadecimal.encode(genesis)
        }
    }

    package var contract: EthereumAddress? {
        if case .evm(_, let contract) = self { contract } else { nil }
    }

    /// What the database knows it by.
    package var key: String {
        ([kind.rawValue, chainID] + (contract.map { [EthereumHex.data($0.bytes)] } ?? [])).joined(separator: ":")
    }

    /// - Parameters:
    ///   - chainID: a number, or the hash of the first block.
    ///   - contract: nil for a chain without contracts.
    package init?(_ kind: Kind, chainID: String, contract: String?) {
        switch kind {
        case .evm:
            guard let number = UInt64(chainID), let contract, let address = EthereumAddress(contract) else {
                return nil
            }
            self = .evm(chainID: number, contract: address)
        case .bitcoin:
            guard let genesis = Hexadecimal.decode(chainID), genesis.count == 32, contract == nil else { return nil }
            self = .bitcoin(genesis: genesis)
        }
    }

    package init?(key: String) {
        let parts = key.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), let kind = Kind(rawValue: parts[0]) else { return nil }
        self.init(kind, chainID: parts[1], contract: parts.count == 3 ? parts[2] : nil)
    }

    /// A hash as it is written there.
    package func text(_ hash: [UInt8]) -> String {
        kind == .evm ? EthereumHex.data(hash) : Hexadecimal.encode(hash)
    }
}

/// The hash of a transaction as it is written, 32 bytes.
package struct AnchorTransactionID: Sendable, Hashable {
    package let bytes: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }
}

/// A signed transaction with a commitment.
package struct PreparedAnchor: Sendable, Hashable {
    package let commitment: AnchorCommitment
    package let transaction: AnchorTransactionID
    /// As it is sent.
    package let raw: [UInt8]
    /// Of the transactions with the same, the chain takes one.
    package let slot: String

    package init(commitment: AnchorCommitment, transaction: AnchorTransactionID, raw: [UInt8], slot: String) {
        (self.commitment, self.transaction, self.raw, self.slot) = (commitment, transaction, raw, slot)
    }
}

package enum Broadcast: Sendable, Equatable {
    /// The node has it, now or before.
    case accepted
    /// It can never be mined any more: what it would have spent is spent.
    case conflict
}

/// A block in a chain.
package struct AnchorBlock: Sendable, Hashable {
    /// As it is written, 32 bytes.
    package let hash: [UInt8]
    package let number: UInt64

    package init(hash: [UInt8], number: UInt64) {
        (self.hash, self.number) = (hash, number)
    }
}

/// What a chain says of a transaction.
package enum ChainRecord: Sendable, Equatable {
    /// The node has never heard of it, or forgotten it.
    case unknown
    /// It waits for a block.
    case pending
    /// It is in a block of the chain as it is now.
    ///
    /// - Parameters:
    ///   - commitment: what it really says; nil if it says nothing or was undone by the contract.
    ///   - confirmations: blocks from its own to the newest, both counted.
    case included(AnchorBlock, commitment: AnchorCommitment?, confirmations: UInt64)
    /// Another one has spent what it would spend.
    case conflicted
}
