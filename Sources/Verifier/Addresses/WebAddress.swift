import WireFormats

/// An address that may be fetched: `https`, or `http` to this machine itself.
///
/// Stricter than RFC 3986, so that no two readers of the same text can see different hosts in it: no user
/// information, no escapes or non-ASCII in the host, no IPv4 address but in four decimal parts.
package struct WebAddress: Sendable, Equatable {
    package enum Malformation: Error, Equatable {
        case tooLong
        /// White space, a control character, non-ASCII, a backslash or quotes.
        case character
        case scheme
        case host
        case port
        /// Plain `http` to another machine.
        case notEncrypted
    }

    package static let maximumBytes = 2048

    package let scheme: String
    /// Lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Scheme and authority, the default port left out.
    package let origin: String
    /// Path and query, beginning with `/`.
    package let target: String

    package var text: String { origin + target }
    package var isLoopback: Bool { Self.isLoopback(host: host) }

    package init(_ text: some StringProtocol) throws(Malformation) {
        guard text.utf8.count <= Self.maximumBytes else { throw .tooLong }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"\\\"<>^`{|}".utf8.contains($0) }) else {
            throw .character
        }
        guard let schemeEnd = text.firstRange(of: "://") else { throw .scheme }
        scheme = text[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { throw .scheme }
        let rest = text[schemeEnd.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        (host, port) = try Self.split(String(authority), defaultPort: scheme == "https" ? 443 : 80)
        guard scheme == "https" || Self.isLoopback(host: host) else { throw .notEncrypted }
        let written = host.contains(":") ? "[\(host)]" : host
        origin = scheme + "://" + written + (port == (scheme == "https" ? 443 : 80) ? "" : ":\(port)")
        let target = rest[authority.endIndex...]
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
    }

    private static func split(_ authority: String, defaultPort: Int) throws(Malformation) -> (String, Int) {
        let host: String
        let remainder: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw .host }
            host = authority[authority.index(after: authority.startIndex)..<end].lowercased()
            guard host.contains(":"), host.utf8.allSatisfy({ "0123456789abcdef:.".utf8.contains($0) }) else {
                throw .host
            }
            remainder = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != ":" }.lowercased()
            guard isName(host) || ipv4(host) != nil else { throw .host }
            remainder = authority.dropFirst(host.count)
        }
        guard !remainder.isEmpty else { return (host, defaultPort) }
        let digits = remainder.dropFirst()
        guard remainder.hasPrefix(":"), digits.count <= 5, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65535).contains(port)
        else { throw .port }
        return (host, port)
    }

    /// A DNS name. Its last label must not look like a number: `0x7f000001` and `127.1` are addresses to some
    /// resolvers.
    private static func isName(_ host: String) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard host.utf8.count <= 253, let last = labels.last, let first = last.utf8.first else { return false }
        return !(0x30...0x39).contains(first)
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-_".utf8.contains($0) }
            }
    }

    private static func ipv4(_ host: String) -> [UInt8]? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in UInt8(part).flatMap { String($0) == part ? $0 : nil } }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    /// Whether a host is this machine by its very name: RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3.
    private static func isLoopback(host: String) -> Bool {
        host == "localhost" || host == "::1" || ipv4(host)?.first == 127
    }
}
