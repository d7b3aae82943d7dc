import TestSupport
import Testing
import WireFormats

@Suite("JSON parser")
struct JSONParserTests {
    @Test(
        "Malformed text is refused for what is wrong with it",
        arguments: [
            ("", JSONMalformation.unexpectedEnd), ("  ", .unexpectedEnd), ("[1", .unexpectedEnd),
            ("{\"a\"", .unexpectedEnd), ("\"a", .unexpectedEnd), ("\"\\", .unexpectedEnd), ("\"\\u12", .unexpectedEnd),
            ("-", .unexpectedEnd), ("1.", .unexpectedEnd), ("1e", .unexpectedEnd), ("tru", .unexpectedEnd),
            ("nul1", .unexpectedByte(offset: 3)), ("[1,]", .unexpectedByte(offset: 3)),
            ("[,1]", .unexpectedByte(offset: 1)), ("{a:1}", .unexpectedByte(offset: 1)),
            ("{\"a\";1}", .unexpectedByte(offset: 4)), ("{\"a\":1,}", .unexpectedByte(offset: 7)),
            ("[1}", .unexpectedByte(offset: 2)), ("\"a\tb\"", .unexpectedByte(offset: 2)),
            ("\"\\n\n\"", .unexpectedByte(offset: 3)), ("'a'", .unexpectedByte(offset: 0)),
            ("// c", .unexpectedByte(offset: 0)), ("NaN", .unexpectedByte(offset: 0)),
            ("+1", .unexpectedByte(offset: 0)),
            (".5", .unexpectedByte(offset: 0)), ("{}x", .trailingBytes(offset: 2)), ("01", .trailingBytes(offset: 1)),
            ("1 2", .trailingBytes(offset: 2)), ("{}\0", .trailingBytes(offset: 2)),
            ("\"\\x\"", .invalidEscape(offset: 2)),
            ("\"\\u12g4\"", .invalidEscape(offset: 5)), ("\"\\U0041\"", .invalidEscape(offset: 2)),
            ("-a", .invalidNumber(offset: 0)), ("[1.]", .invalidNumber(offset: 1)),
            ("[1e+]", .invalidNumber(offset: 1)),
            ("[-]", .invalidNumber(offset: 1)),
        ])
    func malformed(text: String, reason: JSONMalformation) {
        #expect(throws: reason) { try JSON(parsing: text.bytes) }
    }

    @Test(
        "A surrogate without its other half is refused",
        arguments: [
            "\\ud800", "\\udc00", "\\ud800x", "\\ud800\\n", "\\ud800\\ud800", "\\ud800\\u0041", "\\udc00\\ud800",
            "\\uDBFF\\uDBFF",
        ])
    func loneSurrogates(escapes: String) {
        #expect(throws: JSONMalformation.invalidEscape(offset: 2)) { try JSON(parsing: "\"\(escapes)\"".bytes) }
    }

    @Test("A pair of surrogates is the one character it spells")
    func surrogatePair() throws {
        #expect(try JSON(parsing: "\"\\ud834\\uDD1E\\uDBFF\\uDFFF\"".bytes) == "\u{1D11E}\u{10FFFF}")
    }

