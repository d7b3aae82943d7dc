/// The name of a data scope: `<market id>:<name>`, as `shop:loyalty`.
package struct ScopeName: Hashable, Sendable, CustomStringConvertible {
    package static let form = "a market's id, a colon, and 1 to 40 small letters, digits, hyphens and underscores"

    package let market: OrganizationID
    /// `[a-z0-9][a-z0-9_-]{0,39}`.
    package let name: String

    package init?(market: OrganizationID, name: String) {
        guard (1...40).contains(name.utf8.count), name.utf8.first?.isSmallLetterOrDigit == true,
            name.utf8.allSatisfy({ $0.isSmallLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return nil }
        self.market = market
        self.name = name
    }

    /// Nil for every other OAuth scope.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let market = OrganizationID(String(parts[0])) else { return nil }
        self.init(market: market, name: String(parts[1]))
    }

    package var text: String { market.text + ":" + name }
    package var description: String { text }
}
