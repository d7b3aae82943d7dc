/// Breaks text into lines of a width: at spaces, and inside a word only if that is wider than a line.
struct LineBreaker {
    /// In points.
    let size: Int
    /// In thousandths of a point.
    let width: Int

    private static let space = UInt8(ascii: " ")

    func lines(of text: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        for word in text.split(separator: Self.space) {
            if !line.isEmpty, fits(line + [Self.space] + word) {
                line += [Self.space] + word
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = []
            for byte in word {
                if !line.isEmpty, !fits(line + [byte]) {
                    lines.append(line)
                    line = []
                }
                line.append(byte)
            }
        }
        return lines + [line]
    }

    private func fits(_ line: [UInt8]) -> Bool { Helvetica.width(of: line, size: size) <= width }
}
