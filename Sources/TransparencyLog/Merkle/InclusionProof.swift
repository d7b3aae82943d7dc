/// The hashes that join a leaf to the root, from the leaf's sibling upwards, RFC 6962 §2.1.1.
package struct InclusionProof: Sendable, Equatable {
    package let index: UInt64
    package let hashes: [TreeHash]

    package init(index: UInt64, hashes: [TreeHash]) {
        (self.index, self.hashes) = (index, hashes)
    }

    /// Whether it proves that the leaf stands at ``index`` in the tree of this size and root.
    ///
    /// RFC 9162 §2.1.3.2. A tree without leaves includes nothing.
    package func verify(_ leaf: TreeHash, size: UInt64, root: TreeHash) -> Bool {
        self.root(of: leaf, size: size) == root
    }

    /// The root of the only tree of this size in which the leaf may stand by this proof; nil if it has another length.
    package func root(of leaf: TreeHash, size: UInt64) -> TreeHash? {
        guard index < size, size <= TreeSize.maximum else { return nil }
        var (position, last) = (index, size - 1)
        var hash = leaf
        for sibling in hashes {
            guard last != 0 else { return nil }
            if position & 1 == 1 || position == last {
                hash = .node(sibling, hash)
                // A subtree that ends at the right edge may be as high as the next ones up.
                while position & 1 == 0, position != 0 { (position, last) = (position >> 1, last >> 1) }
            } else {
                hash = .node(hash, sibling)
            }
            (position, last) = (position >> 1, last >> 1)
        }
        return last == 0 ? hash : nil
    }
}
