/// The identifier of an organization, which is its OAuth client's too: `[a-z0-9][a-z0-9-]{1,39}`.
package struct OrganizationID: Hashable, Sendable, CustomStringConvertible {
    package static let form = "2 to 40 small letters, digits and hyphens, not starting with a hyphen"

    package let text: String

    package init?(_ text: String) {
        guard (2...40).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "-"),
            text.utf8.allSatisfy({ $0.isSmallLetterOrDigit || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.text = text
    }

    package var description: String { text }
}

extension UInt8 {
    var isSmallLetterOrDigit: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
