import OAuth

/// The address that browsers know the issuer by, in the parts that pages need.
struct PublicAddress: Sendable {
    let identifier: String
    /// As browsers write it in `Origin`: lower case, without a default port (RFC 6454 §6.2).
    let origin: String
    /// Empty, or beginning with a slash and not ending with one.
    let path: String
    let metadata: String
    let isSecure: Bool

    init(_ identifier: String) {
        let (origin, path) = WellKnown.split(identifier) ?? (identifier, "")
        self.identifier = identifier
        self.origin = Self.withoutDefaultPort(origin.lowercased())
        self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
        metadata = WellKnown.inserted("openid-credential-issuer", into: identifier) ?? identifier
        isSecure = self.origin.hasPrefix("https:")
    }

    private static func withoutDefaultPort(_ origin: String) -> String {
        for (scheme, port) in [("https:", ":443"), ("http:", ":80")]
        where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
            return String(origin.dropLast(port.count))
        }
        return origin
    }
}
