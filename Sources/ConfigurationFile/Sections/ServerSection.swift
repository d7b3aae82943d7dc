import SQLStatements

/// `server`: where the issuer is reached.
struct ServerSection {
    /// The credential issuer identifier.
    let publicURL: String
    /// The address that is listened on.
    let host: String
    let trustedProxies: [AddressRange]
    /// Whether everybody reaches this server at this machine; true if the file says nothing that can be read.
    let isLocal: Bool

    init(_ file: MappingReader, defaultPublicURL: String) {
        let server = file.mapping("server")
        server?.allow(["public_url", "host", "trusted_proxies"])
        let written =
            server?.text(
                "public_url",
                "an https address without query and fragment is expected, as https://issuer.example.org "
                    + "(http is for localhost only)", Self.isIssuerIdentifier)
        publicURL = written ?? defaultPublicURL
        isLocal = written == nil && server?.has("public_url") == true || AddressSyntax(publicURL)?.isLoopback == true
        host =
            server?.text("host", "an address to listen on is expected, as 127.0.0.1 or 0.0.0.0") { !$0.isEmpty }
            ?? "127.0.0.1"
        trustedProxies = server.map(AddressListSection.trustedProxies) ?? []
    }

    /// OpenID4VCI 1.0 §12.2.1; http for loopback, so that the program can be tried. A final slash is refused because it
    /// is what wallets get wrong most.
    private static func isIssuerIdentifier(_ text: String) -> Bool {
        AddressRule.checkIssuer(text) && !text.hasSuffix("/")
    }
}

/// `database`: where everything is kept that is not a file.
enum DatabaseSection {
    static func url(_ file: MappingReader) -> String? {
        file.text("database", "postgresql://user:password@host:5432/name is expected", ServerURL.isMeant)
    }
}

/// `try_out`: people of the registry whose credentials anybody may try from the landing page.
enum TryOutSection {
    static func people(_ file: MappingReader) -> [String] {
        (file.sequence("try_out") ?? []).compactMap { entry in
            guard let id = entry.text, !id.isEmpty else {
                file.log.add("the id of a person in the registry is expected", at: entry.path, line: entry.line)
                return nil
            }
            return id
        }
    }
}
