/// The path of a tile or of a bundle of entries, below the prefix of the log. C2SP tlog-tiles, "Merkle Tree" and "Log
/// entries".
package struct TilePath: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case hashes(level: Int)
        case entries
    }

    package let content: Content
    package let number: UInt64
    /// 256 of a full tile, which has no suffix.
    package let width: Int

    package init(_ content: Content, number: UInt64, width: Int = TileCoordinate.width) {
        (self.content, self.number, self.width) = (content, number, width)
    }

    package var isFull: Bool { width == TileCoordinate.width }

    /// As it is fetched, `tile/0/x001/234.p/56`.
    package var text: String {
        let kind =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        return "tile/\(kind)/\(Self.encode(number))\(isFull ? "" : ".p/\(width)")"
    }

    /// Reads what follows `tile/`.
    ///
    /// - Returns: nil for anything but the one way to write a path.
    package init?(afterTile path: some StringProtocol) {
        var elements = String(path).split(separator: "/", omittingEmptySubsequences: false).map(String.init)[...]
        guard elements.count <= Self.maximumElements, let kind = elements.popFirst() else { return nil }
        if kind == "entries" {
            content = .entries
        } else {
            guard let level = TreeSize.parse(kind), level <= 63 else { return nil }
            content = .hashes(level: Int(level))
        }
        guard let width = Self.takeWidth(&elements), let number = Self.number(elements) else { return nil }
        (self.width, self.number) = (width, number)
    }

    /// Level, seven groups of three digits, width: a number of 64 bits has no more.
    private static let maximumElements = 9

    /// Takes `.p/<W>` off the end; 256 where there is none, nil where it is malformed.
    private static func takeWidth(_ elements: inout ArraySlice<String>) -> Int? {
        guard elements.count >= 2, elements[elements.endIndex - 2].hasSuffix(".p") else {
            return TileCoordinate.width
        }
        guard let width = TreeSize.parse(elements.removeLast()), (1...255).contains(width) else { return nil }
        elements[elements.endIndex - 1].removeLast(2)
        return Int(width)
    }

    private static func number(_ elements: ArraySlice<String>) -> UInt64? {
        var value: UInt64 = 0
        for (offset, element) in elements.enumerated() {
            let isLast = offset == elements.count - 1
            guard isLast || element.hasPrefix("x") else { return nil }
            let digits = isLast ? element[...] : element.dropFirst()
            guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let group = UInt64(digits)
            else { return nil }
            // The first of several groups is zero only in a longer way to write a smaller number.
            guard offset > 0 || isLast || group > 0 else { return nil }
            let (shifted, isTooLarge) = value.multipliedReportingOverflow(by: 1000)
            guard !isTooLarge, shifted <= TreeSize.maximum - group else { return nil }
            value = shifted + group
        }
        return elements.isEmpty ? nil : value
    }

    /// 1234067 is `x001/x234/067`.
    private static func encode(_ number: UInt64) -> String {
        var groups: [String] = []
        var rest = number
        repeat {
            let digits = String(rest % 1000)
            groups.append(
                (groups.isEmpty ? "" : "x") + String(repeating: "0", count: 3 - digits.utf8.count) + digits)
            rest /= 1000
        } while rest > 0
        return groups.reversed().joined(separator: "/")
    }
}
