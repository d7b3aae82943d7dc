/// The addresses that begin with the same bits, in the notation of RFC 4632 §3.1 and RFC 4291 §2.3: `10.0.0.0/8`.
package struct AddressRange: Sendable, Equatable {
    /// The first address in network byte order: four bytes, or sixteen. IPv4 addresses mapped into IPv6 are IPv4.
    package let address: [UInt8]
    package let prefixLength: Int

    /// Nil unless `text` is an address, or an address, a slash and a length, with no bit set beyond that length.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddressSyntax.bytes(parts[0]) else { return nil }
        let bits = address.count * 8
        guard let length = parts.count == 1 ? bits : Self.length(parts[1]), length <= bits else { return nil }
        let plain = IPAddressSyntax.unmapped(address)
        // Of the range that all mapped addresses are in, and of those around it, no IPv4 range is the same.
        guard plain.count == address.count || length >= 96 else { return nil }
        self.address = plain
        prefixLength = plain.count == address.count ? length : length - 96
        guard plain == Self.masked(plain, prefixLength) else { return nil }
    }

    /// Whether an address, four or sixteen bytes in network byte order, is in the range.
    package func contains(_ address: [UInt8]) -> Bool {
        let plain = IPAddressSyntax.unmapped(address)
        return plain.count == self.address.count && Self.masked(plain, prefixLength) == self.address
    }

    /// Whether the text of an address is that of one in the range.
    package func contains(_ text: String) -> Bool {
        IPAddressSyntax.bytes(text).map { contains($0) } ?? false
    }

    private static func length(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func masked(_ address: [UInt8], _ length: Int) -> [UInt8] {
        address.enumerated().map { index, byte in
            let kept = min(max(length - index * 8, 0), 8)
            return byte & ~UInt8(truncatingIfNeeded: 0xFF >> kept)
        }
    }
}
