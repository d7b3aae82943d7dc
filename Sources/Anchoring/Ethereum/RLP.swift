/// A value of Recursive Length Prefix encoding (Ethereum Yellow Paper, appendix B).
package enum RLP: Sendable, Equatable {
    case bytes([UInt8])
    case list([RLP])

    /// An integer: its bytes, the greatest first, without leading zeros; zero has none.
    package static func integer(_ value: UInt64) -> RLP {
        .bytes((0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }.withoutLeadingZeros)
    }

    /// An integer of any length, the greatest byte first.
    package static func integer(bigEndian bytes: [UInt8]) -> RLP { .bytes(bytes.withoutLeadingZeros) }

    package var encoded: [UInt8] {
        switch self {
        case .bytes(let bytes):
            if bytes.count == 1, bytes[0] < 0x80 { return bytes }
            return Self.header(0x80, bytes.count) + bytes
        case .list(let elements):
            let content = elements.flatMap(\.encoded)
            return Self.header(0xC0, content.count) + content
        }
    }

    private static func header(_ base: UInt8, _ count: Int) -> [UInt8] {
        if count <= 55 { return [base + UInt8(count)] }
        guard case .bytes(let length) = integer(UInt64(count)) else { return [] }
        return [base + 55 + UInt8(length.count)] + length
    }
}

/// Why bytes are not RLP, or not in its one encoding.
package enum RLPMalformation: Error, Equatable {
    case unexpectedEnd
    case trailingBytes
    /// A length, or a single byte, written longer than it needs to be.
    case notShortest
    case tooDeep
}

extension RLP {
    /// The one value in `bytes`, which must be as ``encoded`` writes it.
    package init(decoding bytes: [UInt8]) throws(RLPMalformation) {
        var rest = bytes[...]
        self = try Self.take(&rest, depth: 8)
        guard rest.isEmpty else { throw .trailingBytes }
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, depth: Int) throws(RLPMalformation) -> RLP {
        guard depth > 0 else { throw .tooDeep }
        guard let first = rest.popFirst() else { throw .unexpectedEnd }
        if first < 0x80 { return .bytes([first]) }
        let isList = first >= 0xC0
        let count = try length(first - (isList ? 0xC0 : 0x80), &rest)
        guard rest.count >= count else { throw .unexpectedEnd }
        var content = rest.prefix(count)
        rest = rest.dropFirst(count)
        guard isList else {
            guard count != 1 || content[content.startIndex] >= 0x80 else { throw .notShortest }
            return .bytes(Array(content))
        }
        var elements: [RLP] = []
        while !content.isEmpty { elements.append(try take(&content, depth: depth - 1)) }
        return .list(elements)
    }

    private static func length(_ code: UInt8, _ rest: inout ArraySlice<UInt8>) throws(RLPMalformation) -> Int {
        if code <= 55 { return Int(code) }
        let count = Int(code - 55)
        guard rest.count >= count else { throw .unexpectedEnd }
        let digits = rest.prefix(count)
        rest = rest.dropFirst(count)
        guard digits.first != 0 else { throw .notShortest }
        // More than four bytes of length are more than anything that is read here.
        guard count <= 4 else { throw .unexpectedEnd }
        let length = digits.reduce(0) { $0 << 8 | Int($1) }
        guard length > 55 else { throw .notShortest }
        return length
    }

    package var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
    package var list: [RLP]? { if case .list(let list) = self { list } else { nil } }

    /// An integer of at most 64 bits, without leading zeros.
    package var integer: UInt64? {
        guard let bytes, bytes.count <= 8, bytes.first != 0 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension [UInt8] {
    fileprivate var withoutLeadingZeros: [UInt8] { Array(drop { $0 == 0 }) }
}
