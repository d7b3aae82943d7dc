import Foundation

/// `server`: where the issuer is reached.
struct ServerSection {
    /// The credential issuer identifier.
    let publicURL: String
    /// The address that is listened on.
    let host: String

    init(_ file: MappingReader, defaultPublicURL: String) {
        let server = file.mapping("server")
        server?.allow(["public_url", "host"])
        publicURL =
            server?.text(
                "public_url",
                "an https address without query and fragment is expected, as https://issuer.example.org "
                    + "(http is for localhost only)", Self.isIssuerIdentifier) ?? defaultPublicURL
        host =
            server?.text("host", "an address to listen on is expected, as 127.0.0.1 or 0.0.0.0") { !$0.isEmpty }
            ?? "127.0.0.1"
    }

    /// OpenID4VCI 1.0 §12.2.1; http for loopback, so that the program can be tried. A final slash is refused because it
    /// is what wallets get wrong most.
    private static func isIssuerIdentifier(_ text: String) -> Bool {
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty, !text.hasSuffix("/"),
            url.query == nil, url.fragment == nil, url.user == nil
        else { return false }
        return url.scheme == "https" || url.scheme == "http" && ["localhost", "127.0.0.1", "[::1]"].contains(host)
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
