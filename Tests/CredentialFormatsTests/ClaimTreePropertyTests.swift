import CredentialFormats
import FuzzTargets
import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("Any claims")
struct ClaimTreePropertyTests {
    private static let own = ["iss", "vct", "iat", "exp", "cnf"]

    @Test("Any tree of claims that is issued verifies and resolves to itself", arguments: 1...15 as ClosedRange<UInt64>)
    func roundtrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<6 {
            let tree = ClaimTree.random(depth: 4, by: &generator)
            let credential = try Samples.issue(tree, decoys: Int.random(in: 0...3, using: &generator))
            let verified = try Samples.verify(credential.text)
            var claims = verified.payload
            for name in Self.own { claims[name] = nil }
            #expect(claims == tree.object)
        }
    }

    @Test(
        "Whatever the holder withholds, the rest verifies and is part of the whole",
        arguments: 20...30 as ClosedRange<UInt64>)
    func withholding(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<6 {
            let tree = ClaimTree.random(depth: 2, by: &generator)
            let parts = try Samples.issue(tree).text.split(separator: "~")
            let all = try #require(parts.first)
            // Top-level claims that are not inside others can be withheld one by one.
            for index in 1..<max(parts.count, 1) {
                let kept = parts.enumerated().filter { $0.offset != index }.map(\.element)
                guard let verified = try? Samples.verify(kept.joined(separator: "~") + "~") else { continue }
                #expect(verified.withheldCount == 1)
                #expect(verified.payload != (try Samples.verify(parts.joined(separator: "~") + "~").payload))
            }
            let nothing = try Samples.verify(all + "~")
            for claim in tree.claims where claim.isSelectivelyDisclosable {
                #expect(nothing.payload[claim.name] == nil)
            }
            for claim in tree.claims where !claim.isSelectivelyDisclosable {
                #expect(nothing.payload[claim.name] != nil)
            }
        }
    }
}

extension ClaimTree {
    static func random(depth: Int, by generator: inout SeededGenerator) -> ClaimTree {
        let names = ["a", "b", "é", "e\u{301}", "given name", "\"", "", "\u{1F393}"].shuffled(using: &generator)
        return ClaimTree(
            names.prefix(Int.random(in: 0...6, using: &generator)).map { name in
                Claim(
                    name, .random(depth: depth, by: &generator), isSelectivelyDisclosable: .random(using: &generator))
            })
    }
}

extension ClaimValue {
    static func random(depth: Int, by generator: inout SeededGenerator) -> ClaimValue {
        switch Int.random(in: 0..<(depth == 0 ? 3 : 5), using: &generator) {
        case 0: .json(.string(["", "text", "\u{0}\n\"", "Ω"].randomElement(using: &generator)!))
        case 1: .json([1, nil, ["k": .decimal(literal: "1.50")]])
        case 2: .json(.integer(.random(in: .min ... .max, using: &generator)))
        case 3: .nested(.random(depth: depth - 1, by: &generator))
        default:
            .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                    Element(
                        random(depth: depth - 1, by: &generator),
                        isSelectivelyDisclosable: .random(using: &generator))
                })
        }
    }
}
