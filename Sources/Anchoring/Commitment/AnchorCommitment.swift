/// What of a log is put into a chain: how many entries it had, and the hash over all of them. Nothing else.
package struct AnchorCommitment: Sendable, Hashable {
    /// Bytes of a root hash (RFC 6962 §2.1).
    package static let rootByteCount = 32

    /// At most 2^63 - 1, as in C2SP tlog-checkpoint.
    package let size: UInt64
    /// 32 bytes.
    package let root: [UInt8]

    /// Nil for a root of another length, or a size out of range. An empty log has nothing to anchor.
    package init?(size: UInt64, root: [UInt8]) {
        guard root.count == Self.rootByteCount, (1...UInt64(Int64.max)).contains(size) else { return nil }
        (self.size, self.root) = (size, root)
    }
}

extension AnchorCommitment: CustomStringConvertible {
    package var description: String { "size \(size), root \(Hexadecimal.encode(root))" }
}
