/// A text with holes, in UTF-8: found once, filled often.
struct HoledText<Hole: Sendable>: Sendable {
    private enum Part {
        case bytes([UInt8])
        case hole(Hole)
    }

    private let parts: [Part]
    /// Of the text with the marks in it.
    private let size: Int

    /// - Parameter marks: what stands for each hole in the text.
    init(_ text: String, marks: [(hole: Hole, mark: String)]) {
        var parts: [Part] = []
        var rest = text[...]
        while let (hole, range) = Self.firstHole(in: rest, marks) {
            parts.append(.bytes(Array(rest[..<range.lowerBound].utf8)))
            parts.append(.hole(hole))
            rest = rest[range.upperBound...]
        }
        parts.append(.bytes(Array(rest.utf8)))
        self.parts = parts
        size = text.utf8.count
    }

    /// - Parameter extra: bytes by which what is filled in is longer than the marks, or more.
    func filled(reserving extra: Int, _ content: (Hole) -> [UInt8]) -> [UInt8] {
        var filled: [UInt8] = []
        filled.reserveCapacity(size + extra)
        for part in parts {
            switch part {
            case .bytes(let bytes): filled += bytes
            case .hole(let hole): filled += content(hole)
            }
        }
        return filled
    }

    private static func firstHole(
        in text: Substring, _ marks: [(hole: Hole, mark: String)]
    ) -> (Hole, Range<Substring.Index>)? {
        marks.compactMap { hole, mark in text.firstRange(of: mark).map { (hole, $0) } }
            .min { $0.1.lowerBound < $1.1.lowerBound }
    }
}