    @Test("A byte order mark is refused")
    func byteOrderMark() {
        #expect(throws: JSONMalformation.unexpectedByte(offset: 0)) {
            try JSON(parsing: [0xEF, 0xBB, 0xBF] + "{}".bytes)
        }
    }

    @Test(
        "Malformed UTF-8 is refused in values, in names, and behind escapes",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE],
            [0xFF],
        ] as [[UInt8]])
    func malformedUTF8(bytes: [UInt8]) {
        #expect(throws: JSONMalformation.invalidUTF8(offset: 1)) { try JSON(parsing: "\"".bytes + bytes + "\"".bytes) }
        #expect(throws: JSONMalformation.invalidUTF8(offset: 2)) {
            try JSON(parsing: "{\"".bytes + bytes + "\":1}".bytes)
        }
        #expect(throws: JSONMalformation.invalidUTF8(offset: 1)) {
            try JSON(parsing: "\"\\n".bytes + bytes + "\"".bytes)
        }
    }

    @Test(
        "A name given twice is refused, however it is spelled and wherever it stands",
        arguments: [
            "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "[{\"x\":{\"é\":1,\"b\":2,\"\\u00e9\":3}}]",
            "{\"\":1,\"\":2}",
        ])
    func duplicates(text: String) {
        let refusal = #expect(throws: JSONMalformation.self) { try JSON(parsing: text.bytes) }
        if case .duplicateName? = refusal {} else { Issue.record("refused for \(refusal as Any)") }
    }

    @Test("A name given twice among many is refused", arguments: [15, 16, 17, 2000])
    func duplicateAmongMany(count: Int) {
        let members = (0..<count).map { "\"m\($0)\":\($0)" }
        for repeated in [0, count / 2, count - 1] {
            let text = "{" + (members + ["\"m\(repeated)\":0"]).joined(separator: ",") + "}"
            #expect(throws: JSONMalformation.duplicateName(offset: text.utf8.count - "\"m\(repeated)\":0}".utf8.count))
            {
                try JSON(parsing: text.bytes)
            }
        }
    }

    @Test("Names that look alike but differ in bytes are different members", arguments: [0, 20])
    func namesAreBytes(others: Int) throws {
        // U+00E9, and e with U+0301.
        let more = (0..<others).map { ",\"m\($0)\":0" }.joined()
        let value = try JSON(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2\(more)}".bytes)
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        #expect(value.object?.members.count == others + 2)
        #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
        #expect(try JSON(parsing: "{\"\u{E9}\":1}".bytes) != JSON(parsing: "{\"e\u{301}\":1}".bytes))
    }

    @Test("Containers may be as deep as the limit and no deeper", arguments: ["[", "{\"a\":"])
    func depth(open: String) throws {
        let close = open == "[" ? "]" : "}"
        func nested(_ depth: Int) -> [UInt8] {
            (String(repeating: open, count: depth) + (open == "[" ? "" : "1") + String(repeating: close, count: depth))
                .bytes
        }
        _ = try JSON(parsing: nested(16))
        #expect(throws: JSONMalformation.tooDeep(offset: 16 * open.utf8.count)) { try JSON(parsing: nested(17)) }
        _ = try JSON(parsing: nested(3), limits: JSONLimits(depth: 3))
        #expect(throws: JSONMalformation.tooDeep(offset: 3 * open.utf8.count)) {
            try JSON(parsing: nested(4), limits: JSONLimits(depth: 3))
        }
    }

    @Test("Containers beside each other are not deep")
    func breadth() throws {
        let text = "[" + [String](repeating: "[{}],{\"a\":[]}", count: 100).joined(separator: ",") + "]"
        #expect(try JSON(parsing: text.bytes, limits: JSONLimits(depth: 3)).array?.count == 200)
    }

    @Test("There may be as many values as the limit and no more")
    func valueCount() throws {
        let limits = JSONLimits(values: 5)
        _ = try JSON(parsing: "[1,{\"a\":2},3]".bytes, limits: limits)
        #expect(throws: JSONMalformation.tooManyValues(offset: 13)) {
            try JSON(parsing: "[1,{\"a\":2},3,4]".bytes, limits: limits)
        }
    }

    @Test("Numbers are kept as they were written")
    func numbers() throws {
        let literals = [
            "0", "-0", "1", "-1", "1.0", "1.10", "-0.0", "1e5", "1E+05", "9223372036854775807", "-9223372036854775808",
            "9223372036854775808", "123456789012345678901234567890", "0.1e-400", "1e400",
        ]
        for literal in literals { #expect(try JSON(parsing: literal.bytes).description == literal) }
        #expect(try JSON(parsing: "9223372036854775807".bytes) == .integer(.max))
        #expect(try JSON(parsing: "-9223372036854775808".bytes) == .integer(.min))
        #expect(try JSON(parsing: "9223372036854775808".bytes) == .decimal(literal: "9223372036854775808"))
        #expect(try JSON(parsing: "-0".bytes) == .decimal(literal: "-0"))
        #expect(try JSON(parsing: "1.0".bytes) != 1)
        #expect(try JSON(parsing: "1.5e1".bytes).number == 15)
    }

    @Test("A large object is read in order and each member found")
    func largeObject() throws {
        let text = "{" + (0..<5000).map { "\"name \($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        let object = try #require(try JSON(parsing: text.bytes).object)
        #expect(object.names == (0..<5000).map { "name \($0)" })
        #expect(object["name 4999"] == "4999")
        #expect(object["name 5000"] == nil)
        #expect(JSON.object(object).description == text)
    }
}
