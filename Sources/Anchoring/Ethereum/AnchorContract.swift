/// What is said to the contract in `packaging/anchor/Anchor.vy`, and by it: the Solidity ABI of two words.
package enum AnchorContract {
    /// `anchor(uint64 size, bytes32 root)`.
    package static func call(_ commitment: AnchorCommitment) -> [UInt8] {
        selector("anchor(uint64,bytes32)") + word(commitment.size) + commitment.root
    }

    /// `size()`: the largest size so far.
    package static let sizeCall = selector("size()")
    /// `owner()`: who may anchor.
    package static let ownerCall = selector("owner()")

    /// `Anchored(uint64 indexed size, bytes32 root)`.
    package static let eventTopic = Keccak256.hash("Anchored(uint64,bytes32)".utf8)

    /// What an event says; nil if it is another one.
    package static func commitment(topics: [[UInt8]], data: [UInt8]) -> AnchorCommitment? {
        guard topics.count == 2, topics[0] == eventTopic, let size = number(topics[1]) else { return nil }
        return AnchorCommitment(size: size, root: data)
    }

    /// A number as a word of 32 bytes.
    static func word(_ value: UInt64) -> [UInt8] {
        [UInt8](repeating: 0, count: 24) + (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// The number in a word; nil if it has more than 64 bits.
    static func number(_ word: [UInt8]) -> UInt64? {
        guard word.count == 32, word.prefix(24).allSatisfy({ $0 == 0 }) else { return nil }
        return word.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func selector(_ signature: String) -> [UInt8] {
        Array(Keccak256.hash(signature.utf8).prefix(4))
    }
}
