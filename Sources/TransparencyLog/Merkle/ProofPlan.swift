/// Which parts of a tree a proof is made of. What it is computed from is read in between, from wherever tiles are.
package struct ProofPlan: Sendable {
    /// One for each hash of the proof.
    private let ranges: [[Subtree]]

    /// Of the inclusion of a leaf, RFC 6962 §2.1.1.
    ///
    /// - Returns: nil if the tree does not have the leaf.
    package static func inclusion(of index: UInt64, in size: UInt64) -> ProofPlan? {
        guard index < size, size <= TreeSize.maximum else { return nil }
        var ranges: [LeafRange] = []
        var whole = LeafRange(0, size)
        while whole.count > 1 {
            let (left, right) = whole.halves
            ranges.append(index < left.end ? right : left)
            whole = index < left.end ? left : right
        }
        return ProofPlan(ranges.reversed())
    }

    /// Of the consistency of two trees, RFC 6962 §2.1.2.
    ///
    /// - Returns: nil if the first is the larger.
    package static func consistency(from first: UInt64, to second: UInt64) -> ProofPlan? {
        guard first <= second, second <= TreeSize.maximum else { return nil }
        guard first > 0, first < second else { return ProofPlan([]) }
        var ranges: [LeafRange] = []
        var whole = LeafRange(0, second)
        while whole.end != first {
            let (left, right) = whole.halves
            ranges.append(first <= left.end ? right : left)
            whole = first <= left.end ? left : right
        }
        // The old tree's own root needs no hash; a part of it at the right does.
        if whole.start != 0 { ranges.append(whole) }
        return ProofPlan(ranges.reversed())
    }

    /// The root of a tree.
    package static func root(of size: UInt64) -> ProofPlan {
        ProofPlan(size == 0 ? [] : [LeafRange(0, size)])
    }

    private init(_ ranges: [LeafRange]) {
        self.ranges = ranges.map(\.subtrees)
    }

    /// The tiles that the hashes are computed from, each once, in order.
    package var tiles: [TileCoordinate] {
        Set(ranges.flatMap { $0.map(\.tile) }).sorted()
    }

    /// The hashes of the proof.
    ///
    /// - Throws: ``TileMissing`` if a tile is not among `tiles` or is too narrow.
    package func hashes(from tiles: [TileCoordinate: HashTile]) throws(TileMissing) -> [TreeHash] {
        var hashes: [TreeHash] = []
        for range in ranges {
            var parts: [TreeHash] = []
            for subtree in range { parts.append(try Self.hash(of: subtree, from: tiles)) }
            hashes.append(TreePeaks.fold(parts))
        }
        return hashes
    }

    private static func hash(
        of subtree: Subtree, from tiles: [TileCoordinate: HashTile]
    ) throws(TileMissing) -> TreeHash {
        let positions = subtree.hashesInTile
        guard let tile = tiles[subtree.tile], positions.upperBound <= tile.hashes.count else {
            throw TileMissing(tile: subtree.tile)
        }
        return TreePeaks.perfect(tile.hashes[positions])
    }
}

/// A proof needs a tile that is not there.
package struct TileMissing: Error, Equatable {
    package let tile: TileCoordinate

    package init(tile: TileCoordinate) { self.tile = tile }
}

/// How hashes of subtrees make the hash of what they stand in.
enum TreePeaks {
    /// Of perfect subtrees that become smaller to the right.
    static func fold(_ peaks: [TreeHash]) -> TreeHash {
        guard var hash = peaks.last else { return .emptyRoot }
        for peak in peaks.dropLast().reversed() { hash = .node(peak, hash) }
        return hash
    }

    /// Of as many hashes as a power of two.
    static func perfect(_ hashes: ArraySlice<TreeHash>) -> TreeHash {
        var row = Array(hashes)
        while row.count > 1 {
            for pair in 0..<row.count / 2 { row[pair] = .node(row[2 * pair], row[2 * pair + 1]) }
            row.removeLast(row.count - row.count / 2)
        }
        return row[0]
    }
}
