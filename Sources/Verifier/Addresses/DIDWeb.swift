import WireFormats

/// A DID of method `web`: a name for whoever controls a host, or a path on it.
package struct DIDWeb: Sendable, Equatable {
    /// Host, and port if there is one: `example.org`, `localhost:8080`.
    package let authority: String
    /// Beginning with `/`, or empty.
    package let path: String

    package static let prefix = "did:web:"

    /// The parts of `did`, nil if it is no did:web. The only escape that may occur is `%3A` before a port.
    package init?(_ did: String) {
        guard did.hasPrefix(Self.prefix) else { return nil }
        let parts = did.dropFirst(Self.prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !parts.contains(where: \.isEmpty) else { return nil }
        let pieces = host.lowercased().split(separator: "%3a", omittingEmptySubsequences: false)
        guard pieces.count <= 2, !pieces.contains(where: { $0.isEmpty || $0.contains("%") || $0.contains("/") }) else {
            return nil
        }
        let segments = parts.dropFirst()
        guard !segments.contains(where: { $0 == "." || $0 == ".." || $0.contains("/") || $0.contains("?") }) else {
            return nil
        }
        authority = pieces.joined(separator: ":")
        path = segments.map { "/" + $0 }.joined()
    }

    /// Whether the DID is that of the server and path at `address`.
    package func isAt(_ address: WebAddress) -> Bool {
        let path = address.target.hasSuffix("/") ? String(address.target.dropLast()) : address.target
        return isOnHost(of: address) && self.path.hasSameBytes(as: path)
    }

    /// Whether the DID is of the server at `address` as a whole, whatever the path there.
    package func isHost(of address: WebAddress) -> Bool {
        isOnHost(of: address) && path.isEmpty
    }

    private func isOnHost(of address: WebAddress) -> Bool {
        (try? WebAddress(address.scheme + "://" + authority))?.origin == address.origin
    }

    /// Where the DID document is. did:web means https; this machine's own server has no certificate to be known by.
    package var documentAddress: String {
        let isLoopback = (try? WebAddress("https://" + authority))?.isLoopback ?? false
        return (isLoopback ? "http://" : "https://") + authority + (path.isEmpty ? "/.well-known" : path) + "/did.json"
    }
}
