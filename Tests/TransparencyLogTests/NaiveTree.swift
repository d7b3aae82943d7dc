import TransparencyLog

/// RFC 6962 §2.1 as it stands there, over all leaves at once: slow, and plain to see right.
struct NaiveTree {
    var leaves: [TreeHash]

    static func hash(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        switch leaves.count {
        case 0: return .emptyRoot
        case 1: return leaves[leaves.startIndex]
        default:
            let split = leaves.startIndex + half(leaves.count)
            return .node(hash(leaves[..<split]), hash(leaves[split...]))
        }
    }

    func head(_ size: Int) -> TreeHead { TreeHead(size: UInt64(size), root: Self.hash(leaves[..<size])) }

    func inclusion(_ index: Int, _ size: Int) -> [TreeHash] { path(index, leaves[..<size]) }

    func consistency(_ first: Int, _ second: Int) -> [TreeHash] {
        first == 0 ? [] : subproof(first, leaves[..<second], isWhole: true)
    }

    private func path(_ index: Int, _ leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        guard leaves.count > 1 else { return [] }
        let split = leaves.startIndex + Self.half(leaves.count)
        return index < split
            ? path(index, leaves[..<split]) + [Self.hash(leaves[split...])]
            : path(index, leaves[split...]) + [Self.hash(leaves[..<split])]
    }

    private func subproof(_ count: Int, _ leaves: ArraySlice<TreeHash>, isWhole: Bool) -> [TreeHash] {
        if count == leaves.count { return isWhole ? [] : [Self.hash(leaves)] }
        let half = Self.half(leaves.count)
        let split = leaves.startIndex + half
        return count <= half
            ? subproof(count, leaves[..<split], isWhole: isWhole) + [Self.hash(leaves[split...])]
            : subproof(count - half, leaves[split...], isWhole: false) + [Self.hash(leaves[..<split])]
    }

    /// The greatest power of two below a count.
    private static func half(_ count: Int) -> Int {
        var half = 1
        while half * 2 < count { half *= 2 }
        return half
    }
}

/// A log in memory that keeps every tile.
struct TiledLog {
    var edge = RightEdge.empty
    var tiles: [TileCoordinate: HashTile] = [:]

    mutating func append(_ leaves: [TreeHash]) {
        for (coordinate, tile) in edge.append(leaves) { tiles[coordinate] = tile }
    }
}
