import Crypto

/// The 80 bytes that a block's hash is of (Bitcoin developer reference, "Block headers").
package struct BitcoinBlockHeader: Sendable {
    /// As it is written: the last byte of the digest first.
    package let hash: [UInt8]
    /// Of the transactions' hashes, in the same order of bytes.
    package let merkleRoot: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 80 else { return nil }
        hash = Self.doubleSHA256(bytes).reversed()
        merkleRoot = bytes[36..<68].reversed()
    }

    /// Whether these, in their order, are all transactions of the block, and which of them are said is not made up.
    ///
    /// - Parameter transactions: hashes as they are written.
    package func covers(_ transactions: [[UInt8]]) -> Bool {
        var level = transactions.map { Array($0.reversed()) }
        guard !level.isEmpty else { return false }
        while level.count > 1 {
            // A pair of the same could stand for a tree with one element less (CVE-2012-2459).
            for index in stride(from: 0, to: level.count - 1, by: 2) where level[index] == level[index + 1] {
                return false
            }
            if !level.count.isMultiple(of: 2), let last = level.last { level.append(last) }
            level = stride(from: 0, to: level.count, by: 2).map { Self.doubleSHA256(level[$0] + level[$0 + 1]) }
        }
        return level[0].reversed() == merkleRoot
    }

    static func doubleSHA256(_ bytes: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: Array(SHA256.hash(data: bytes))))
    }
}
