/// CBOR as a test wants it, right or wrong.
indirect enum CBORValue: Sendable {
    case integer(Int64)
    case bytes([UInt8])
    case text(String)
    case array([CBORValue])
    case map([(CBORValue, CBORValue)])
    /// Bytes that stand where an item should.
    case raw([UInt8])

    var encoded: [UInt8] {
        switch self {
        case .integer(let value) where value >= 0: Self.head(0, UInt64(value))
        case .integer(let value): Self.head(1, UInt64(-1 - value))
        case .bytes(let bytes): Self.head(2, UInt64(bytes.count)) + bytes
        case .text(let text): Self.head(3, UInt64(text.utf8.count)) + Array(text.utf8)
        case .array(let items): Self.head(4, UInt64(items.count)) + items.flatMap(\.encoded)
        case .map(let entries):
            Self.head(5, UInt64(entries.count)) + entries.flatMap { $0.0.encoded + $0.1.encoded }
        case .raw(let bytes): bytes
        }
    }

    private static func head(_ major: UInt8, _ argument: UInt64) -> [UInt8] {
        let count =
            switch argument {
            case 0..<24: 0
            case 24..<0x100: 1
            case 0x100..<0x1_0000: 2
            case 0x1_0000..<0x1_0000_0000: 4
            default: 8
            }
        if count == 0 { return [major << 5 | UInt8(argument)] }
        let information: UInt8 = [1: 24, 2: 25, 4: 26][count] ?? 27
        return [major << 5 | information]
            + (0..<count).reversed().map { UInt8(truncatingIfNeeded: argument >> UInt64(8 * $0)) }
    }
}

func bytes(ofHex text: String) -> [UInt8] {
    let digits = Array(text)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
}
