import HTTPTypes
package import Verifier
import WireFormats

/// The cookies of one visit, RFC 6265. Each goes back to the host that set it and to no other; expiry is by `Max-Age`
/// alone, and only at once: a visit is short.
package struct CookieJar: Sendable {
    private static let maximumCount = 50
    private static let maximumBytes = 4096

    private struct Cookie {
        let name: String
        let value: String
        let host: String
        let path: String
        let isSecure: Bool
    }

    private var cookies: [Cookie] = []

    package init() {}

    /// The value of the cookie that would be sent to `address`.
    package func value(of name: String, for address: WebAddress) -> String? {
        cookies(for: address).first { $0.name.hasSameBytes(as: name) }?.value
    }

    /// For `Cookie`; nil if there is none for this address.
    func header(for address: WebAddress) -> String? {
        let fitting = cookies(for: address)
        return fitting.isEmpty ? nil : fitting.map { $0.name + "=" + $0.value }.joined(separator: "; ")
    }

    /// Keeps what the server at `address` sets.
    mutating func take(_ headers: HTTPFields, from address: WebAddress) {
        for line in headers[values: .setCookie] where line.utf8.count <= Self.maximumBytes {
            set(line, from: address)
        }
    }

    private func cookies(for address: WebAddress) -> [Cookie] {
        let path = String(address.target.prefix { $0 != "?" })
        return cookies.filter { cookie in
            cookie.host == address.host && (!cookie.isSecure || Self.isTrustworthy(address))
                && Self.isPath(path, in: cookie.path)
        }
    }

    private mutating func set(_ line: String, from address: WebAddress) {
        let parts = line.split(separator: ";", omittingEmptySubsequences: false).map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: pair[0].trimmed, value: pair.count == 2 ? pair[1].trimmed : "")
        }
        guard let (name, value) = parts.first, !name.isEmpty, !name.contains(where: \.isWhitespace) else { return }
        let attributes = parts.dropFirst().map { (name: $0.name.lowercased(), value: $0.value) }
        let isSecure = attributes.contains { $0.name == "secure" }
        let path = attributes.last { $0.name == "path" }?.value
        if isSecure, !Self.isTrustworthy(address) { return }
        // RFC 6265bis §4.1.3.2: what a browser would not take is not taken here either.
        let isForHostAlone = isSecure && path == "/" && !attributes.contains { $0.name == "domain" }
        if name.hasPrefix("__Host-"), !isForHostAlone { return }
        let kept = path?.hasPrefix("/") == true ? path ?? "/" : Self.folder(of: address)
        cookies.removeAll { $0.name.hasSameBytes(as: name) && $0.host == address.host && $0.path == kept }
        let lifetime = attributes.last { $0.name == "max-age" }.flatMap { Int($0.value) }
        guard lifetime ?? 1 > 0, cookies.count < Self.maximumCount else { return }
        cookies.append(Cookie(name: name, value: value, host: address.host, path: kept, isSecure: isSecure))
    }

    /// Encrypted, or never on a network.
    private static func isTrustworthy(_ address: WebAddress) -> Bool { address.scheme == "https" || address.isLoopback }

    /// §5.1.4.
    private static func folder(of address: WebAddress) -> String {
        let path = address.target.prefix { $0 != "?" }
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    private static func isPath(_ path: String, in folder: String) -> Bool {
        path == folder || path.hasPrefix(folder) && (folder.hasSuffix("/") || path.dropFirst(folder.count).first == "/")
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
