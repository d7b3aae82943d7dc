import ConfigurationFile
import TestSupport
import Testing

@Suite("YAML that means harm")
struct HostileYAMLTests {
    @Test("Aliases that multiply are refused before they are followed")
    func aliasBomb() {
        var yaml = "a0: &a0 [x, x]\n"
        for level in 1...40 { yaml += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(
            report(yaml + "? *a40\n: x\n")
                == "f:2: anchors and aliases (&name, *name) are not supported; write the text again")
    }

    @Test("What only looks like an alias is a text")
    func looksLikeAlias() {
        #expect(report(changed("name: Northmere", "name: \"*Northmere*\"")).isEmpty)
        #expect(report(changed("name: Northmere", "name: R&D at 5*6")).isEmpty)
    }

    @Test("A large file is refused")
    func large() {
        #expect(report(String(repeating: "# x\n", count: 300_000)) == "f:1: the file is larger than 1 MiB")
    }

    @Test("Deep nesting is refused", arguments: ["[", "{a: ", "- ", "? "])
    func deep(piece: String) {
        #expect(!report(String(repeating: piece, count: 100_000)).isEmpty)
        #expect(!report(String(repeating: piece, count: 900)).isEmpty)
    }

    @Test("No mutation of a configuration makes the parser crash", arguments: 0..<400 as Range<UInt64>)
    func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = Array((seed % 2 == 0 ? valid : full).utf8)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let position = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.remove(at: position)
            case 1: bytes[position] = UInt8.random(in: 0...255, using: &random)
            case 2:
                bytes.insert(
                    contentsOf: Array("{}[]:-&*!|>'\"%@#\n\t ".utf8).shuffled(using: &random).prefix(3), at: position)
            default: bytes.replaceSubrange(position..., with: bytes[..<position].suffix(60))
            }
            if bytes.isEmpty { break }
        }
        _ = report(String(decoding: bytes, as: UTF8.self))
    }
}
