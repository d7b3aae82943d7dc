/// The hashes of a tile, from left to right.
package struct HashTile: Sendable, Equatable {
    package private(set) var hashes: [TreeHash]

    package init(_ hashes: [TreeHash] = []) { self.hashes = hashes }

    /// - Returns: nil unless there are 1 to 256 whole hashes.
    package init?(bytes: [UInt8]) {
        guard !bytes.isEmpty, bytes.count % TreeHash.byteCount == 0,
            bytes.count <= TreeHash.byteCount * TileCoordinate.width
        else { return nil }
        hashes = stride(from: 0, to: bytes.count, by: TreeHash.byteCount).compactMap {
            TreeHash(bytes[$0..<$0 + TreeHash.byteCount])
        }
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * TreeHash.byteCount)
        for hash in hashes { hash.append(to: &bytes) }
        return bytes
    }

    package var isFull: Bool { hashes.count == TileCoordinate.width }

    /// The hash that stands for a full tile in the level above.
    package var root: TreeHash { TreePeaks.perfect(hashes[...]) }

    mutating func append(_ hash: TreeHash) { hashes.append(hash) }
}
