/// The end of a tree that grows: the unfinished tile of each level. It is all that appending reads, however large the
/// tree is.
package struct RightEdge: Sendable, Equatable {
    package private(set) var size: UInt64
    /// By level; a level whose last tile is full has an empty one.
    private var partial: [HashTile]

    package static let empty = RightEdge(size: 0, partial: [])

    private init(size: UInt64, partial: [HashTile]) {
        (self.size, self.partial) = (size, partial)
    }

    /// The unfinished tiles of a tree.
    package static func tiles(of size: UInt64) -> [TileCoordinate] {
        (0..<8).compactMap { level in
            let hashes = size >> UInt64(TileCoordinate.height * level)
            guard hashes % UInt64(TileCoordinate.width) > 0 else { return nil }
            return TileCoordinate(level: level, number: hashes >> UInt64(TileCoordinate.height))
        }
    }

    /// - Throws: ``TileMissing`` if an unfinished tile is not among `tiles`, or is narrower than the size says. It may be wider
    ///   where the log has grown since.
    package init(size: UInt64, tiles: [TileCoordinate: HashTile]) throws(TileMissing) {
        self.size = size
        partial = []
        for coordinate in Self.tiles(of: size) {
            let width = coordinate.width(in: size)
            guard let tile = tiles[coordinate], tile.hashes.count >= width else { throw TileMissing(tile: coordinate) }
            while partial.count < coordinate.level { partial.append(HashTile()) }
            partial.append(HashTile(Array(tile.hashes.prefix(width))))
        }
    }

    /// The root of the tree.
    package var root: TreeHash {
        var peaks: [TreeHash] = []
        for tile in partial.reversed() {
            for subtree in LeafRange(0, UInt64(tile.hashes.count)).subtrees {
                peaks.append(TreePeaks.perfect(tile.hashes[subtree.hashesInTile]))
            }
        }
        return TreePeaks.fold(peaks)
    }

    /// The unfinished tile of a level; nil if there is none.
    func unfinished(_ level: Int) -> HashTile? {
        level < partial.count && !partial[level].hashes.isEmpty ? partial[level] : nil
    }

    package var head: TreeHead { TreeHead(size: size, root: root) }

    /// Adds leaves.
    ///
    /// - Returns: the tiles that are other than before, each as it is now.
    package mutating func append(_ leaves: some Sequence<TreeHash>) -> [TileCoordinate: HashTile] {
        var changed: [TileCoordinate: HashTile] = [:]
        let before = size
        for leaf in leaves {
            size += 1
            add(leaf, level: 0, &changed)
        }
        guard size > before else { return changed }
        for coordinate in Self.tiles(of: size) where coordinate.width(in: before) < coordinate.width(in: size) {
            changed[coordinate] = partial[coordinate.level]
        }
        return changed
    }

    private mutating func add(_ hash: TreeHash, level: Int, _ full: inout [TileCoordinate: HashTile]) {
        if partial.count == level { partial.append(HashTile()) }
        partial[level].append(hash)
        guard partial[level].isFull else { return }
        let tile = partial[level]
        partial[level] = HashTile()
        let number = (size >> UInt64(TileCoordinate.height * (level + 1))) - 1
        full[TileCoordinate(level: level, number: number)] = tile
        add(tile.root, level: level + 1, &full)
    }
}
