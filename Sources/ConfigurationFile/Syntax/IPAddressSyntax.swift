/// The text of IP addresses.
enum IPAddressSyntax {
    /// The four or sixteen bytes of an address in network byte order, or nil: dotted decimal without leading zeros
    /// (RFC 6943 §3.1.1 on why), or RFC 4291 §2.2 without a zone.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        text.contains(":") ? v6(String(text)) : v4(text)
    }

    /// The IPv4 address in an IPv6 one that it is mapped into (RFC 4291 §2.5.5.2), else the address itself.
    static func unmapped(_ address: [UInt8]) -> [UInt8] {
        let isMapped = address.count == 16 && address[..<10].allSatisfy { $0 == 0 } && address[10...11] == [0xFF, 0xFF]
        return isMapped ? Array(address[12...]) : address
    }

    private static func v4(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in UInt8(part).flatMap { String($0) == part ? $0 : nil } }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func v6(_ text: String) -> [UInt8]? {
        guard let gap = text.firstRange(of: "::") else {
            return groups(text[...]).flatMap { $0.count == 16 ? $0 : nil }
        }
        guard let head = groups(text[..<gap.lowerBound], mayEndInV4: false), let tail = groups(text[gap.upperBound...]),
            head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// The bytes of groups between colons; the last may be an IPv4 address.
    private static func groups(_ text: Substring, mayEndInV4: Bool = true) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if mayEndInV4, index == parts.count - 1, part.contains("."), let last = v4(part) {
                bytes += last
            } else if (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimal),
                let group = UInt16(part, radix: 16)
            {
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            } else {
                return nil
            }
        }
        return bytes
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool { "0123456789abcdefABCDEF".utf8.contains(byte) }
}
