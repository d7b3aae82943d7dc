/// The syntax of names and values that end up in metadata and credentials.
enum WireSyntax {
    /// An identifier of a credential configuration, or the short name of a type: unreserved in URLs.
    static func checkIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { isAlphanumeric($0) || "-._~".utf8.contains($0) }
    }

    /// `scope-token`, RFC 6749 §3.3.
    static func checkScope(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }

    static let clientIDRule = "an identifier is 1 to 128 ASCII characters without spaces"

    /// `client_id`, RFC 6749 §2.2, of what can stand anywhere unescaped.
    static func checkClientID(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    static let scopeRule = "a scope is ASCII without spaces, quotation marks or backslashes"

    /// What the protocols mean by themselves, OpenID Connect Core §3.1.2.1 and §11.
    static let protocolScopes = ["openid", "offline_access"]

    /// A numerical colour of CSS Color Module Level 3 with a number sign: `#RGB` or `#RRGGBB`.
    static func checkColor(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: "#") && (digits.count == 3 || digits.count == 6)
            && digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }

    /// An absolute `https:` URL or `urn:` with something behind it, in ASCII without spaces.
    static func checkURI(_ text: String) -> Bool {
        let isAbsolute = ["https://", "urn:"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
        return isAbsolute && text.utf8.count <= 2048
            && text.utf8.allSatisfy { character in
                (0x21...0x7E).contains(character) && !"\"<>\\^`{|}".utf8.contains(character)
            }
    }

    /// A logo: an `https:` URL, or a picture in a `data:` URI.
    static func checkLogo(_ text: String) -> Bool {
        if text.hasPrefix("https://") { return checkURI(text) }
        return text.hasPrefix("data:image/") && text.contains(",")
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
