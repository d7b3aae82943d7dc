/// Markup that is being written: what stands in a literal is taken as it is, what is put into one is escaped.
///
/// Only literals of the source code can become markup, so that no text from elsewhere gets past the escaping.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    private(set) var bytes: [UInt8]

    init() { bytes = [] }

    init(stringLiteral literal: StaticString) {
        bytes = []
        append(literal)
    }

    /// JSON inside a `script` element that is data: what could end the element is written as JSON escapes, which these
    /// characters, standing in texts alone, can all be.
    init(scriptData json: [UInt8]) {
        bytes = []
        bytes.reserveCapacity(json.count)
        for byte in json {
            switch byte {
            case UInt8(ascii: "<"): append("\\u003c")
            case UInt8(ascii: ">"): append("\\u003e")
            case UInt8(ascii: "&"): append("\\u0026")
            default: bytes.append(byte)
            }
        }
    }

    init(stringInterpolation: StringInterpolation) { self = stringInterpolation.html }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var html = HTML()

        init(literalCapacity: Int, interpolationCount: Int) {
            html.bytes.reserveCapacity(literalCapacity + interpolationCount * 32)
        }

        mutating func appendLiteral(_ literal: StaticString) { html.append(literal) }
        mutating func appendInterpolation(_ text: some StringProtocol) { html.append(escaping: text) }
        mutating func appendInterpolation(_ number: Int) { html.append(escaping: String(number)) }
        mutating func appendInterpolation(_ other: HTML) { html += other }
        mutating func appendInterpolation(_ other: HTML?) { if let other { html += other } }

        mutating func appendInterpolation(_ others: [HTML]) {
            for other in others { html += other }
        }
    }

    static func += (html: inout HTML, other: HTML) { html.bytes += other.bytes }

    private mutating func append(_ literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Byte by byte, which is right in UTF-8: what must be escaped is ASCII, whose bytes occur in no other character.
    private mutating func append(escaping text: some StringProtocol) {
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { append(escaping: $0) }
        if isDone == nil { Array(text.utf8).withUnsafeBufferPointer { append(escaping: $0) } }
    }

    private mutating func append(escaping text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in text.indices {
            guard let reference = Self.reference(for: text[index]) else { continue }
            bytes.append(contentsOf: text[start..<index])
            append(reference)
            start = index + 1
        }
        bytes.append(contentsOf: text[start...])
    }

    private static func reference(for byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
