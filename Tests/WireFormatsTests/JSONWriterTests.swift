import FuzzTargets
import TestSupport
import Testing
import WireFormats

@Suite("JSON writer")
struct JSONWriterTests {
    @Test("Only what must be escaped is")
    func escapes() {
        let text = "\"\\/\u{8}\t\n\u{C}\r\0\u{1F}\u{7F}é\u{2028}\u{1D11E}"
        #expect(
            JSON.string(text).description
                == "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\u{7F}é\u{2028}\u{1D11E}\"")
    }

    @Test("Integers are written in full", arguments: [0, 1, -1, 10, -987, .max, .min] as [Int64])
    func integers(value: Int64) {
        #expect(JSON.integer(value).description == String(value))
    }

    @Test("Containers are written without white space")
    func containers() {
        let value: JSON = ["a": [], "b": [:], "c": [1, nil, true, false, ["d": "e"]]]
        #expect(value.description == "{\"a\":[],\"b\":{},\"c\":[1,null,true,false,{\"d\":\"e\"}]}")
    }

    @Test("Any value comes back from its text, with members in order", arguments: 1...20 as ClosedRange<UInt64>)
    func roundtrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let value = JSON.random(depth: 5, by: &generator)
            let text = value.encoded()
            let parsed = try JSON(parsing: text)
            #expect(parsed == value)
            #expect(parsed.encoded() == text)
        }
    }
}

extension JSON {
    /// Any value no deeper than `depth`.
    static func random(depth: Int, by generator: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth == 0 ? 6 : 8), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(.random(in: .min ... .max, using: &generator))
        case 3: return .integer(.random(in: -9...9, using: &generator))
        case 4:
            return .decimal(
                literal: ["-0", "1.50", "1e999", "0.000E-7", "12345678901234567890"].randomElement(using: &generator)!)
        case 5: return .string(randomText(by: &generator))
        case 6:
            return .array(
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in random(depth: depth - 1, by: &generator) })
        default:
            return .object(
                JSONObject(
                    (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                        (randomText(by: &generator), random(depth: depth - 1, by: &generator))
                    }))
        }
    }

    private static func randomText(by generator: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...8, using: &generator) {
            let range: ClosedRange<UInt32> = generator.oneIn(3) ? 0...0x10FFFF : 0...0x7F
            // Surrogates are no scalars.
            text.append(Unicode.Scalar(UInt32.random(in: range, using: &generator)) ?? "\u{301}")
        }
        return String(text)
    }
}
