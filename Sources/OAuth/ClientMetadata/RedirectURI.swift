import WireFormats

/// An address that authorization responses may be sent to, as a client registers it.
///
/// `https`, or `http` on a loopback address (RFC 8252 §7.3), or a scheme of an app's own, which has a dot (§7.1).
package struct RedirectURI: Sendable, Equatable {
    package let text: String
    private let kind: Kind
    /// The host that answers go to; nil for a program on the person's own device.
    package let webHost: String?
    /// Of a loopback address what stands before its port, and what after it.
    private let aroundPort: Ends?
    /// What `form-action` of a Content Security Policy must admit for an app's own scheme; nil for the others.
    package let privateScheme: String?

    private struct Ends: Sendable, Equatable {
        let start: String
        let end: String
    }

    private enum Kind: Sendable, Equatable {
        case web
        case loopback
        case privateUse
    }

    package static let maximumBytes = 2048

    /// Nil for anything else, and for addresses with a fragment, user information or a wildcard.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !text.utf8.contains(where: { "#*\\\"<>^`{|}".utf8.contains($0) }),
            let colon = text.firstIndex(of: ":")
        else { return nil }
        let scheme = text[..<colon]
        switch scheme {
        case "https", "http":
            guard let parts = Self.parts(text), !parts.authority.contains("@"), !parts.host.isEmpty,
                ComparableURL(text) != nil
            else { return nil }
            let isLoopback = Self.loopbackHosts.contains(String(parts.host))
            guard scheme == "https" || isLoopback else { return nil }
            kind = isLoopback && scheme == "http" ? .loopback : .web
            webHost = kind == .web ? parts.host.lowercased() : nil
            aroundPort =
                kind == .loopback ? Ends(start: "http://" + parts.host, end: String(parts.rest)) : nil
            privateScheme = nil
        default:
            guard scheme.contains("."), Self.isScheme(scheme), text.utf8.count > scheme.utf8.count + 1 else {
                return nil
            }
            kind = .privateUse
            (webHost, aroundPort, privateScheme) = (nil, nil, String(scheme))
        }
        self.text = text
    }

    private static let loopbackHosts = ["127.0.0.1", "[::1]", "localhost"]

    /// RFC 3986 §3.1, in lower case as schemes are registered.
    private static func isScheme(_ scheme: Substring) -> Bool {
        guard let first = scheme.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
            return false
        }
        return scheme.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.".utf8.contains(byte)
        }
    }

    private static func parts(
        _ text: String
    ) -> (scheme: Substring, authority: Substring, host: Substring, rest: Substring)? {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let after = text[mark.upperBound...]
        let authority = after.prefix { $0 != "/" && $0 != "?" }
        let host: Substring
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[...end]
        } else {
            host = authority.prefix { $0 != ":" }
        }
        return (text[..<mark.lowerBound], authority, host, after[authority.endIndex...])
    }

    /// Whether a request's address is this one: byte for byte (RFC 9700 §2.1), but for the port of a loopback address,
    /// which a program on the person's own machine cannot know before (RFC 8252 §7.3).
    package func admits(_ requested: String) -> Bool {
        if text.hasSameBytes(as: requested) { return true }
        guard let ends = aroundPort, requested.utf8.count >= ends.start.utf8.count + ends.end.utf8.count,
            requested.utf8.starts(with: ends.start.utf8)
        else { return false }
        let rest = requested.utf8.dropFirst(ends.start.utf8.count)
        guard rest.suffix(ends.end.utf8.count).elementsEqual(ends.end.utf8) else { return false }
        return Self.isPort(rest.dropLast(ends.end.utf8.count))
    }

    /// Nothing, or a colon and a number from 1 to 65535 without zeros in front.
    private static func isPort(_ bytes: some Collection<UInt8>) -> Bool {
        guard let colon = bytes.first else { return true }
        let digits = bytes.dropFirst()
        guard colon == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return false }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 65_535
    }

    /// Whether nobody but the host's owner gets what is sent there.
    package var belongsToHost: Bool { kind == .web }

    package var isLoopback: Bool { kind == .loopback }
}
