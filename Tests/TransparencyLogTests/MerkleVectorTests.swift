import Foundation
import TestSupport
import Testing
import TransparencyLog
import WireFormats

@Suite("Merkle proofs: published vectors", .enabled(if: Vectors.arePresent))
struct MerkleVectorTests {
    @Test("inclusion proofs verify or not as published")
    func inclusion() throws {
        let cases = try #require(Vectors.read("tlog/merkle-inclusion.json").array)
        #expect(cases.count == 98)
        for one in cases {
            let verifies = Self.verifiesInclusion(one)
            #expect(verifies != one["wantErr"]?.bool, "\(one["name"]?.string ?? "")")
        }
    }

    @Test("consistency proofs verify or not as published")
    func consistency() throws {
        let cases = try #require(Vectors.read("tlog/merkle-consistency.json").array)
        #expect(cases.count == 98)
        for one in cases {
            let verifies = Self.verifiesConsistency(one)
            #expect(verifies != one["wantErr"]?.bool, "\(one["name"]?.string ?? "")")
        }
    }

    @Test("roots and proofs of generated trees, made from tiles, are the published ones")
    func generated() throws {
        for tree in try #require(Vectors.read("tlog/generated-merkle.json")["trees"]?.array) {
            let leaves = try Self.hexes(tree["leaf_hashes"])
            for (data, hash) in zip(tree["leaves_hex"]?.array ?? [], leaves) {
                #expect(TreeHash.leaf(try #require(Hex.decode(data.string ?? "-"))) == hash)
            }
            var log = TiledLog()
            let roots = try Self.hexes(tree["roots"])
            #expect(log.edge.root == roots[0])
            for (index, leaf) in leaves.enumerated() {
                log.append([leaf])
                #expect(log.edge.root == roots[index + 1])
            }
            for proof in tree["inclusion"]?.array ?? [] {
                let (index, size) = (UInt64(proof["index"]!.integer!), UInt64(proof["size"]!.integer!))
                let plan = try #require(ProofPlan.inclusion(of: index, in: size))
                let hashes = try plan.hashes(from: log.tiles)
                #expect(try hashes == Self.hexes(proof["proof"]))
                let made = InclusionProof(index: index, hashes: hashes)
                #expect(made.verify(leaves[Int(index)], size: size, root: roots[Int(size)]))
            }
            for proof in tree["consistency"]?.array ?? [] {
                let (first, second) = (UInt64(proof["size1"]!.integer!), UInt64(proof["size2"]!.integer!))
                let plan = try #require(ProofPlan.consistency(from: first, to: second))
                let hashes = try plan.hashes(from: log.tiles)
                #expect(try hashes == Self.hexes(proof["proof"]))
                #expect(
                    ConsistencyProof(hashes).verify(
                        from: TreeHead(size: first, root: roots[Int(first)]),
                        to: TreeHead(size: second, root: roots[Int(second)])))
            }
        }
    }

    private static func verifiesInclusion(_ one: JSON) -> Bool {
        guard let index = one["leafIdx"]?.integer.flatMap(UInt64.init(exactly:)),
            let size = one["treeSize"]?.integer.flatMap(UInt64.init(exactly:)),
            let leaf = TreeHash(base64: one["leafHash"]?.string ?? ""),
            let root = TreeHash(base64: one["root"]?.string ?? ""), let proof = proof(one)
        else { return false }
        return InclusionProof(index: index, hashes: proof).verify(leaf, size: size, root: root)
    }

    private static func verifiesConsistency(_ one: JSON) -> Bool {
        guard let first = one["size1"]?.integer.flatMap(UInt64.init(exactly:)),
            let second = one["size2"]?.integer.flatMap(UInt64.init(exactly:)),
            let old = root(one["root1"]), let new = root(one["root2"]), let proof = proof(one)
        else { return false }
        return ConsistencyProof(proof).verify(
            from: TreeHead(size: first, root: old), to: TreeHead(size: second, root: new))
    }

    /// Where a root does not matter it is a text of another length, for which another hash stands.
    private static func root(_ value: JSON?) -> TreeHash? {
        Base64.decode(value?.string ?? "-").map { TreeHash($0) ?? .leaf($0) }
    }

    /// Nil if a hash is none.
    private static func proof(_ one: JSON) -> [TreeHash]? {
        let texts = one["proof"]?.array ?? []
        let hashes = texts.compactMap { TreeHash(base64: $0.string ?? "") }
        return hashes.count == texts.count ? hashes : nil
    }

    private static func hexes(_ value: JSON?) throws -> [TreeHash] {
        try (value?.array ?? []).map { try #require(Hex.decode($0.string ?? "-").flatMap { TreeHash($0) }) }
    }
}

enum Hex {
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
