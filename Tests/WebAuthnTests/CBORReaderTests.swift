import Foundation
import TestSupport
import Testing
import WireFormats

@testable import WebAuthn

@Suite("CBOR of authenticators, RFC 8949")
struct CBORReaderTests {
    private func refusal(_ hex: String) -> CBORMalformation? {
        do throws(CBORMalformation) {
            _ = try CBORReader.item(in: bytes(ofHex: hex))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Integers of every length are read",
        arguments: [
            ("00", 0), ("17", 23), ("1818", 24), ("18ff", 255), ("190100", 256), ("1a00010000", 65536),
            ("1b0000000100000000", 4_294_967_296), ("1b7fffffffffffffff", Int64.max), ("20", -1), ("3818", -25),
            ("3b7fffffffffffffff", Int64.min),
        ])
    func integers(hex: String, value: Int64) throws {
        #expect(try CBORReader.item(in: bytes(ofHex: hex)).integer == value)
    }

    @Test("Integers beyond 64 bits with sign are items without a value")
    func largeIntegers() throws {
        #expect(try CBORReader.item(in: bytes(ofHex: "1b8000000000000000")).integer == nil)
        #expect(try CBORReader.item(in: bytes(ofHex: "3b8000000000000000")).integer == nil)
    }

    @Test("Strings, maps and simple values are read")
    func others() throws {
        #expect(try CBORReader.item(in: bytes(ofHex: "43010203")).bytes == [1, 2, 3])
        #expect(try CBORReader.item(in: bytes(ofHex: "62c3bc")).text == "ü")
        let map = try #require(try CBORReader.item(in: bytes(ofHex: "a3010203f6616183f4f5fa47c35000")).map)
        #expect(map.entries.count == 3)
        #expect(map[1]?.integer == 2)
        #expect(map[2] == nil)
        #expect(map["a"] != nil)
        #expect(map["b"] == nil)
    }

    @Test(
        "What is not in its only form, or ends early or late, is refused",
        arguments: [
            ("", .unexpectedEnd), ("18", .unexpectedEnd), ("1900", .unexpectedEnd), ("4201", .unexpectedEnd),
            ("8201", .unexpectedEnd), ("a101", .unexpectedEnd), ("5affffffff", .unexpectedEnd),
            ("9affffffff", .unexpectedEnd), ("bb7fffffffffffffff", .unexpectedEnd),
            ("5bffffffffffffffff", .unexpectedEnd), ("0000", .trailingBytes), ("1817", .notShortest),
            ("1900ff", .notShortest), ("1a0000ffff", .notShortest), ("1b00000000ffffffff", .notShortest),
            ("580100", .notShortest), ("5f4101ff", .indefiniteLength), ("9f01ff", .indefiniteLength),
            ("bf0101ff", .indefiniteLength), ("ff", .indefiniteLength), ("1c", .unassigned), ("e0", .unassigned),
            ("f820", .unassigned), ("fc", .unassigned), ("c000", .tag), ("d81800", .tag), ("61ff", .invalidUTF8),
            ("63eda080", .invalidUTF8), ("a14101f6", .keyType), ("a1f501", .keyType), ("a201010102", .duplicateKey),
            ("a2616101616102", .duplicateKey), ("818181818181818181", .tooDeep),
        ] as [(String, CBORMalformation)])
    func refused(hex: String, expected: CBORMalformation) {
        #expect(refusal(hex) == expected)
    }

    @Test("Eight containers inside each other are read")
    func depth() {
        #expect(refusal("8181818181818180") == nil)
    }

    @Test(
        "Published examples are read, or refused for what canonical CBOR leaves out", .enabled(if: Vectors.arePresent))
    func published() throws {
        // Foundation, since some of the examples are beyond the numbers of strict JSON.
        let cases = try #require(
            try JSONSerialization.jsonObject(with: Data(Vectors.bytes("cbor/appendix_a.json"))) as? [[String: Any]])
        #expect(cases.count == 82)
        for vector in cases {
            let hex = try #require(vector["hex"] as? String)
            do throws(CBORMalformation) {
                let item = try CBORReader.item(in: bytes(ofHex: hex))
                if let text = vector["decoded"] as? String { #expect(item.text == text) }
                if let number = vector["decoded"] as? Int64, let value = item.integer { #expect(value == number) }
            } catch {
                let initial = bytes(ofHex: hex)[0]
                let isExcluded =
                    error == .indefiniteLength || initial >> 5 == 6 || initial == 0xF0 || initial == 0xF8
                #expect(isExcluded, "\(hex): \(error)")
            }
        }
    }

    @Test("Random bytes are read or refused, and what is read was all there")
    func random() {
        var generator = SeededGenerator(seed: 22)
        for _ in 0..<20_000 {
            let input = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            var reader = CBORReader(input)
            do throws(CBORMalformation) {
                _ = try reader.readItem()
                #expect(reader.position > 0)
            } catch {}
            #expect(reader.position <= input.count)
        }
    }
}
