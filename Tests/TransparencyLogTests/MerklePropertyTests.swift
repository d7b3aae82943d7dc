import TestSupport
import Testing
import TransparencyLog

@Suite("Merkle trees from tiles agree with the plain definition")
struct MerklePropertyTests {
    @Test("in batches of any size, and for every proof that is tried", arguments: [1, 7, 300, 700, 1300])
    func agrees(count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let naive = NaiveTree(leaves: (0..<count).map { .leaf(Array("leaf \($0)".utf8)) })
        var log = TiledLog()
        var next = 0
        var heads = [0]
        while next < count {
            let batch = min(count - next, Int.random(in: 1...min(count, 290), using: &generator))
            log.append(Array(naive.leaves[next..<next + batch]))
            next += batch
            heads.append(next)
            #expect(log.edge.head == naive.head(next))
        }
        for _ in 0..<60 {
            let size = Int.random(in: 1...count, using: &generator)
            let index = Int.random(in: 0..<size, using: &generator)
            let head = naive.head(size)
            let plan = try #require(ProofPlan.inclusion(of: UInt64(index), in: UInt64(size)))
            let hashes = try plan.hashes(from: log.tiles)
            #expect(hashes == naive.inclusion(index, size))
            let proof = InclusionProof(index: UInt64(index), hashes: hashes)
            #expect(proof.verify(naive.leaves[index], size: head.size, root: head.root))
            // One hash too many or too few, another index, another leaf.
            #expect(
                !InclusionProof(index: UInt64(index), hashes: hashes + [.emptyRoot])
                    .verify(naive.leaves[index], size: head.size, root: head.root))
            #expect(
                hashes.isEmpty
                    || !InclusionProof(index: UInt64(index), hashes: hashes.dropLast())
                        .verify(naive.leaves[index], size: head.size, root: head.root)
            )
            #expect(!proof.verify(.emptyRoot, size: head.size, root: head.root))
            #expect(
                size == 1
                    || !InclusionProof(index: UInt64((index + 1) % size), hashes: hashes)
                        .verify(naive.leaves[index], size: head.size, root: head.root)
            )
            try consistency(naive, log, Int.random(in: 0...size, using: &generator), size)
        }
        for (first, second) in zip(heads, heads.dropFirst()) { try consistency(naive, log, first, second) }
    }

    private func consistency(_ naive: NaiveTree, _ log: TiledLog, _ first: Int, _ second: Int) throws {
        let plan = try #require(ProofPlan.consistency(from: UInt64(first), to: UInt64(second)))
        let hashes = try plan.hashes(from: log.tiles)
        #expect(hashes == naive.consistency(first, second))
        let (old, new) = (naive.head(first), naive.head(second))
        #expect(ConsistencyProof(hashes).verifyGrowth(from: old, to: new))
        #expect(ConsistencyProof(hashes).verify(from: old, to: new) == (first > 0 || second == 0))
        #expect(!ConsistencyProof(hashes + [.emptyRoot]).verifyGrowth(from: old, to: new))
        guard first > 0, first < second else { return }
        #expect(!ConsistencyProof(Array(hashes.dropLast())).verify(from: old, to: new))
        #expect(!ConsistencyProof(hashes).verify(from: TreeHead(size: old.size, root: .emptyRoot), to: new))
        #expect(!ConsistencyProof(hashes).verify(from: old, to: TreeHead(size: new.size, root: .emptyRoot)))
    }

    @Test("what is read to append is the unfinished tiles, and gives the same tree")
    func reopened() throws {
        var (whole, steps) = (TiledLog(), TiledLog())
        let leaves = (0..<70_000).map { TreeHash.leaf([UInt8($0 & 255), UInt8($0 >> 8 & 255), UInt8($0 >> 16)]) }
        whole.append(leaves)
        for start in stride(from: 0, to: leaves.count, by: 997) {
            let needed = RightEdge.tiles(of: steps.edge.size)
            #expect(needed.count <= 3)
            steps.edge = try RightEdge(
                size: steps.edge.size, tiles: steps.tiles.filter { needed.contains($0.key) })
            steps.append(Array(leaves[start..<min(leaves.count, start + 997)]))
        }
        #expect(steps.tiles == whole.tiles)
        #expect(steps.edge == whole.edge)
        // The example of C2SP tlog-tiles, "Partial Tiles".
        #expect(whole.tiles.keys.filter { $0.level == 0 }.count == 274)
        #expect(whole.tiles[TileCoordinate(level: 0, number: 273)]?.hashes.count == 112)
        #expect(whole.tiles[TileCoordinate(level: 1, number: 0)]?.isFull == true)
        #expect(whole.tiles[TileCoordinate(level: 1, number: 1)]?.hashes.count == 17)
        #expect(whole.tiles[TileCoordinate(level: 2, number: 0)]?.hashes.count == 1)
        #expect(whole.tiles.count == 277)
        #expect(TileCoordinate(level: 1, number: 1).width(in: 70_000) == 17)
        #expect(TileCoordinate(level: 2, number: 1).width(in: 70_000) == 0)
    }

    @Test("an unfinished tile that is narrower than the size says is refused; of a wider one the beginning counts")
    func otherWidths() throws {
        var log = TiledLog()
        log.append((0..<4).map { .leaf([UInt8($0)]) })
        let four = log.edge
        log.append([.leaf([4])])
        #expect(throws: TileMissing.self) { try RightEdge(size: 6, tiles: log.tiles) }
        #expect(try RightEdge(size: 4, tiles: log.tiles) == four)
    }
}
