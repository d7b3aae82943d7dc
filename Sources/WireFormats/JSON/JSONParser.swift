/// What a parser of JSON is willing to read.
package struct JSONLimits: Sendable {
    /// Containers inside each other, the outermost counted.
    package var depth: Int
    /// Members and elements in all.
    package var values: Int

    package init(depth: Int = 16, values: Int = 10_000) {
        self.depth = depth
        self.values = values
    }
}

/// Why bytes are not JSON. `offset` counts bytes from the start.
package enum JSONMalformation: Error, Equatable {
    case unexpectedEnd
    case unexpectedByte(offset: Int)
    case trailingBytes(offset: Int)
    case invalidUTF8(offset: Int)
    case invalidEscape(offset: Int)
    case invalidNumber(offset: Int)
    case duplicateName(offset: Int)
    case tooDeep(offset: Int)
    case tooManyValues(offset: Int)
}

extension JSONMalformation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unexpectedEnd: "it ends too early"
        case .unexpectedByte(let offset): "unexpected character at byte \(offset)"
        case .trailingBytes(let offset): "something follows the value at byte \(offset)"
        case .invalidUTF8(let offset): "invalid UTF-8 in the text at byte \(offset)"
        case .invalidEscape(let offset): "invalid escape at byte \(offset)"
        case .invalidNumber(let offset): "invalid number at byte \(offset)"
        case .duplicateName(let offset): "a member occurs twice, again at byte \(offset)"
        case .tooDeep(let offset): "nested too deeply at byte \(offset)"
        case .tooManyValues(let offset): "too many values, by byte \(offset)"
        }
    }
}

extension JSON {
    /// Parses a whole JSON text, RFC 8259, refusing what leaves its meaning open: duplicate names, malformed UTF-8,
    /// lone surrogates, a byte order mark, and bytes after the value.
    package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONMalformation) {
        var result = Result<JSON, JSONMalformation>.failure(.unexpectedEnd)
        bytes.withUnsafeBufferPointer { buffer in
            var parser = JSONParser(bytes: buffer, limits: limits)
            do throws(JSONMalformation) {
                result = .success(try parser.parseText())
            } catch {
                result = .failure(error)
            }
        }
        self = try result.get()
    }
}

private struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    var offset = 0
    var depth = 0
    var values = 0

    init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parseText() throws(JSONMalformation) -> JSON {
        skipWhitespace()
        let value = try parseValue()
        skipWhitespace()
        guard offset == bytes.count else { throw .trailingBytes(offset: offset) }
        return value
    }

    private mutating func skipWhitespace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): offset += 1
            default: return
            }
        }
    }

    private func peek() throws(JSONMalformation) -> UInt8 {
        guard offset < bytes.count else { throw .unexpectedEnd }
        return bytes[offset]
    }

    private mutating func parseValue() throws(JSONMalformation) -> JSON {
        values += 1
        guard values <= limits.values else { throw .tooManyValues(offset: offset) }
        switch try peek() {
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseLiteral("true", .bool(true))
        case UInt8(ascii: "f"): return try parseLiteral("false", .bool(false))
        case UInt8(ascii: "n"): return try parseLiteral("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw .unexpectedByte(offset: offset)
        }
    }

    private mutating func parseLiteral(_ text: StaticString, _ value: JSON) throws(JSONMalformation) -> JSON {
        for index in 0..<text.utf8CodeUnitCount {
            guard try peek() == text.utf8Start[index] else { throw .unexpectedByte(offset: offset) }
            offset += 1
        }
        return value
    }

    private mutating func enter() throws(JSONMalformation) {
        depth += 1
        guard depth <= limits.depth else { throw .tooDeep(offset: offset) }
        offset += 1
        skipWhitespace()
    }

    /// After an element: true if another one follows, false once the container is closed.
    private mutating func continues(until close: UInt8) throws(JSONMalformation) -> Bool {
        skipWhitespace()
        switch try peek() {
        case UInt8(ascii: ","):
            offset += 1
            skipWhitespace()
            return true
        case close:
            offset += 1
            depth -= 1
            return false
        default:
            throw .unexpectedByte(offset: offset)
        }
    }

    private mutating func parseArray() throws(JSONMalformation) -> JSON {
        try enter()
        var elements: [JSON] = []
        if try peek() == UInt8(ascii: "]") {
            offset += 1
            depth -= 1
            return .array(elements)
        }
        repeat { elements.append(try parseValue()) } while try continues(until: UInt8(ascii: "]"))
        return .array(elements)
    }

    private mutating func parseObject() throws(JSONMalformation) -> JSON {
        try enter()
        var members: [JSONObject.Member] = []
        var names = NameSet()
        if try peek() == UInt8(ascii: "}") {
            offset += 1
            depth -= 1
            return .object(JSONObject(uniqueMembers: members))
        }
        repeat {
            let start = offset
            guard try peek() == UInt8(ascii: "\"") else { throw .unexpectedByte(offset: offset) }
            let name = try parseString()
            guard names.insert(name, amongst: members) else { throw .duplicateName(offset: start) }
            skipWhitespace()
            guard try peek() == UInt8(ascii: ":") else { throw .unexpectedByte(offset: offset) }
            offset += 1
            skipWhitespace()
            members.append((name, try parseValue()))
        } while try continues(until: UInt8(ascii: "}"))
        return .object(JSONObject(uniqueMembers: members))
    }

    private mutating func parseString() throws(JSONMalformation) -> String {
        offset += 1
        let start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                let text = try decodeUTF8(bytes[start..<offset], at: start)
                offset += 1
                return text
            case UInt8(ascii: "\\"):
                return try parseEscapedString(from: start)
            case 0..<0x20:
                throw .unexpectedByte(offset: offset)
            default:
                offset += 1
            }
        }
        throw .unexpectedEnd
    }

    private mutating func parseEscapedString(from start: Int) throws(JSONMalformation) -> String {
        var unescaped = Array(bytes[start..<offset])
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\""):
                let text = try unescaped.withUnsafeBufferPointer { buffer throws(JSONMalformation) in
                    try decodeUTF8(buffer[...], at: start)
                }
                offset += 1
                return text
            case UInt8(ascii: "\\"):
                offset += 1
                try parseEscape(into: &unescaped)
            case 0..<0x20:
                throw .unexpectedByte(offset: offset)
            default:
                unescaped.append(byte)
                offset += 1
            }
        }
        throw .unexpectedEnd
    }

    private mutating func parseEscape(into unescaped: inout [UInt8]) throws(JSONMalformation) {
        let start = offset
        let escape = try peek()
        offset += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(escape)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = UInt32(try parseHexQuad())
            if (0xD800..<0xDC00).contains(scalar) {
                guard try peek() == UInt8(ascii: "\\") else { throw .invalidEscape(offset: start) }
                offset += 1
                guard try peek() == UInt8(ascii: "u") else { throw .invalidEscape(offset: start) }
                offset += 1
                let low = UInt32(try parseHexQuad())
                guard (0xDC00..<0xE000).contains(low) else { throw .invalidEscape(offset: start) }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let character = Unicode.Scalar(scalar) else { throw .invalidEscape(offset: start) }
            unescaped.append(contentsOf: UTF8.encode(character).unsafelyUnwrapped)
        default: throw .invalidEscape(offset: start)
        }
    }

    private mutating func parseHexQuad() throws(JSONMalformation) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            let byte = try peek()
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw .invalidEscape(offset: offset)
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }

    private func decodeUTF8(_ text: Slice<UnsafeBufferPointer<UInt8>>, at start: Int) throws(JSONMalformation) -> String
    {
        guard let string = String(strictUTF8: UnsafeBufferPointer(rebasing: text)) else {
            throw .invalidUTF8(offset: start)
        }
        return string
    }

    private mutating func parseNumber() throws(JSONMalformation) -> JSON {
        let start = offset
        var isInteger = true
        if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        guard offset < bytes.count else { throw .unexpectedEnd }
        if bytes[offset] == UInt8(ascii: "0") { offset += 1 } else { try skipDigits(from: start) }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            try skipDigits(from: start)
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            try skipDigits(from: start)
        }
        let literal = String(decoding: bytes[start..<offset], as: UTF8.self)
        // "-0" is not the integer 0: writing it back would change signed bytes.
        if isInteger, literal != "-0", let value = Int64(literal) { return .integer(value) }
        return .decimal(literal: literal)
    }

    private mutating func skipDigits(from start: Int) throws(JSONMalformation) {
        let first = offset
        while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
        guard offset > first else {
            guard offset < bytes.count else { throw .unexpectedEnd }
            throw .invalidNumber(offset: start)
        }
    }
}

/// Member names seen so far: a scan while they are few, a set of bytes once a quadratic scan would cost.
private struct NameSet {
    private var seen: Set<[UInt8]> = []

    mutating func insert(_ name: String, amongst members: [JSONObject.Member]) -> Bool {
        if members.count < 16 { return !members.contains { $0.name.hasSameBytes(as: name) } }
        if seen.isEmpty { seen = Set(members.map { Array($0.name.utf8) }) }
        return seen.insert(Array(name.utf8)).inserted
    }
}
