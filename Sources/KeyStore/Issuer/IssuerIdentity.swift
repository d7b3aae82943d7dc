import Foundation

/// The issuer by its names: the URL of OpenID4VCI and SD-JWT VC, and the did:web DID of the W3C formats.
package struct IssuerIdentity: Sendable, Equatable {
    /// The Credential Issuer Identifier, byte for byte as configured (OpenID4VCI 1.0 §12.2.1).
    package let url: String
    /// did:web method specification, "Create (Register)" (#create-register).
    package let did: String
    /// A domain name, or an IP address without brackets.
    package let host: String
    package let organizationName: String

    /// Stricter than the specifications in that the URL is ASCII, so that it has one spelling in certificates and DIDs.
    /// Looser in that `http` and IP addresses are taken, for development; no resolver will find such a DID.
    package init(url: String, organizationName: String) throws(IssuerIdentityFault) {
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let parts = URLComponents(string: url, encodingInvalidCharacters: false),
            let scheme = parts.scheme, ["http", "https"].contains(scheme),
            let host = parts.encodedHost, !host.isEmpty, !host.contains("%")
        else { throw .notWebURL(url) }
        guard parts.query == nil, parts.fragment == nil, parts.user == nil, parts.password == nil else {
            throw .surplusPart(url)
        }
        guard !organizationName.allSatisfy(\.isWhitespace) else { throw .missingOrganizationName }
        self.url = url
        self.host = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        self.did = Self.didWeb(host: host.lowercased(), port: parts.port, path: parts.percentEncodedPath)
        self.organizationName = organizationName
    }

    /// The path at which the DID document is looked for (did:web, "Read (Resolve)", #read-resolve).
    package var didDocumentPath: String {
        let segments = did.split(separator: ":").dropFirst(3)
        return "/" + (segments.isEmpty ? [".well-known"] : segments).joined(separator: "/") + "/did.json"
    }

    private static func didWeb(host: String, port: Int?, path: String) -> String {
        let authority = host + (port.map { ":\($0)" } ?? "")
        let segments = path.split(separator: "/").map(String.init)
        return "did:web:" + ([authority] + segments).map(identifierText).joined(separator: ":")
    }

    /// Text in the `idchar` alphabet of DID Core §3.1; what is percent-encoded already stays.
    private static func identifierText(_ text: String) -> String {
        text.utf8.reduce(into: "") { output, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "%"):
                output.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                output += "%" + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}

/// Why an issuer cannot be called that.
package enum IssuerIdentityFault: Error, Equatable {
    /// Not an absolute `https` or `http` URL in ASCII.
    case notWebURL(String)
    /// A query, fragment or user name, which a Credential Issuer Identifier has not (OpenID4VCI 1.0 §12.2.1).
    case surplusPart(String)
    case missingOrganizationName
}

extension IssuerIdentityFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notWebURL(let url): "The issuer URL \(url) is not an absolute http or https URL in ASCII."
        case .surplusPart(let url): "The issuer URL \(url) has a query, a fragment or a user name; it may have none."
        case .missingOrganizationName: "The organization has no name."
        }
    }
}
