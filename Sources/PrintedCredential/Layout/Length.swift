/// Lengths are whole thousandths of a point (1/72 inch): exact to add up, and finer than any printer.
enum Length {
    static func millimetres(_ count: Int) -> Int { count * 720_000 / 254 }

    static func points(_ count: Int) -> Int { count * 1000 }

    /// As a PDF number, in points.
    static func pdf(_ length: Int) -> String {
        let (whole, rest) = length.magnitude.quotientAndRemainder(dividingBy: 1000)
        var text = (length < 0 ? "-" : "") + String(whole)
        if rest > 0 {
            var digits = String(rest + 1000).dropFirst()
            while digits.hasSuffix("0") { digits.removeLast() }
            text += "." + digits
        }
        return text
    }
}

/// A sheet of A4 (ISO 216) and how it is divided.
enum Sheet {
    static let width = Length.millimetres(210)
    static let height = Length.millimetres(297)
    static let margin = Length.millimetres(20)
    static let textWidth = width - 2 * margin
    static let labelWidth = Length.millimetres(45)
    /// Between columns, and between codes.
    static let gap = Length.millimetres(5)
    /// The least side of a module that office printers and telephones manage: 0.3 mm.
    static let leastModule = Length.millimetres(3) / 10
}
