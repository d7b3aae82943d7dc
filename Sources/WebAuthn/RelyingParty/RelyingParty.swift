import Crypto

/// Why a relying party cannot be one.
package enum RelyingPartyFault: Error, Equatable {
    /// The identifier is no host name in lower case.
    case malformedID
    case noOrigin
    /// Not `https://host[:port]`, or `http://` on another host than localhost.
    case malformedOrigin(String)
    /// The origin's host is neither the identifier nor below it: browsers would refuse every ceremony there.
    case originOutsideID(String)
}

/// The party that passkeys are made for, WebAuthn Level 3 §4 (#relying-party).
package struct RelyingParty: Sendable {
    /// The RP ID: a host name, without scheme and port, that passkeys are bound to for ever.
    package let id: String
    /// Where the pages that run ceremonies come from, as browsers serialize origins.
    package let origins: [String]
    /// What people read in the browser's dialogue.
    package let name: String
    /// SHA-256 of the identifier, as authenticators sign it.
    let idHash: [UInt8]

    package init(id: String, origins: [String], name: String) throws(RelyingPartyFault) {
        guard Self.isHostName(id) else { throw .malformedID }
        guard !origins.isEmpty else { throw .noOrigin }
        for origin in origins {
            guard let host = Self.host(ofOrigin: origin) else { throw .malformedOrigin(origin) }
            guard host == id || host.hasSuffix("." + id) else { throw .originOutsideID(origin) }
        }
        (self.id, self.origins, self.name) = (id, origins, name)
        idHash = Array(SHA256.hash(data: Array(id.utf8)))
    }

    /// The host of an origin in its only serialization: lower case, no default port, no path.
    private static func host(ofOrigin origin: String) -> String? {
        let isSecure = origin.hasPrefix("https://")
        guard isSecure || origin.hasPrefix("http://") else { return nil }
        let authority = origin.dropFirst(isSecure ? 8 : 7).split(separator: ":", omittingEmptySubsequences: false)
        guard let first = authority.first, authority.count <= 2 else { return nil }
        let host = String(first)
        if authority.count == 2 {
            guard let port = UInt16(authority[1]), String(port) == authority[1], port != (isSecure ? 443 : 80) else {
                return nil
            }
        }
        // Browsers take localhost for secure whatever the scheme.
        guard isHostName(host), isSecure || host == "localhost" || host.hasSuffix(".localhost") else { return nil }
        return host
    }

    /// Lower case letters, digits and hyphens in labels; the last label is no number, as it would be in an address.
    private static func isHostName(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last, !last.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
                }
        }
    }
}
