/// Where a tile stands: hashes of subtrees of `256^level` leaves, 256 of them at most. C2SP tlog-tiles, "Merkle Tree".
package struct TileCoordinate: Sendable, Hashable, Comparable {
    package let level: Int
    package let number: UInt64

    package init(level: Int, number: UInt64) {
        (self.level, self.number) = (level, number)
    }

    /// Levels of the tree that a tile covers.
    package static let height = 8
    /// Hashes of a full tile.
    package static let width = 256

    package static func < (left: TileCoordinate, right: TileCoordinate) -> Bool {
        (left.level, left.number) < (right.level, right.number)
    }

    /// How many hashes the tile has in a tree of `size` leaves: 256 if it is full, zero if it is not there.
    package func width(in size: UInt64) -> Int {
        guard level < 8 else { return 0 }
        let hashes = size >> UInt64(Self.height * level)
        let (start, isTooFar) = number.multipliedReportingOverflow(by: UInt64(Self.width))
        guard !isTooFar, hashes > start else { return 0 }
        return Int(min(UInt64(Self.width), hashes - start))
    }

    /// Every tile of a tree, level by level: what a mirror has to fetch.
    package static func all(in size: UInt64) -> [(level: Int, count: UInt64)] {
        var levels: [(level: Int, count: UInt64)] = []
        var hashes = size
        while hashes > 0 {
            levels.append((levels.count, (hashes + UInt64(width - 1)) / UInt64(width)))
            hashes >>= UInt64(height)
        }
        return levels
    }
}
