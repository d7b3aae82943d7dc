import OAuth

/// The parts of an `https:` or `http:` address, read strictly, so that no two readers see different hosts in it.
struct AddressSyntax {
    /// In lower case.
    let scheme: String
    /// In lower case; an IPv6 address without its brackets.
    let host: String
    let hasQuery: Bool
    let hasFragment: Bool

    /// Nil for anything that is not such an address, and for one with a user name.
    init?(_ text: String) {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy(Self.isAllowed),
            let schemeEnd = text.firstRange(of: "://")
        else { return nil }
        scheme = text[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { return nil }
        let rest = text[schemeEnd.upperBound...]
        guard let (host, _) = Self.split(String(rest.prefix { !"/?#".contains($0) })) else { return nil }
        self.host = host
        hasFragment = rest.contains("#")
        hasQuery = rest.prefix { $0 != "#" }.contains("?")
    }

    /// `https`, or `http` to this machine.
    var isSafe: Bool { scheme == "https" || Self.isLoopback(host) }
    var isLoopback: Bool { Self.isLoopback(host) }

    static func isLoopback(_ host: String) -> Bool {
        ["localhost", "127.0.0.1", "::1"].contains(host.lowercased())
    }

    /// `host` or `host:port`, an IPv6 address in brackets; nil if it is neither.
    static func split(_ authority: String) -> (host: String, port: Int?)? {
        let isBracketed = authority.hasPrefix("[")
        let closing = authority.firstIndex(of: "]").map(authority.index(after:))
        let end = isBracketed ? closing : authority.firstIndex(of: ":") ?? authority.endIndex
        guard let end else { return nil }
        let written = authority[..<end]
        let host = (isBracketed ? written.dropFirst().dropLast() : written).lowercased()
        guard isHost(host), isBracketed == host.contains(":") else { return nil }
        let rest = authority[end...]
        guard !rest.isEmpty else { return (host, nil) }
        let digits = rest.dropFirst()
        guard rest.hasPrefix(":"), (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
            (1...65535).contains(port)
        else { return nil }
        return (host, port)
    }

    /// A DNS name whose last label does not begin with a digit, or an IP address, without brackets.
    static func isHost(_ host: String) -> Bool {
        if IPAddressSyntax.bytes(host) != nil { return true }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard host.utf8.count <= 253, let first = labels.last?.utf8.first else { return false }
        return !(0x30...0x39).contains(first)
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.utf8.allSatisfy { WireSyntax.isAlphanumeric($0) || "-_".utf8.contains($0) }
            }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"\"<>\\^`{|}".utf8.contains(byte)
    }
}

/// Rules for addresses, with the sentences that tell who breaks them.
enum AddressRule {
    static let web = "an https address is expected, as https://example.org/… (http is for localhost only)"
    static let issuer =
        "an https address without query and fragment is expected, as https://as.example.org "
        + "(http is for localhost only)"
    static let service =
        "an https address without query, fragment and final slash is expected, as https://kyc.example.org "
        + "(http is for localhost only)"
    static let redirect =
        "an address without fragment is expected: https, http to 127.0.0.1, [::1] or localhost, or a scheme of the "
        + "client's own with a dot in it, as org.example.app:/callback"

    static func checkWeb(_ text: String) -> Bool { AddressSyntax(text)?.isSafe ?? false }

    /// An identifier of an authorization server or credential issuer, RFC 8414 §2 and OpenID4VCI 1.0 §12.2.1.
    static func checkIssuer(_ text: String) -> Bool {
        guard let address = AddressSyntax(text) else { return false }
        return address.isSafe && !address.hasQuery && !address.hasFragment
    }

    /// A service that paths are appended to.
    static func checkService(_ text: String) -> Bool { checkIssuer(text) && !text.hasSuffix("/") }

    /// RFC 9700 §2.1 and RFC 8252 §7.1, §7.3.
    static func redirect(_ text: String) -> RedirectURI? {
        guard let address = RedirectURI(text) else { return nil }
        return address.privateScheme != nil || AddressSyntax(text) != nil ? address : nil
    }

    static func checkRedirect(_ text: String) -> Bool { redirect(text) != nil }

    /// RFC 8707 §2: an absolute URI without fragment.
    static func checkResource(_ text: String) -> Bool {
        if let address = AddressSyntax(text) { return address.isSafe && !address.hasFragment }
        return text.hasPrefix("urn:") && WireSyntax.checkURI(text) && !text.contains("#")
    }
}
