/// The type of a field of the identity registry.
package enum FieldType: String, Sendable, CaseIterable {
    case text
    case integer
    case boolean
    case date
    case image
    /// Texts in an order.
    case list
}

/// What one person's record holds in a field.
package enum FieldValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
    case date(FullDate)
    case image(ImageData)
    case list([String])

    package var type: FieldType {
        switch self {
        case .text: .text
        case .integer: .integer
        case .boolean: .boolean
        case .date: .date
        case .image: .image
        case .list: .list
        }
    }
}

/// A picture, as the bytes of its file.
package struct ImageData: Sendable, Equatable {
    package enum MediaType: String, Sendable {
        case jpeg = "image/jpeg"
        case png = "image/png"
    }

    package let mediaType: MediaType
    package let bytes: [UInt8]

    /// Larger portraits make credentials that wallets refuse.
    package static let maximumBytes = 100_000

    /// The picture in `bytes` if they begin as a JPEG or PNG file does and are not too many, else nil.
    package init?(file bytes: [UInt8]) {
        guard bytes.count <= Self.maximumBytes else { return nil }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            mediaType = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            mediaType = .png
        } else {
            return nil
        }
        self.bytes = bytes
    }
}

/// A calendar date in the proleptic Gregorian calendar, `full-date` of RFC 3339 §5.6.
package struct FullDate: Sendable, Equatable, Comparable {
    package let year: Int
    package let month: Int
    package let day: Int

    /// The date written as `YYYY-MM-DD`, or nil if `text` is anything else or no such day exists.
    package init?(_ text: String) {
        let characters = Array(text.utf8)
        guard characters.count == 10, characters[4] == UInt8(ascii: "-"), characters[7] == UInt8(ascii: "-"),
            let year = Self.digits(characters[0..<4]), let month = Self.digits(characters[5..<7]),
            let day = Self.digits(characters[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    package init?(year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.days(inMonth: month, of: year)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    package static func < (left: FullDate, right: FullDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func digits(_ characters: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for character in characters {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
            value = value * 10 + Int(character - UInt8(ascii: "0"))
        }
        return value
    }
}

extension FullDate: CustomStringConvertible {
    package var description: String {
        Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(day, 2)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}
