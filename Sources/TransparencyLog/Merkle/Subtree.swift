/// Leaves that stand together: the pieces that RFC 6962 §2.1 takes hashes of.
struct LeafRange: Hashable {
    let start: UInt64
    let end: UInt64

    init(_ start: UInt64, _ end: UInt64) {
        (self.start, self.end) = (start, end)
    }

    var count: UInt64 { end - start }

    /// Two parts, the left one with the greatest power of two smaller than the whole, RFC 6962 §2.1.
    var halves: (left: LeafRange, right: LeafRange) {
        let split = UInt64(1) << (63 - (count - 1).leadingZeroBitCount)
        return (LeafRange(start, start + split), LeafRange(start + split, end))
    }

    /// The perfect subtrees it consists of, from left to right. It begins where a subtree as large may begin.
    var subtrees: [Subtree] {
        var found: [Subtree] = []
        var next = start
        while next < end {
            let level = 63 - (end - next).leadingZeroBitCount
            found.append(Subtree(level: level, index: next >> level))
            next += 1 << level
        }
        return found
    }
}

/// A perfect subtree: `2^level` leaves from `index · 2^level` on.
package struct Subtree: Sendable, Hashable {
    package let level: Int
    package let index: UInt64

    /// The tile that its hash is computed from.
    package var tile: TileCoordinate {
        TileCoordinate(
            level: level / TileCoordinate.height,
            number: (index << (level % TileCoordinate.height)) >> TileCoordinate.height)
    }

    /// The hashes in that tile that it is made of.
    var hashesInTile: Range<Int> {
        let count = 1 << (level % TileCoordinate.height)
        let first = Int((index &* UInt64(count)) & UInt64(TileCoordinate.width - 1))
        return first..<first + count
    }
}
