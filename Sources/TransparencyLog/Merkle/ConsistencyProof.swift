/// The hashes that show that a tree begins with another, RFC 6962 §2.1.2.
package struct ConsistencyProof: Sendable, Equatable {
    package let hashes: [TreeHash]

    package init(_ hashes: [TreeHash]) { self.hashes = hashes }

    /// More than any two trees need.
    package static let maximumCount = 63

    /// As ``verify(from:to:)``; what begins with nothing needs no proof, and must have none. C2SP tlog-witness,
    /// "add-checkpoint".
    package func verifyGrowth(from first: TreeHead, to second: TreeHead) -> Bool {
        if first == .empty { return hashes.isEmpty && second.isPossible }
        return verify(from: first, to: second)
    }

    /// Whether it proves that the second tree begins with the first.
    ///
    /// RFC 9162 §2.1.4.2; besides that, every tree begins with itself. A proof from the tree without leaves proves nothing
    /// about the other and is refused: ``verifyGrowth(from:to:)`` knows that case.
    package func verify(from first: TreeHead, to second: TreeHead) -> Bool {
        guard first.size <= second.size, second.size <= TreeSize.maximum, first.isPossible, second.isPossible else {
            return false
        }
        if first.size == second.size { return hashes.isEmpty && first.root == second.root }
        guard first.size > 0 else { return false }
        var rest = hashes[...]
        // Where the first tree is one whole subtree, its root is known and left out.
        guard let start = first.size & (first.size - 1) == 0 ? first.root : rest.popFirst() else { return false }
        var (position, last) = (first.size - 1, second.size - 1)
        while position & 1 == 1 { (position, last) = (position >> 1, last >> 1) }
        var (old, new) = (start, start)
        for hash in rest {
            guard last != 0 else { return false }
            if position & 1 == 1 || position == last {
                (old, new) = (.node(hash, old), .node(hash, new))
                while position & 1 == 0, position != 0 { (position, last) = (position >> 1, last >> 1) }
            } else {
                new = .node(new, hash)
            }
            (position, last) = (position >> 1, last >> 1)
        }
        return last == 0 && old == first.root && new == second.root
    }
}

/// How many leaves a tree has, and its root.
package struct TreeHead: Sendable, Hashable {
    package let size: UInt64
    package let root: TreeHash

    package init(size: UInt64, root: TreeHash) {
        (self.size, self.root) = (size, root)
    }

    package static let empty = TreeHead(size: 0, root: .emptyRoot)

    /// Not so for a tree without leaves that has another root than that one has.
    package var isPossible: Bool { size > 0 || root == .emptyRoot }
}
