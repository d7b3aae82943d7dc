package import WireFormats

/// What a market's own data says about one person in one scope.
package struct MarketRow: Sendable, Equatable {
    /// As the hub names the person to this market.
    package let subject: String
    package let values: JSONObject
    /// Where it stood, for messages.
    package let place: Place

    /// Counted from one.
    package enum Place: Sendable, Equatable, CustomStringConvertible {
        case line(Int)
        case element(Int)
        case row(Int)

        package var description: String {
            switch self {
            case .line(let number): "line \(number)"
            case .element(let number): "element \(number)"
            case .row(let number): "row \(number)"
            }
        }
    }

    package init(subject: String, values: JSONObject, place: Place) {
        (self.subject, self.values, self.place) = (subject, values, place)
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
