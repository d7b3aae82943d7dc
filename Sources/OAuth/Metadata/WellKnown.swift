/// Where a server's metadata is, given its identifier.
package enum WellKnown {
    /// The well-known name inserted between host and path, RFC 8414 §3.1 and OpenID4VCI 1.0 §12.2.2. The path is kept
    /// to the byte, a trailing slash too, except that a lone `/` adds nothing.
    package static func inserted(_ name: String, into identifier: String) -> String? {
        guard let (origin, path) = split(identifier) else { return nil }
        return origin + "/.well-known/" + name + (path == "/" ? "" : path)
    }

    /// The well-known name appended to the path, as OpenID Connect Discovery §4 does and older wallets do.
    package static func appended(_ name: String, to identifier: String) -> String? {
        guard let (origin, path) = split(identifier) else { return nil }
        return origin + (path.hasSuffix("/") ? String(path.dropLast()) : path) + "/.well-known/" + name
    }

    /// Scheme with authority, and path; nil if there is no authority, or a query or fragment.
    package static func split(_ identifier: String) -> (origin: String, path: String)? {
        guard let schemeEnd = identifier.firstRange(of: "://"), !identifier.contains("?"), !identifier.contains("#")
        else { return nil }
        let afterScheme = identifier[schemeEnd.upperBound...]
        let authority = afterScheme.prefix { $0 != "/" }
        guard !authority.isEmpty else { return nil }
        return (String(identifier[..<authority.endIndex]), String(identifier[authority.endIndex...]))
    }
}
