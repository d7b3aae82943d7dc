/// Bytes as pairs of hexadecimal digits.
package enum Hexadecimal {
    /// Nil for anything but pairs of digits, in either case.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for character in text.utf8 {
            guard let digit = digit(character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    /// In lower case, without prefix.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// Values in hexadecimal as nodes of Ethereum write them (Ethereum JSON-RPC specification, "Hex value encoding").
package enum EthereumHex {
    /// A number: `0x`, and digits without leading zeros.
    package static func quantity(_ value: some UnsignedInteger) -> String { "0x" + String(value, radix: 16) }

    /// Bytes: `0x`, and two digits for each.
    package static func data(_ bytes: [UInt8]) -> String { "0x" + Hexadecimal.encode(bytes) }

    /// The number of a quantity; nil if it is none, or larger than `Number`.
    package static func quantity<Number: FixedWidthInteger & UnsignedInteger>(
        _ text: String?, as type: Number.Type = Number.self
    ) -> Number? {
        guard let text, text.hasPrefix("0x") else { return nil }
        let digits = text.utf8.dropFirst(2)
        guard !digits.isEmpty, digits.allSatisfy({ Hexadecimal.digit($0) != nil }) else { return nil }
        return Number(text.dropFirst(2), radix: 16)
    }

    /// The bytes of data, `count` of them if it is given.
    package static func data(_ text: String?, count: Int? = nil) -> [UInt8]? {
        guard let text, text.hasPrefix("0x"), let bytes = Hexadecimal.decode(text.dropFirst(2)) else { return nil }
        return count == nil || bytes.count == count ? bytes : nil
    }
}
