extension UInt8 {
    /// RFC 3986 §2.3.
    var isUnreserved: Bool { isASCIILetterOrDigit || self == 0x2D || self == 0x2E || self == 0x5F || self == 0x7E }

    var isASCIILetterOrDigit: Bool { isASCIILetter || isASCIIDigit }

    var isASCIILetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }

    var isASCIIDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}

extension StringProtocol {
    /// Whether every byte is a visible ASCII character: nothing that ends a line or a header.
    var isVisibleASCII: Bool { utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    /// Whether this is VSCHARs of RFC 6749 Appendix A: visible ASCII characters and spaces.
    var isVisibleASCIIOrSpace: Bool { utf8.allSatisfy { (0x20...0x7E).contains($0) } }

    /// The scheme of an absolute URI (RFC 3986 §4.3) of visible ASCII characters in lower case, nil if this is none.
    var uriScheme: String? {
        guard isVisibleASCII, let colon = utf8.firstIndex(of: UInt8(ascii: ":")),
            utf8.index(after: colon) < utf8.endIndex
        else { return nil }
        let scheme = utf8[..<colon]
        guard let first = scheme.first, first.isASCIILetter,
            scheme.allSatisfy({ $0.isASCIILetterOrDigit || "+-.".utf8.contains($0) })
        else { return nil }
        return self[..<colon].lowercased()
    }
}
