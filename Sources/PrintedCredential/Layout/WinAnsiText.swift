/// Text in the encoding WinAnsi, ISO 32000-1 Annex D: Windows-1252.
struct WinAnsiText: Equatable {
    private(set) var bytes: [UInt8] = []
    /// Characters that the encoding lacks, each a question mark in ``bytes``.
    private(set) var replacedCharacterCount = 0

    /// - Parameter text: control characters in it become spaces.
    init(_ text: some StringProtocol) {
        for character in text {
            if let byte = Self.codes[character] {
                bytes.append(byte)
            } else if character.unicodeScalars.allSatisfy({ $0.properties.generalCategory == .control }) {
                bytes.append(UInt8(ascii: " "))
            } else {
                bytes.append(UInt8(ascii: "?"))
                replacedCharacterCount += 1
            }
        }
    }

    /// By characters, since those are equal however an accent is encoded.
    private static let codes: [Character: UInt8] = {
        var codes: [Character: UInt8] = [:]
        for code in Array(0x20...0x7E) + Array(0xA0...0xFF) {
            codes[Character(Unicode.Scalar(UInt8(code)))] = UInt8(code)
        }
        for (offset, character) in "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ".enumerated()
        where character.unicodeScalars.allSatisfy({ $0.value > 0x9F }) {
            codes[character] = UInt8(0x80 + offset)
        }
        // A soft hyphen shows only at a line's end, and lines end elsewhere here.
        codes["\u{AD}"] = nil
        // What looks the same: hyphens, the minus sign, and the narrow spaces in numbers and dates.
        for hyphen: Character in ["\u{2010}", "\u{2011}", "\u{2212}"] { codes[hyphen] = UInt8(ascii: "-") }
        for space: Character in ["\u{2007}", "\u{2009}", "\u{202F}"] { codes[space] = 0xA0 }
        return codes
    }()
}
