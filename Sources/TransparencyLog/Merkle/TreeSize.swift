/// How many leaves a tree may have: as many as a signed number of 64 bits counts.
package enum TreeSize {
    package static let maximum = UInt64(Int64.max)

    /// A number in ASCII digits without leading zeros, as every C2SP text writes sizes and indexes.
    ///
    /// - Returns: nil for anything else, and for more than ``maximum``.
    package static func parse(_ text: some StringProtocol) -> UInt64? {
        let digits = text.utf8
        guard let first = digits.first, digits.count <= 19, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            first != UInt8(ascii: "0") || digits.count == 1, let value = UInt64(text), value <= maximum
        else { return nil }
        return value
    }
}
