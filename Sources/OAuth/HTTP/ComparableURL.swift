/// An http or https address without query and fragment in the one spelling that equivalent ones share: RFC 3986
/// §6.2.2 and §6.2.3, as RFC 9449 §4.3 asks for `htu`.
struct ComparableURL: Equatable {
    let text: String

    /// Nil if `address` is no absolute http or https address of visible ASCII characters, or names a user.
    init?(_ address: String) {
        guard address.utf8.count <= 4096, address.isVisibleASCII,
            let schemeEnd = address.firstRange(of: "://")
        else { return nil }
        let scheme = address[..<schemeEnd.lowerBound].lowercased()
        guard let defaultPort = ["https": "443", "http": "80"][scheme] else { return nil }
        let rest = address[schemeEnd.upperBound...].prefix { $0 != "?" && $0 != "#" }
        let authority = rest.prefix { $0 != "/" }
        guard let host = Self.host(of: authority, defaultPort: defaultPort) else { return nil }
        guard let path = Self.normalized(rest[authority.endIndex...]) else { return nil }
        text = scheme + "://" + host + path
    }

    /// Host in lower case, with a port unless it is the scheme's own.
    private static func host(of authority: Substring, defaultPort: String) -> String? {
        guard !authority.contains("@") else { return nil }
        let nameEnd = authority.lastIndex(of: "]").map(authority.index(after:)) ?? authority.startIndex
        let colon = authority[nameEnd...].firstIndex(of: ":") ?? authority.endIndex
        let name = authority[..<colon].lowercased()
        let port = authority[colon...].dropFirst()
        guard !name.isEmpty, port.utf8.allSatisfy(\.isASCIIDigit) else {
            return nil
        }
        // Brackets stand around an IPv6 address or nowhere, RFC 3986 §3.2.2.
        guard !name.dropFirst().contains("["), name.hasPrefix("[") == name.hasSuffix("]"),
            !name.dropLast().contains("]")
        else { return nil }
        return port.isEmpty || port == defaultPort ? name : name + ":" + port
    }

    private static func normalized(_ path: Substring) -> String? {
        guard let decoded = unreservedDecoded(path) else { return nil }
        var segments: [Substring] = []
        let parts = decoded.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (offset, part) in parts.enumerated() {
            let isLast = offset == parts.count - 1
            switch part {
            case ".": if isLast { segments.append("") }
            case "..":
                _ = segments.popLast()
                if isLast { segments.append("") }
            default: segments.append(part)
            }
        }
        return "/" + segments.joined(separator: "/")
    }

    /// Percent-encoded unreserved characters decoded, the digits of other encodings in upper case.
    private static func unreservedDecoded(_ path: Substring) -> String? {
        var output: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                output.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self).uppercased()
            guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16) else {
                return nil
            }
            output += value.isUnreserved ? [value] : [byte] + Array(digits.utf8)
            rest = rest.dropFirst(2)
        }
        return String(decoding: output, as: UTF8.self)
    }
}
