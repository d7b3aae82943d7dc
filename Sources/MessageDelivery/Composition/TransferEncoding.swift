import Foundation

/// How content becomes lines of ASCII, RFC 2045 §6.
enum TransferEncoding: String {
    case quotedPrintable = "quoted-printable"
    case base64

    private static let lineLength = 76

    /// The shorter of the two for a text: quoted-printable, which people can read, for most of Europe's languages.
    static func shorter(for text: [UInt8]) -> TransferEncoding {
        let escapes = text.count { !isLiteral($0) && $0 != 0x0A && $0 != 0x0D }
        return escapes * 2 <= text.count / 3 ? .quotedPrintable : .base64
    }

    /// `text`, whose lines end with CR LF, encoded; the last line ends so too.
    func encode(text: [UInt8]) -> [UInt8] {
        switch self {
        case .quotedPrintable: Self.quotedPrintable(text)
        case .base64: Self.base64(text)
        }
    }

    static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let encoded = Data(bytes).base64EncodedData(
            options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
        return Array(encoded) + (encoded.isEmpty || encoded.last == 0x0A ? [] : [0x0D, 0x0A])
    }

    /// Whether the byte stands for itself, RFC 2045 §6.7 rule 2.
    private static func isLiteral(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "=") || byte == 0x09
    }

    private static func quotedPrintable(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 8)
        var lineStart = 0
        var index = 0
        while index < text.count {
            if text[index] == 0x0D, index + 1 < text.count, text[index + 1] == 0x0A {
                output += [0x0D, 0x0A]
                lineStart = output.count
                index += 2
                continue
            }
            let isLast = index + 1 == text.count || text[index + 1] == 0x0D
            let unit = unit(text[index], endsLine: isLast)
            // A soft line break takes one more character, which the last unit of a line does not need.
            if output.count - lineStart + unit.count > lineLength - (isLast ? 0 : 1) {
                output += [UInt8(ascii: "="), 0x0D, 0x0A]
                lineStart = output.count
            }
            output += unit
            index += 1
        }
        if output.count > lineStart { output += [0x0D, 0x0A] }
        return output
    }

    /// White space at a line's end could get lost on the way, so it is escaped (rule 3).
    private static func unit(_ byte: UInt8, endsLine: Bool) -> [UInt8] {
        if isLiteral(byte), !(endsLine && (byte == 0x20 || byte == 0x09)) { return [byte] }
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
