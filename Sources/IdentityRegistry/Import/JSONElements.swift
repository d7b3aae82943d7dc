/// Splits a JSON array into its elements without reading them, so that one malformed object spoils no other and a
/// large file needs little memory. A file that is one object counts as an array of it.
struct JSONElements {
    struct Element {
        /// The line, from 1, on which the element begins.
        let line: Int
        let bytes: ArraySlice<UInt8>
    }

    private let bytes: [UInt8]
    private var offset = 0
    private(set) var line = 1
    private var state = State.start

    private enum State {
        case start
        case first
        case next
        case end
    }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next element, nil after the last one.
    ///
    /// - Throws: `malformedJSON` if what surrounds the elements is not an array.
    mutating func next() throws(ImportRefusal) -> Element? {
        if state == .start {
            skipWhitespace()
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "{") {
                state = .end
                return element()
            }
            try expect(UInt8(ascii: "["))
            state = .first
        }
        skipWhitespace()
        switch state {
        case .end: return try finish()
        case .first where isAt(UInt8(ascii: "]")), .next where isAt(UInt8(ascii: "]")):
            offset += 1
            state = .end
            return try finish()
        case .next: try expect(UInt8(ascii: ","))
        case .start, .first: break
        }
        state = .next
        skipWhitespace()
        let element = element()
        guard !element.bytes.isEmpty else { throw .malformedJSON(line: line) }
        return element
    }

    private mutating func finish() throws(ImportRefusal) -> Element? {
        skipWhitespace()
        guard offset == bytes.count else { throw .malformedJSON(line: line) }
        return nil
    }

    /// Everything up to the comma or bracket that does not belong to the value itself.
    private mutating func element() -> Element {
        let start = offset
        let startLine = line
        var depth = 0
        scan: while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { break scan }
                depth -= 1
                if depth == 0 {
                    offset += 1
                    break scan
                }
            case UInt8(ascii: ","): if depth == 0 { break scan }
            case UInt8(ascii: "\n"): line += 1
            default: break
            }
            offset += 1
        }
        offset = min(offset, bytes.count)
        return Element(line: startLine, bytes: bytes[start..<offset])
    }

    /// Leaves the closing quotation mark.
    private mutating func skipString() {
        offset += 1
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            if bytes[offset] == UInt8(ascii: "\n") { line += 1 }
            offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
        }
    }

    private func isAt(_ byte: UInt8) -> Bool { offset < bytes.count && bytes[offset] == byte }

    private mutating func expect(_ byte: UInt8) throws(ImportRefusal) {
        guard isAt(byte) else { throw .malformedJSON(line: line) }
        offset += 1
    }

    private mutating func skipWhitespace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return
            }
            offset += 1
        }
    }
}
