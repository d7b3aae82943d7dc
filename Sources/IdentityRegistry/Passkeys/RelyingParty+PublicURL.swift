import Foundation
package import WebAuthn

extension RelyingParty {
    /// The relying party of a server with this address: its host, and pages of its origin only.
    ///
    /// Nil where browsers make no passkeys: under an IP address, and without https on another host than localhost.
    package init?(publicURL: String, name: String) {
        guard let parts = URLComponents(string: publicURL), let scheme = parts.scheme?.lowercased(),
            let host = parts.host?.lowercased()
        else { return nil }
        let isDefaultPort = parts.port == nil || parts.port == (scheme == "https" ? 443 : 80)
        let port = isDefaultPort ? "" : parts.port.map { ":\($0)" } ?? ""
        guard let party = try? RelyingParty(id: host, origins: ["\(scheme)://\(host)\(port)"], name: name) else {
            return nil
        }
        self = party
    }
}
