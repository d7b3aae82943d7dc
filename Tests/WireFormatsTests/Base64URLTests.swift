import FuzzTargets
import TestSupport
import Testing
import WireFormats

@Suite("base64url")
struct Base64URLTests {
    /// RFC 4648 §10 without padding, and the two characters that differ from base64.
    private static let facts: [(bytes: [UInt8], text: String)] = [
        ("".bytes, ""), ("f".bytes, "Zg"), ("fo".bytes, "Zm8"), ("foo".bytes, "Zm9v"), ("foob".bytes, "Zm9vYg"),
        ("fooba".bytes, "Zm9vYmE"), ("foobar".bytes, "Zm9vYmFy"), ([0xFB, 0xFF, 0xBF], "-_-_"), ([0, 0, 0], "AAAA"),
        // RFC 7515 Appendix C.
        ([3, 236, 255, 224, 193], "A-z_4ME"),
    ]

    @Test("Published values encode and decode", arguments: facts)
    func published(bytes: [UInt8], text: String) throws {
        #expect(Base64URL.encode(bytes) == text)
        #expect(try Base64URL.decode(text) == bytes)
        #expect(Base64URL.encodedCount(bytes.count) == text.utf8.count)
    }

    @Test(
        "What is not in the alphabet is refused, padding too",
        arguments: [
            ("Zg==", 2), ("Zm8=", 3), ("Zm9vYg==", 6), ("+_-_", 0), ("-/-_", 1), ("Zm9 ", 3), ("Zm\n9", 2), ("Zm9.", 3),
            ("Zm\09", 2), ("Zmé", 2), ("====", 0),
        ])
    func alphabet(text: String, offset: Int) {
        #expect(throws: Base64URL.Malformation.character(offset: offset)) { try Base64URL.decode(text) }
    }

    @Test("A length of one more than a multiple of four is refused", arguments: ["A", "AAAAA", "Zm9vY", "Zg==="])
    func length(text: String) {
        #expect(throws: Base64URL.Malformation.length) { try Base64URL.decode(text) }
    }

    @Test("Bits that no byte takes must be zero", arguments: ["Zh", "Zm9", "AB", "AAB", "-_", "Zm9vYh", "__"])
    func trailingBits(text: String) {
        #expect(throws: Base64URL.Malformation.trailingBits) { try Base64URL.decode(text) }
    }

    @Test("Of all two-character texts exactly 256 decode, each to its own byte")
    func everyPair() {
        let characters = (0...127).map { UInt8($0) }
        var decoded: [[UInt8]] = []
        for first in characters {
            for second in characters {
                if let bytes = try? Base64URL.decode([first, second][...]) { decoded.append(bytes) }
            }
        }
        #expect(decoded.count == 256)
        #expect(Set(decoded).count == 256)
    }

    @Test("Bytes of any length come back, appended after what was there")
    func roundtrip() throws {
        var generator = SeededGenerator(seed: 4648)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var output = ".".bytes
            Base64URL.append(bytes, to: &output)
            #expect(output.first == UInt8(ascii: "."))
            #expect(try Base64URL.decode(output[1...]) == bytes)
        }
    }
}
