package import WireFormats

/// What a market's own data says about one person in one scope.
package struct MarketRow: Sendable, Equatable {
    /// As the hub names the person to this market.
    package let subject: String
    package let values: JSONObject
    /// Where it stood, for messages: the number of the line or element.
    package let number: Int

    package init(subject: String, values: JSONObject, number: Int) {
        (self.subject, self.values, self.number) = (subject, values, number)
    }
}

/// Where a market's own data comes from.
package protocol MarketData: Sendable {
    /// All rows, in their order.
    func rows() async throws -> [MarketRow]
}

/// Why data cannot be read, with the place.
package struct MarketDataFault: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
